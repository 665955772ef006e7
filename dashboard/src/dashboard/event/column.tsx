import type { StoredEvent } from '@paidup/sdk';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { Badge } from '../../part/badge.js';
import { CustomerZone, Instant, Span } from '../../part/instant.js';
import { formatQuantity } from '../../part/quantity.js';
import type { Column } from '../../part/table.js';
import { nameOf } from '../customer/name.js';
import styles from './column.module.css';

/** What a list of events shows, whoever's they are. */
export const eventColumns: readonly Column<StoredEvent>[] = [
  {
    key: 'at',
    header: 'Happened',
    cell: ({ timestamp, customer }) => (
      <CustomerZone zone={customer.timezone}>
        <Instant at={timestamp} precision="second" />
      </CustomerZone>
    ),
  },
  {
    key: 'event',
    header: 'Event',
    cell: ({ id, name }) => (
      <>
        <span className={styles.name}>{name}</span>
        <code className={styles.id}>{id}</code>
      </>
    ),
  },
  { key: 'properties', header: 'Properties', cell: ({ properties }) => <Properties properties={properties} />, wideOnly: true },
  {
    key: 'counted',
    header: 'Counted in',
    cell: (event) => (
      <CustomerZone zone={event.customer.timezone}>
        <Counted event={event} />
      </CustomerZone>
    ),
  },
];

const customerColumn: Column<StoredEvent> = {
  key: 'customer',
  header: 'Customer',
  cell: ({ customer: { id, name, external_id: externalId } }) => (
    <Link to="/dashboard/customers/$customer/events" params={{ customer: id }}>
      {nameOf({ id, name, external_id: externalId })}
    </Link>
  ),
};

/** The same with whose they are, for lists over all customers. */
export const allEventColumns: readonly Column<StoredEvent>[] = [...eventColumns.slice(0, 1), customerColumn, ...eventColumns.slice(1)];

function Counted({ event: { windows, uncounted } }: { event: StoredEvent }): ReactElement {
  if (windows.length === 0) {
    return (
      <>
        <Badge>nothing</Badge>
        {uncounted !== null && <span className={styles.window}>{uncounted.detail}</span>}
      </>
    );
  }
  return (
    <ul className={styles.counted}>
      {windows.map(({ subscription, price, meter, window, measured }) => (
        <li key={`${subscription}/${price}`}>
          <strong title={`Meter ${meter}`}>{price}</strong> measured {formatQuantity(measured)}
          <span className={styles.window}>
            <Span start={window.start} end={window.end} />
          </span>
        </li>
      ))}
    </ul>
  );
}

function Properties({ properties }: { properties: Record<string, unknown> }): ReactElement {
  const entries = Object.entries(properties);
  if (entries.length === 0) return <span className={styles.none}>—</span>;
  return (
    <dl className={styles.properties}>
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
