import type { State, Subscription } from '@paidup/sdk';
import { useQuery } from '@tanstack/react-query';
import { useLocation } from '@tanstack/react-router';
import type { ReactElement, ReactNode } from 'react';
import { useLooked } from '../customer/state.js';
import { declineWords } from '../customer/top-up.js';
import { ButtonLink } from '../part/button.js';
import { Instant } from '../part/instant.js';
import { formatMoney, isNegative, isZero } from '../part/money.js';
import { useClient } from '../session/session.js';
import styles from './bar.module.css';

interface Said {
  key: string;
  tone: 'danger' | 'warning';
  text: ReactNode;
  to: '/portal/plan' | '/portal/wallet' | '/portal/invoices';
  action: string;
}

/** What wants to be done about, above every figure: what blocks, what is owed, what is about to run out. */
export function Bars({ state }: { state: State }): ReactElement | null {
  const here = useLocation({ select: ({ pathname }) => pathname });
  const since = useUnpaidSince(state);
  const bars = [...accessBars(state), ...moneyBars(state, since), ...endBars(state)];
  if (bars.length === 0) return null;
  return (
    <ul className={styles.bars}>
      {bars.map(({ key, tone, text, to, action }) => (
        <li key={key} className={styles[tone]}>
          <span>{text}</span>
          {to !== here && (
            <ButtonLink small to={to}>
              {action}
            </ButtonLink>
          )}
        </li>
      ))}
    </ul>
  );
}

/** The date of the oldest invoice that is not paid. */
function useUnpaidSince({ owed, revision }: State): string | undefined {
  const client = useClient();
  const { customer } = useLooked();
  const query = useQuery({
    queryKey: ['customer', customer, 'oldest-unpaid', revision],
    queryFn: async ({ signal }) => (await client.listCustomerInvoices(customer, { status: 'open', order: 'oldest', limit: 1 }, { signal })).data.find(({ status }) => status === 'open')?.date ?? null,
    enabled: !isZero(owed.amount) && !isNegative(owed.amount),
    placeholderData: (before) => before,
  });
  return query.data ?? undefined;
}

/** Who never had a plan is offered one by the page, and is warned of nothing. */
function accessBars({ access, subscriptions }: State): Said[] {
  const last = lastEnded(subscriptions);
  return access.reasons.flatMap(({ code, detail }): Said[] => {
    if (code !== 'no_active_subscription') return [{ key: code + detail, tone: access.allowed ? 'warning' : 'danger', text: detail, to: '/portal/plan', action: 'Plans' }];
    return last === undefined ? [] : [{ key: code, tone: 'danger', text: <>Your plan {last.plan.name} has ended on <Instant at={last.ends_at} precision="day" />.</>, to: '/portal/plan', action: 'Plans' }];
  });
}

/** The plan that ended last, where it has ended. */
export function lastEnded(subscriptions: readonly Subscription[]): Subscription | undefined {
  const ended = subscriptions.filter(({ status, addon_of: main, ends_at: end }) => status === 'canceled' && main === null && end !== null);
  return ended.sort((one, other) => Date.parse(one.ends_at ?? '') - Date.parse(other.ends_at ?? '')).at(-1);
}

function moneyBars({ owed, payment_method: method, top_up: topUp, wallet }: State, since: string | undefined): Said[] {
  const isOwed = !isZero(owed.amount) && !isNegative(owed.amount);
  const overdrawn = wallet.filter(({ available }) => isNegative(available));
  return [
    ...(isOwed ? [{ key: 'owed', tone: 'warning', text: <>{formatMoney(owed)} of your invoices is not paid yet{since !== undefined && <>, the oldest since <Instant at={since} precision="day" /></>}.</>, to: '/portal/invoices', action: 'Invoices' } satisfies Said] : []),
    ...overdrawn.map(({ currency, available }): Said => ({ key: currency, tone: 'warning', text: `The balance is below zero: ${formatMoney({ amount: available, currency })}.`, to: '/portal/wallet', action: 'Top up' })),
    ...(method.status === 'expired' ? [{ key: 'card', tone: 'warning', text: 'The card on file has expired.', to: '/portal/wallet', action: 'Another card' } satisfies Said] : []),
    ...(method.status === 'none' && topUp?.enabled === true ? [{ key: 'card', tone: 'warning', text: 'The balance is to fill itself, and there is no card on file for it.', to: '/portal/wallet', action: 'Add a card' } satisfies Said] : []),
    ...(topUp !== null && topUp.switched_off !== null ? [{ key: 'top-up', tone: 'warning', text: `The automatic top-up switched itself off: the card was declined (${declineWords(topUp.switched_off)}).`, to: '/portal/wallet', action: 'See to it' } satisfies Said] : []),
  ];
}

function endBars({ subscriptions }: State): Said[] {
  const ending = subscriptions.filter(({ status, ends_at: end, addon_of: main }) => end !== null && status !== 'canceled' && main === null);
  return ending.map(({ id, plan, ends_at: end }) => ({ key: id, tone: 'warning', text: <>{plan.name} ends on <Instant at={end} precision="day" />.</>, to: '/portal/plan', action: 'Plan' }));
}
