import type { Plan } from '../../../core/plan.js';

/** Metadata of a plan in which stands what only Lark has a word for, as JSON. */
export const WORDS = 'lark.words';

/** What a rate card made in Lark's words says and a plan has no place for. Nothing of it bears on money. */
export interface LarkWords {
  /** The currency's code as it was written. */
  readonly currency_code: string;
  /** The catalog that the card names. */
  readonly rate_catalog_id?: string;
  /** Descriptions of rates, by code. */
  readonly descriptions: Readonly<Record<string, string>>;
  /** Dimensions of rates as they were described, by code. */
  readonly dimensions: Readonly<Record<string, ReadonlyArray<{ readonly key: string; readonly values: readonly string[]; readonly description: string | null }>>>;
}

/** The words of a plan; of one made natively, or whose words were changed by hand, there are none. */
export function wordsOf(plan: Plan): LarkWords {
  const none: LarkWords = { currency_code: '', descriptions: {}, dimensions: {} };
  const text = plan.metadata[WORDS];
  if (text === undefined) return none;
  try {
    return { ...none, ...(JSON.parse(text) as Partial<LarkWords>) };
  } catch {
    return none;
  }
}
