import type { State } from '@paidup/sdk';
import type { ReactElement } from 'react';
import { ButtonLink } from '../part/button.js';
import { formatInstant } from '../part/instant.js';
import { formatMoney, isNegative, isZero } from '../part/money.js';
import styles from './bar.module.css';

interface Said {
  key: string;
  tone: 'danger' | 'warning';
  text: string;
  to?: '/portal/plan' | '/portal/wallet' | '/portal/invoices';
  action?: string;
}

/** What wants to be done about, above every figure: what blocks, what is owed, what is about to run out. */
export function Bars({ state }: { state: State }): ReactElement | null {
  const bars = saidOf(state);
  if (bars.length === 0) return null;
  return (
    <ul className={styles.bars}>
      {bars.map(({ key, tone, text, to, action }) => (
        <li key={key} className={styles[tone]}>
          <span>{text}</span>
          {to !== undefined && (
            <ButtonLink small to={to}>
              {action}
            </ButtonLink>
          )}
        </li>
      ))}
    </ul>
  );
}

function saidOf(state: State): Said[] {
  const { access, owed, payment_method: method, top_up: topUp } = state;
  return [
    ...access.reasons.map(({ code, detail }): Said => ({ key: code, tone: access.allowed ? 'warning' : 'danger', text: sentenceOf(detail), to: '/portal/wallet', action: 'Balance' })),
    ...(isZero(owed.amount) || isNegative(owed.amount) ? [] : [{ key: 'owed', tone: 'warning', text: `${formatMoney(owed)} of your invoices is not paid yet.`, to: '/portal/invoices', action: 'Invoices' } satisfies Said]),
    ...(method.status === 'expired' ? [{ key: 'card', tone: 'warning', text: 'The card on file has expired.', to: '/portal/wallet', action: 'Another card' } satisfies Said] : []),
    ...(topUp !== null && topUp.switched_off !== null ? [{ key: 'top-up', tone: 'warning', text: `The automatic top-up switched itself off: ${topUp.switched_off}.`, to: '/portal/wallet', action: 'See to it' } satisfies Said] : []),
    ...state.subscriptions.filter(({ status, ends_at: end }) => end !== null && status !== 'canceled').map(({ id, plan, ends_at: end }): Said => ({ key: id, tone: 'warning', text: `${plan.name} ends on ${formatInstant(end ?? '', { precision: 'day' })}.`, to: '/portal/plan', action: 'Plan' })),
  ];
}

function sentenceOf(detail: string): string {
  const text = detail.charAt(0).toUpperCase() + detail.slice(1);
  return text.endsWith('.') ? text : `${text}.`;
}
