import { Type, type Static } from 'typebox';
import { decimalFromJson, decimalText } from '../../../core/decimal.js';
import { Refusal, invalidInput, pointerToken } from '../../../core/problems.js';

/** Quantities and multipliers by rate code. Source: contracts/lark.md sections 2 and 4. */

export const Figures = Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()]), { description: 'By rate code' });

/** Numbers or texts as decimal texts. @throws Refusal `invalid_request`. */
export function figures(given: Static<typeof Figures> | null | undefined, pointer: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(given ?? {}).map(([code, value]) => {
      const figure = decimalFromJson(value);
      if (figure === undefined) throw invalidInput([{ pointer: `${pointer}/${pointerToken(code)}`, detail: 'must be a decimal' }]);
      return [code, decimalText(figure)];
    }),
  );
}

/** What does not fit the plan is told of the fields that it came in. */
export function asRates(error: unknown): never {
  if (!(error instanceof Refusal)) throw error;
  const renamed = (pointer: string): string => pointer.replace(/^\/quantities/, '/fixed_rate_quantities').replace(/^\/multipliers/, '/rate_price_multipliers').replace(/^\/success_url/, '/checkout_callback_urls/success_url').replace(/^\/back_url/, '/checkout_callback_urls/cancelled_url');
  throw new Refusal(error.slug, error.message, error.errors.map(({ pointer, detail }) => ({ pointer: renamed(pointer), detail })));
}
