import { createHash } from 'node:crypto';
import { isId, type IdPrefix } from '../../../core/id.js';

/*
 * Paidup's ids under the vendor's prefixes and back (contracts/lark.md section 2): the part after the prefix is the
 * same, so nothing is stored and both names mean the same thing for ever. What has no id in Paidup has one here that
 * follows from what it belongs to.
 */

/** The vendor's prefix of each of Paidup's. */
const PREFIXES = { cus: 'subj', plan: 'rc', mtr: 'pmtr', inv: 'in' } as const satisfies Partial<Record<IdPrefix, string>>;

type Renamed = keyof typeof PREFIXES;

/** The customer id that a subject id stands for, or undefined when the text is none: then it is an external id. */
export function fromSubjectId(text: string): string | undefined {
  return fromLarkId('cus', text);
}

/** The plan id that a rate card id stands for, or undefined when the text is none. */
export function fromRateCardId(text: string): string | undefined {
  return fromLarkId('plan', text);
}

/** The meter id that a pricing metric id stands for, or undefined when the text is none. */
export function fromPricingMetricId(text: string): string | undefined {
  return fromLarkId('mtr', text);
}

/** `cus_...` as `subj_...`. */
export function toSubjectId(customerId: string): string {
  return renamed('cus', customerId);
}

/** `plan_...` as `rc_...`. */
export function toRateCardId(planId: string): string {
  return renamed('plan', planId);
}

/** `mtr_...` as `pmtr_...`. */
export function toPricingMetricId(meterId: string): string {
  return renamed('mtr', meterId);
}

/** `inv_...` as `in_...`. */
export function toInvoiceId(invoiceId: string): string {
  return renamed('inv', invoiceId);
}

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const LENGTH = 24;

/** An id that follows from what it names: the same parts give the same id for ever. */
export function derivedId(prefix: 'fr' | 'ubr' | 'pmtr_sum', parts: readonly string[]): string {
  let rest = BigInt(`0x${createHash('sha256').update(JSON.stringify(parts)).digest('hex')}`);
  let text = '';
  for (let index = 0; index < LENGTH; index += 1) {
    text += ALPHABET[Number(rest % 62n)];
    rest /= 62n;
  }
  return `${prefix}_${text}`;
}

function fromLarkId(prefix: Renamed, text: string): string | undefined {
  const theirs = `${PREFIXES[prefix]}_`;
  const own = `${prefix}_${text.slice(theirs.length)}`;
  return text.startsWith(theirs) && isId(prefix, own) ? own : undefined;
}

function renamed(prefix: Renamed, id: string): string {
  if (!id.startsWith(`${prefix}_`)) throw new Error(`an id of Paidup begins with ${prefix}_: ${id}`);
  return `${PREFIXES[prefix]}_${id.slice(prefix.length + 1)}`;
}
