import { instantText } from '../../../core/instant.js';
import { negateMoney, zeroMoney, type Money } from '../../../core/money.js';
import { localDaysBetween } from '../../../core/period.js';
import type { BillingState, SubscriptionState } from '../../../core/state.js';
import { performCommand, previewCommand, type Decide } from '../../../service/command.js';
import { perform } from '../../../service/idempotency.js';
import { cancelSubscription } from '../../../service/subscription.js';
import { listUnpaid } from '../../../service/unpaid.js';
import { idempotencyKeyOf } from '../../answer.js';
import { moneyNumber } from './balance.js';
import { billingFault, operationFault } from './fault.js';
import { jsonNumber } from './feature.js';
import { isFree, isPaidFromWallet, periodAmount } from './plan.js';
import { planSubscription } from './quota.js';
import type { Call } from './route.js';

/** What is left of the period that the plan is paid for: contracts/docspace.md section 3, `GET subscription/balance`. */
export interface SubscriptionBalance {
  readonly totalCost: number;
  readonly currency: string;
  readonly periodStart: string;
  readonly periodEnd: string;
  readonly periodUsedUntil: string;
  readonly daysElapsed: number;
  readonly remainingBalance: number;
  readonly remainingBalanceInWalletCurrency: number;
  readonly walletCurrency: string;
}

/** Nothing while the portal has no plan that asks for money. What is not paid for leaves nothing. */
export async function subscriptionBalance(call: Call): Promise<SubscriptionBalance | undefined> {
  const state = await call.state();
  const current = paidPlan(state);
  const period = current?.currentPeriod;
  if (current === undefined || period == null) return undefined;
  const { currency } = current.phase.plan;
  const left = (await isClaimed(call, current)) ? zeroMoney(currency) : await leftOf(call, current);
  return {
    totalCost: jsonNumber(periodAmount(current)),
    currency,
    periodStart: instantText(period.startsAt),
    periodEnd: instantText(period.endsAt),
    periodUsedUntil: instantText(state.asOf),
    daysElapsed: localDaysBetween(period.startsAt, state.asOf, state.customer.zone),
    remainingBalance: moneyNumber(left),
    // It goes to the wallet of its own currency.
    remainingBalanceInWalletCurrency: moneyNumber(left),
    walletCurrency: currency,
  };
}

/** Ends the plan now and puts what is left of its period into the wallet. */
export async function moveToWallet(call: Call): Promise<boolean> {
  const { engine, customerId, request } = call;
  const current = paidPlan(await call.state());
  if (current === undefined) throw operationFault('There is no paid subscription');
  if (await isClaimed(call, current)) throw billingFault('Tariff is not paid');
  await perform(engine, idempotencyKeyOf(request), async (unit) => {
    await performCommand(engine, unit, { customerId, decide: ending(current) });
    return { status: 200, body: true };
  });
  return true;
}

function paidPlan(state: BillingState): SubscriptionState | undefined {
  const current = planSubscription(state);
  return current === undefined || isFree(current.phase.plan) || isPaidFromWallet(current.phase.plan) ? undefined : current;
}

async function isClaimed({ engine, customerId }: Call, { subscription }: SubscriptionState): Promise<boolean> {
  return (await listUnpaid(engine, customerId)).some(({ subscriptionIds }) => subscriptionIds.has(subscription.id));
}

/** What ending the plan now would put into the wallet. */
async function leftOf({ engine, customerId }: Call, current: SubscriptionState): Promise<Money> {
  const { due, at } = await previewCommand(engine, { customerId, decide: ending(current) });
  const back = due.find(({ date, subscriptionIds, walletCredit }) => date === at && subscriptionIds.includes(current.subscription.id) && walletCredit.minor < 0n);
  return back === undefined ? zeroMoney(current.phase.plan.currency) : negateMoney(back.walletCredit);
}

/** By the day unless the plan says how; a plan that gives nothing back otherwise does here. */
function ending({ subscription, phase: { plan } }: SubscriptionState): Decide {
  return cancelSubscription({ subscriptionId: subscription.id, atPeriodEnd: false, reason: 'moved to the wallet', proration: plan.proration === 'none' ? 'by_day' : plan.proration });
}
