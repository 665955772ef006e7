import { decimal, decimalText } from '../../../core/decimal.js';
import type { Plan } from '../../../core/plan.js';
import type { BillingState } from '../../../core/state.js';
import type { Unpaid } from '../../../service/unpaid.js';
import { zonedDateTime } from './date-time.js';
import { featureTitle } from './feature.js';
import { docspaceText } from './metadata.js';
import { amountFor, planNameOf, planTitle, quotaIdOf } from './plan.js';
import { isOverdue, tariffRows } from './tariff.js';

/** What will be charged for a plan or an add-on as its next period begins; without taxes. Contracts/docspace.md section 3. */
export interface UpcomingPayment {
  readonly id: number;
  readonly name: string;
  readonly title: string | undefined;
  readonly unitOfMeasure: string | undefined;
  readonly quantity: number;
  readonly wallet: boolean;
  readonly dueDate: string;
  readonly amount: number;
  readonly currency: string;
}

/** What the vendor counts its built-in plans in. */
const UNITS: ReadonlyMap<number, string> = new Map([[-9, 'admins'], [-10, 'admins'], [-11, 'GB'], [-14, 'admins']]);

/** One for each plan and add-on that goes on and costs something; of one that changes, what it changes to. */
export function toUpcomingPayments(state: BillingState, unpaid: readonly Unpaid[]): UpcomingPayment[] {
  return tariffRows(state, unpaid).flatMap((row) => {
    const { currentPeriod, nextPhase, phase } = row.subscription;
    const quantity = row.nextQuantity ?? row.quantity;
    const plan = nextPhase?.plan ?? phase.plan;
    const amount = amountFor(plan, decimal(quantity));
    if (currentPeriod === null || isOverdue(row, state.asOf) || quantity === 0 || amount === undefined || amount.eq(0)) return [];
    return {
      id: quotaIdOf(plan),
      name: planNameOf(plan),
      title: planTitle(plan) ?? firstFeatureTitle(plan),
      unitOfMeasure: docspaceText(plan.metadata, 'unit') ?? UNITS.get(quotaIdOf(plan)),
      quantity,
      wallet: row.isWallet,
      dueDate: zonedDateTime(currentPeriod.endsAt, state.customer.zone),
      amount: Number(decimalText(amount)),
      currency: plan.currency,
    };
  });
}

/** What is paid from the wallet has no title of its own; its only feature does. */
function firstFeatureTitle(plan: Plan): string | undefined {
  const [grant] = plan.grants;
  return grant === undefined ? undefined : featureTitle(grant.feature, plan);
}
