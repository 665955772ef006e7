import { justBefore } from './charge.js';
import { multiply, subtract, type Decimal } from './decimal.js';
import type { CustomerFacts } from './facts.js';
import { FOREVER, earliest, latest, type Instant } from './instant.js';
import { moneyToDecimal, subtractMoney, zeroMoney, type Money } from './money.js';
import { usagePrices } from './plan.js';
import { multiplierOf, phaseAt, usagePriceAt, usageWindowAt, type Subscription } from './subscription.js';
import { priceUsage } from './usage.js';
import { asSettled } from './usage-charge.js';
import type { UsageWindow } from './window.js';

/** An amount of usage: exactly, in major units, and rounded as it will be posted. */
export interface Accrual {
  readonly exact: Decimal;
  readonly money: Money;
}

/** What usage paid from the wallet has cost and no settlement has taken yet: of open windows by the terms at `at`, of closed ones by those at their close. */
export function accruedAmounts(facts: Pick<CustomerFacts, 'subscriptions' | 'windows'>, at: Instant): Accrual[] {
  return facts.subscriptions.flatMap((subscription) => {
    const isCounted = subscription.phases.some(({ plan }) => usagePrices(plan).some((price) => price.paidFrom === 'wallet'));
    const windows = new Map<string, UsageWindow[]>();
    for (const row of isCounted ? facts.windows : []) {
      if (row.subscriptionId !== subscription.id) continue;
      const key = `${row.priceCode} ${row.startsAt}`;
      windows.set(key, [...(windows.get(key) ?? []), row]);
    }
    return [...windows.values()].flatMap((rows) => accruedOf(subscription, rows, at));
  });
}

function accruedOf(subscription: Subscription, rows: readonly UsageWindow[], at: Instant): Accrual[] {
  const [row] = rows;
  const first = row === undefined ? undefined : usagePriceAt(subscription, row.priceCode, row.startsAt);
  if (row === undefined || first === undefined) return [];
  const window = usageWindowAt(subscription, first, row.startsAt);
  const moment = window.endsAt === FOREVER ? latest(at, row.startsAt) : earliest(latest(at, row.startsAt), justBefore(window.endsAt));
  const price = usagePriceAt(subscription, row.priceCode, moment) ?? first;
  if (price.paidFrom !== 'wallet') return [];
  const common = { subscription, phase: phaseAt(subscription, moment), price, window };
  const usage = priceUsage({ ...common, rows });
  const isSettled = rows.some((each) => each.settled !== null);
  const before = isSettled ? priceUsage({ ...common, rows: rows.map(asSettled) }).amount : zeroMoney(usage.amount.currency);
  const money = subtractMoney(usage.amount, before);
  // A window that has closed costs what is posted of it: its fraction is gone.
  if (window.endsAt <= at) return [{ exact: moneyToDecimal(money), money }];
  return [{ exact: subtract(multiply(usage.rated.amount, multiplierOf(common.phase, price.code)), moneyToDecimal(before)), money }];
}
