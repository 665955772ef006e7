import { sum } from '../../../core/decimal.js';
import type { Instant } from '../../../core/instant.js';
import type { BillingState, SubscriptionState } from '../../../core/state.js';
import { plainDateTime } from './date-time.js';
import { fromEntitlement, inWireOrder, jsonNumber, seenByUser, type QuotaFeature } from './feature.js';
import { docspaceFlag } from './metadata.js';
import { isFree, isNonProfit, isPaidFromWallet, periodAmount, planTitle, quotaIdOf } from './plan.js';
import { toPortalQuotas, type PortalQuotas } from './portal-quota.js';
import { isAdmin, type Roles } from './role.js';

/** A plan, offered or in force: contracts/docspace.md sections 5.3 and 5.4. */
export interface Quota extends Partial<PortalQuotas> {
  readonly id: number;
  readonly title: string | undefined;
  readonly price: {
    readonly value: number | undefined;
    readonly currencySymbol?: string | undefined;
    readonly isoCurrencySymbol?: string | undefined;
  };
  readonly nonProfit: boolean;
  readonly free: boolean;
  readonly trial: boolean;
  readonly features: readonly QuotaFeature[];
  readonly dueDate?: string | undefined;
}

/** What of the portal's plan its user is shown: an administrator all of it. */
export function toSeenQuota(state: BillingState, roles: Roles): Quota | undefined {
  const quota = toCurrentQuota(state);
  return quota === undefined || isAdmin(roles) ? quota : { ...quota, features: quota.features.flatMap(seenByUser) };
}

/** What the portal has now: its plan with the add-ons paid from the wallet; undefined while it has nothing. */
export function toCurrentQuota(state: BillingState): Quota | undefined {
  const current = planSubscription(state);
  if (current === undefined) return undefined;
  const { plan } = current.phase;
  return {
    id: quotaIdOf(plan),
    title: planTitle(plan),
    // Without its currency: the vendor loses that where it multiplies and adds (section 1.6).
    price: { value: jsonNumber(sum(pricedTogether(state, current).map(periodAmount))) },
    nonProfit: isNonProfit(plan),
    free: isFree(plan),
    trial: current.status === 'trialing' || docspaceFlag(plan.metadata, 'trial'),
    features: inWireOrder(state.entitlements.map((entitlement) => fromEntitlement(entitlement, plan))),
    ...toPortalQuotas(state),
    dueDate: dueDateText(state, current),
  };
}

/** The subscription that is the portal's plan: its oldest live one that is not an add-on, else its oldest live one. */
export function planSubscription(state: BillingState): SubscriptionState | undefined {
  const live = liveSubscriptions(state);
  return live.find((subscription) => !isPaidFromWallet(subscription.phase.plan)) ?? live[0];
}

function liveSubscriptions(state: BillingState): SubscriptionState[] {
  return state.subscriptions.filter((subscription) => subscription.currentPeriod !== null);
}

/** What the price adds up: the plan and others like it in the same currency. Add-ons bring features, no price. */
function pricedTogether(state: BillingState, current: SubscriptionState): SubscriptionState[] {
  const { currency } = current.phase.plan;
  return liveSubscriptions(state).filter(
    (subscription) => subscription === current || (!isPaidFromWallet(subscription.phase.plan) && subscription.phase.plan.currency === currency),
  );
}

/** When the first add-on falls due; without any, when the plan does. UTC without a zone, as the vendor writes it. */
function dueDateText(state: BillingState, current: SubscriptionState): string | undefined {
  const addOns = liveSubscriptions(state).filter((subscription) => isPaidFromWallet(subscription.phase.plan));
  const ends = (addOns.length > 0 ? addOns : [current]).flatMap(({ currentPeriod }) => (currentPeriod === null ? [] : [currentPeriod.endsAt]));
  return ends.length === 0 ? undefined : plainDateTime(Math.min(...ends) as Instant);
}
