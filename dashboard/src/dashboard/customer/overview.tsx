import type { State } from '@paidup/sdk';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { Card, Figure, Figures } from '../../part/card.js';
import { Empty } from '../../part/empty.js';
import { Instant } from '../../part/instant.js';
import { formatMoney } from '../../part/money.js';
import { Compared } from '../../customer/compared.js';
import styles from './overview.module.css';
import { useLooked } from '../../customer/state.js';
import { Subscriptions } from './subscription.js';
import { PriceUsages } from './usage-list.js';
import { Why } from './why.js';

/** How a customer stands: may it go on, what it has, what it owes, what it has used. */
export function CustomerOverview(): ReactElement {
  const { state, customer } = useLooked();
  return (
    <>
      <StandingFigures />
      {!state.access.allowed && (
        <ul className={styles.reasons}>
          {state.access.reasons.map(({ code, detail }) => (
            <li key={code + detail}>{detail}</li>
          ))}
        </ul>
      )}
      <Subscriptions />
      <Card
        title="Usage"
        aside={
          <Link to="/dashboard/customers/$customer/usage" params={{ customer }} search={(search) => (search.at === undefined ? {} : { at: search.at })}>
            Over time
          </Link>
        }
      >
        {state.usage.length === 0 ? <Empty icon="meter" title="Nothing is counted">No plan of the customer counts usage.</Empty> : <PriceUsages usage={state.usage} />}
      </Card>
    </>
  );
}

function StandingFigures(): ReactElement {
  const { state } = useLooked();
  const { currency } = state.customer;
  const own = (from: State): string | undefined => from.wallet.find((wallet) => wallet.currency === currency)?.available;
  return (
    <Figures>
      <Figure label="Access" note={<Why what="access" find={({ explanations }) => explanations?.access} />}>
        <Compared of={({ access }) => access.allowed} show={(allowed) => (allowed ? 'May use' : 'Blocked')} />
      </Figure>
      <Figure label="Wallet, available" note={<Why what="the balance" find={({ explanations }) => explanations?.[`wallet/${currency}`]} />}>
        <Compared of={own} show={(amount) => (amount === undefined ? 'none' : formatMoney({ amount, currency }))} />
      </Figure>
      <Figure label="Owed" note={<Why what="what is owed" find={({ explanations }) => explanations?.owed} />}>
        <Compared of={({ owed }) => owed} show={formatMoney} />
      </Figure>
      <Figure label="Next invoice" note={state.upcoming_invoice?.date == null ? undefined : <Instant at={state.upcoming_invoice.date} precision="day" />}>
        <Compared of={({ upcoming_invoice: invoice }) => invoice?.total} show={(total) => (total === undefined ? 'none' : formatMoney(total))} />
      </Figure>
      <Figure label="Card on file" note={state.top_up?.enabled === true ? 'Tops up by itself' : undefined}>
        <Compared of={({ payment_method: { status } }) => status} show={(status) => ({ none: 'None', set: 'Set', expired: 'Expired' })[status]} />
      </Figure>
    </Figures>
  );
}
