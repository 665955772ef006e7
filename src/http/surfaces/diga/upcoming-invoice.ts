import { instantTextInSeconds } from '../../../core/instant.js';
import type { LineKind } from '../../../core/invoice.js';
import { sumMoney, zeroMoney } from '../../../core/money.js';
import type { BillingState } from '../../../core/state.js';
import { moneyNumber } from './figure.js';
import { isFreePlan, mainOf } from './project.js';
import type { DigaUpcomingInvoice } from './schema.js';

/*
 * The customer's next invoice in the words of Diga's UpcomingInvoiceSchema. Source: contracts/diga.md section 2; what
 * it leaves open and how that is settled stands in docs/surfaces/diga.md.
 */

const PLAN_LINES: readonly LineKind[] = ['fixed', 'proration'];
const USAGE_LINES: readonly LineKind[] = ['usage', 'adjustment'];

/**
 * The vendor's object; undefined on the free plan. After a cancellation it is the last invoice, with what usage costs
 * still (section 5.5); where nothing will be billed it is over nothing.
 */
export function toDigaUpcomingInvoice(state: BillingState): DigaUpcomingInvoice | undefined {
  const main = mainOf(state);
  if (main === undefined || isFreePlan(main.phase.plan)) return undefined;
  const { upcomingInvoice: invoice } = state;
  const currency = invoice?.currency ?? main.phase.plan.currency;
  const sumOf = (kinds: readonly LineKind[]): number => {
    const lines = (invoice?.lines ?? []).filter(({ kind }) => kinds.includes(kind));
    return moneyNumber(sumMoney(lines.map(({ amount }) => amount), currency));
  };
  return {
    plan_amount: sumOf(PLAN_LINES),
    extra_usage_amount: sumOf(USAGE_LINES),
    total_due: moneyNumber(invoice?.amountDue ?? zeroMoney(currency)),
    currency,
    next_payment_date: instantTextInSeconds(invoice?.date ?? main.period.endsAt),
  };
}
