import { isId } from '../../../core/id.js';

/*
 * Paidup's ids under the vendor's prefixes and back (contracts/lark.md section 2): the part after the prefix is the
 * same, so nothing is stored and both names mean the same thing for ever.
 */

/** The customer id that a subject id stands for, or undefined when the text is none: then it is an external id. */
export function fromSubjectId(text: string): string | undefined {
  const own = `cus_${text.slice('subj_'.length)}`;
  return text.startsWith('subj_') && isId('cus', own) ? own : undefined;
}

/** `plan_...` as `rc_...`. */
export function toRateCardId(planId: string): string {
  return renamed(planId, 'plan_', 'rc_');
}

/** `mtr_...` as `pmtr_...`. */
export function toPricingMetricId(meterId: string): string {
  return renamed(meterId, 'mtr_', 'pmtr_');
}

function renamed(id: string, from: string, to: string): string {
  if (!id.startsWith(from)) throw new Error(`an id of Paidup begins with ${from}: ${id}`);
  return `${to}${id.slice(from.length)}`;
}
