import type { CustomerFacts } from './facts.js';
import type { Money } from './money.js';
import { usagePrices } from './plan.js';
import { phaseAt, usagePriceAt, usageWindowAt } from './subscription.js';
import { priceUsage } from './usage.js';
import type { UsageWindow } from './window.js';

/** What each window paid from the wallet and not settled has cost, current or past. */
export function accruedAmounts(facts: Pick<CustomerFacts, 'subscriptions' | 'windows'>): Money[] {
  return facts.subscriptions.flatMap((subscription) => {
    const isCounted = subscription.phases.some(({ plan }) => usagePrices(plan).some((price) => price.paidFrom === 'wallet'));
    const windows = new Map<string, UsageWindow[]>();
    for (const row of isCounted ? facts.windows : []) {
      if (row.subscriptionId !== subscription.id) continue;
      const key = `${row.priceCode} ${row.startsAt}`;
      windows.set(key, [...(windows.get(key) ?? []), row]);
    }
    return [...windows.values()].flatMap((rows) => {
      const [row] = rows;
      const price = row === undefined ? undefined : usagePriceAt(subscription, row.priceCode, row.startsAt);
      if (row === undefined || price?.paidFrom !== 'wallet') return [];
      const window = usageWindowAt(subscription, price, row.startsAt);
      return [priceUsage({ subscription, phase: phaseAt(subscription, row.startsAt), price, window, rows }).amount];
    });
  });
}
