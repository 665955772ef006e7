import type { AttentionFilter, CustomersInNeed, InvoicesInNeed, Overview } from '@paidup/sdk';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { nameOf } from '../customer/name.js';
import { Badge } from '../../part/badge.js';
import { Card } from '../../part/card.js';
import { Empty } from '../../part/empty.js';
import { CustomerZone, Instant } from '../../part/instant.js';
import { formatMoney } from '../../part/money.js';
import { formatQuantity } from '../../part/quantity.js';
import styles from './one.module.css';

const WORDS: Record<CustomersInNeed['kind'] | InvoicesInNeed['kind'], { title: string; words: string }> = {
  payment_failed: { title: 'Payments that failed', words: 'Open invoices whose last charge was declined.' },
  overdue: { title: 'Overdue invoices', words: 'Open for longer than they should be.' },
  limit_reached: { title: 'Limits reached', words: 'All of something is used that is blocked from then on.' },
  wallet_low: { title: 'Wallets about to run dry', words: 'Less is available than the wallet should have.' },
  top_up_off: { title: 'Top-ups switched off', words: 'A declined card switched the automatic top-up off.' },
};

/** What somebody should look at: how much of it there is, the first few, and the way to all. */
export function AttentionCard({ attention }: { attention: Overview['attention'] }): ReactElement {
  const invoices = attention.invoices.filter(({ count }) => count > 0);
  const customers = attention.customers.filter(({ count }) => count > 0);
  return (
    <Card title="Needs attention">
      {invoices.length + customers.length === 0 ? (
        <Empty icon="check" title="Nothing needs attention">
          No payment has failed, no limit is reached, no wallet is about to run dry.
        </Empty>
      ) : (
        <div className={styles.groups}>
          {invoices.map((each) => (
            <InvoicesGroup key={each.kind} need={each} />
          ))}
          {customers.map((each) => (
            <CustomersGroup key={each.kind} need={each} />
          ))}
        </div>
      )}
    </Card>
  );
}

function InvoicesGroup({ need: { kind, count, due, filter, first } }: { need: InvoicesInNeed }): ReactElement {
  return (
    <section className={styles.group} aria-label={WORDS[kind].title}>
      <Head kind={kind} count={count} tone={kind === 'payment_failed' ? 'danger' : 'warning'} />
      <p className={styles.words}>
        {WORDS[kind].words} Due: {due.map((amount) => formatMoney(amount)).join(', ')}.
      </p>
      <ul className={styles.first}>
        {first.map(({ invoice, number, date, due: open, timezone, ...named }) => (
          <li key={invoice}>
            <span>
              <Link to="/dashboard/invoices/$invoice" params={{ invoice }}>
                {nameOf({ name: named.name, external_id: named.external_id, id: named.customer })}
              </Link>
              <span className={styles.detail}>
                <CustomerZone zone={timezone}>
                  {number} of <Instant at={date} precision="day" />
                </CustomerZone>
              </span>
            </span>
            <span>{formatMoney(open)}</span>
          </li>
        ))}
      </ul>
      <All count={count} filter={filter} />
    </section>
  );
}

function CustomersGroup({ need: { kind, count, filter, first } }: { need: CustomersInNeed }): ReactElement {
  return (
    <section className={styles.group} aria-label={WORDS[kind].title}>
      <Head kind={kind} count={count} tone="warning" />
      <p className={styles.words}>{WORDS[kind].words}</p>
      <ul className={styles.first}>
        {first.map(({ customer, external_id: externalId, name, detail }) => (
          <li key={customer}>
            <span>
              <Link to="/dashboard/customers/$customer" params={{ customer }}>
                {nameOf({ name, external_id: externalId, id: customer })}
              </Link>
              <span className={styles.detail}>{detail}</span>
            </span>
          </li>
        ))}
      </ul>
      <All count={count} filter={filter} />
    </section>
  );
}

function Head({ kind, count, tone }: { kind: keyof typeof WORDS; count: number; tone: 'danger' | 'warning' }): ReactElement {
  return (
    <div className={styles.head}>
      <h3>{WORDS[kind].title}</h3>
      <Badge tone={tone}>{formatQuantity(String(count))}</Badge>
    </div>
  );
}

/** The list with all of them: the answer says which, and what it is asked for. */
function All({ count, filter: { list, query } }: { count: number; filter: AttentionFilter }): ReactElement {
  const words = count === 1 ? 'In the list' : `All ${formatQuantity(String(count))} in the list`;
  // The list's own route reads the search, and leaves out what it does not know.
  return (
    <p>
      {list === 'invoices' ? (
        <Link to="/dashboard/invoices" search={query}>
          {words}
        </Link>
      ) : (
        <Link to="/dashboard/customers" search={query}>
          {words}
        </Link>
      )}
    </p>
  );
}
