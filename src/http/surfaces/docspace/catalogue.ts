import type { Currency } from '../../../core/currency.js';
import type { Plan } from '../../../core/plan.js';
import type { BillingState } from '../../../core/state.js';
import { fromGrant, inWireOrder, jsonNumber } from './feature.js';
import { docspaceFlag } from './metadata.js';
import { isAdditional, isFree, isInCatalogue, isNonProfit, isNumbered, isPaidFromWallet, planTitle, quotaIdOf, unitAmount } from './plan.js';
import { toPortalQuotas, type PortalQuotas } from './portal-quota.js';
import { planSubscription, type Quota } from './quota.js';

/** Which plans: those paid from the wallet or not, those that stand beside a plan or not, those that are not shown too. */
export interface CatalogueKind {
  readonly isWallet: boolean | undefined;
  readonly isAdditional?: boolean | undefined;
  readonly isHidden?: true | undefined;
}

/**
 * The plans on offer to the portal, or the add-ons that are paid from the wallet: one per number, in the portal's
 * currency where it is sold in that, by number descending. Contracts/docspace.md section 5.4.
 */
export function toCatalogue(state: BillingState, plans: readonly Plan[], kind: CatalogueKind): Quota[] {
  const current = planSubscription(state)?.phase.plan;
  const currency = current?.currency ?? state.customer.currency;
  const portalQuotas = toPortalQuotas(state);
  return onePerNumber(plans.filter((plan) => isNumbered(plan) && (kind.isHidden === true || isInCatalogue(plan))), currency)
    .filter((plan) => kind.isWallet === undefined || isPaidFromWallet(plan) === kind.isWallet)
    .filter((plan) => kind.isAdditional === undefined || isAdditional(plan) === kind.isAdditional)
    // A portal on a non-profit plan is offered nothing but that.
    .filter((plan) => current === undefined || !isNonProfit(current) || quotaIdOf(plan) === quotaIdOf(current))
    .sort((left, right) => quotaIdOf(right) - quotaIdOf(left))
    .map((plan) => toQuota(plan, portalQuotas));
}

function onePerNumber(plans: readonly Plan[], currency: Currency): Plan[] {
  const byNumber = new Map<number, Plan>();
  for (const plan of plans) {
    const before = byNumber.get(quotaIdOf(plan));
    if (before === undefined || (before.currency !== currency && plan.currency === currency)) byNumber.set(quotaIdOf(plan), plan);
  }
  return [...byNumber.values()];
}

function toQuota(plan: Plan, portalQuotas: PortalQuotas | undefined): Quota {
  const amount = unitAmount(plan);
  return {
    id: quotaIdOf(plan),
    title: planTitle(plan),
    price: { value: amount === undefined ? undefined : jsonNumber(amount), currencySymbol: symbolOf(plan.currency), isoCurrencySymbol: plan.currency },
    nonProfit: isNonProfit(plan),
    free: isFree(plan),
    trial: docspaceFlag(plan.metadata, 'trial'),
    features: inWireOrder(plan.grants.map((grant) => fromGrant(grant, plan))),
    ...portalQuotas,
  };
}

/** The sign that stands for the currency where it is at home: $, €, zł. */
function symbolOf(currency: Currency): string {
  const parts = new Intl.NumberFormat('en', { style: 'currency', currency, currencyDisplay: 'narrowSymbol' }).formatToParts(0);
  return parts.find((part) => part.type === 'currency')?.value ?? currency;
}
