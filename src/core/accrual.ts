import type { CustomerFacts } from './facts.js';
import type { Money } from './money.js';
import { phaseAt, usagePriceAt, usageWindowAt } from './subscription.js';
import { priceUsage } from './usage.js';

/** What each window paid from the wallet and not settled has cost, current or past. */
export function accruedAmounts(facts: Pick<CustomerFacts, 'subscriptions' | 'windows'>): Money[] {
  return facts.subscriptions.flatMap((subscription) => {
    const rows = facts.windows.filter((row) => row.subscriptionId === subscription.id);
    const starts = new Map(rows.map((row) => [`${row.priceCode} ${row.startsAt}`, row]));
    return [...starts.values()].flatMap((row) => {
      const price = usagePriceAt(subscription, row.priceCode, row.startsAt);
      if (price === undefined || price.paidFrom !== 'wallet') return [];
      const window = usageWindowAt(subscription, price, row.startsAt);
      const ofPrice = rows.filter((other) => other.priceCode === row.priceCode);
      return [priceUsage({ subscription, phase: phaseAt(subscription, row.startsAt), price, window, rows: ofPrice }).amount];
    });
  });
}
