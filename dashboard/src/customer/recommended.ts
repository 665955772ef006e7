import { useQuery } from '@tanstack/react-query';
import { isNegative, isZero } from '../part/money.js';
import { useClient } from '../session/session.js';
import { useLooked } from './state.js';

/** A top-up that would do, and what for. */
export interface Recommended {
  amount: string;
  why: string;
}

/** What the customer's own wallet lacks, of the figures that the engine gave: what it is below zero by, or what the next invoice leaves unpaid by it. */
export function useRecommended(): Recommended | undefined {
  const client = useClient();
  const { customer, now } = useLooked();
  const { customer: { currency }, wallet, upcoming_invoice: upcoming, subscriptions } = now;
  const available = wallet.find((each) => each.currency === currency)?.available ?? '0';
  const due = upcoming === null || upcoming.date === null || upcoming.currency !== currency || isZero(upcoming.amount_due.amount) || isNegative(upcoming.amount_due.amount) ? undefined : upcoming.amount_due.amount;
  const plans = [...new Set(subscriptions.filter(({ status }) => status !== 'canceled').map(({ plan }) => plan.code))].sort();
  // Money in the wallet helps with an invoice only where the plan lets it pay.
  const pays = useQuery({
    queryKey: ['customer', customer, 'wallet-pays', plans],
    queryFn: async ({ signal }) => (await Promise.all(plans.map((code) => client.getPlan(code, { signal })))).some(({ wallet_credit: credit }) => credit !== 'kept'),
    enabled: due !== undefined && plans.length > 0,
    staleTime: 600_000,
  });
  if (isNegative(available)) return { amount: available.slice(1), why: 'to bring the balance back to zero' };
  return due === undefined || pays.data !== true ? undefined : { amount: due, why: 'what the next invoice, so far, leaves open' };
}
