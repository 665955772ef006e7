import type { Plan, PlanInput } from '@paidup/sdk';
import { readDecimal, writeDecimal } from '../../part/form.js';

/** How a plan is billed beside its prices, as it is typed. */
export interface DraftTerms {
  proration: Plan['proration'];
  collection: 'send' | 'charge';
  walletCredit: 'applied' | 'kept';
  graceHours: string;
  minimum: string;
  maximum: string;
  isSelfService: boolean;
  family: string;
}

export const NEW_TERMS: DraftTerms = { proration: 'by_second', collection: 'send', walletCredit: 'applied', graceHours: '0', minimum: '', maximum: '', isSelfService: false, family: '' };

export function draftOfTerms(plan: Plan): DraftTerms {
  return {
    proration: plan.proration, collection: plan.collection ?? 'send', walletCredit: plan.wallet_credit ?? 'applied', graceHours: String(plan.invoice_grace_hours ?? 0),
    minimum: writeDecimal(plan.minimum ?? ''), maximum: writeDecimal(plan.maximum ?? ''), isSelfService: plan.self_service === true, family: plan.family ?? '',
  };
}

/** What is saved. */
export function termsOf(terms: DraftTerms): Partial<PlanInput> {
  const family = terms.family.trim();
  return {
    proration: terms.proration, collection: terms.collection, wallet_credit: terms.walletCredit, invoice_grace_hours: Number(terms.graceHours),
    minimum: bound(terms.minimum), maximum: bound(terms.maximum), self_service: terms.isSelfService, family: family === '' ? null : family,
  };
}

function bound(text: string): string | null {
  return text.trim() === '' ? null : readDecimal(text) ?? text.trim();
}
