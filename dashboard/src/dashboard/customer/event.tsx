import type { Meter, StoredEvent } from '@paidup/sdk';
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { Badge } from '../../part/badge.js';
import { Card } from '../../part/card.js';
import { Empty } from '../../part/empty.js';
import { SelectField, TextField } from '../../part/field.js';
import { fromLocalText, Instant, localText, Span } from '../../part/instant.js';
import { Toolbar } from '../../part/page.js';
import { usePageList } from '../../part/page-list.js';
import { formatQuantity } from '../../part/quantity.js';
import { ListTable, type Column } from '../../part/table.js';
import { useClient } from '../../session/session.js';
import styles from './event.module.css';
import { AlwaysNow } from './moment.js';
import { useLooked } from '../../customer/state.js';

const route = getRouteApi('/dashboard/customers/$customer/events');

const columns: readonly Column<StoredEvent>[] = [
  { key: 'at', header: 'Happened', cell: ({ timestamp }) => <Instant at={timestamp} precision="second" /> },
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
  { key: 'counted', header: 'Counted in', cell: (event) => <Counted event={event} /> },
];

/** A customer's events with what each counted in; the last ones first. */
export function CustomerEvents(): ReactElement {
  const client = useClient();
  const { customer } = useLooked();
  const { meter, from, to, order } = route.useSearch();
  const navigate = route.useNavigate();
  const meters = useMeters();
  const list = usePageList(['customer', customer, 'events', { meter, from, to, order }], ({ page, signal }) =>
    client.listEvents(customer, { meter, from, to, order: order ?? 'newest', ...page }, { signal }),
  );
  const set = (name: 'meter' | 'from' | 'to' | 'order', value: string | undefined): void =>
    void navigate({ search: ({ [name]: _before, ...rest }) => (value === undefined || value === '' ? rest : { ...rest, [name]: value }), replace: true });
  const isFiltered = meter !== undefined || from !== undefined || to !== undefined;
  return (
    <>
      <Toolbar>
        <SelectField label="Meter" value={meter ?? ''} onChange={({ target }) => set('meter', target.value)}>
          <option value="">All</option>
          {meter !== undefined && meters.data?.every(({ code }) => code !== meter) === true && <option value={meter}>{meter}</option>}
          {meters.data?.map(({ code, name }) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
        </SelectField>
        <TextField label="From" type="datetime-local" value={from === undefined ? '' : localText(from)} onChange={({ target }) => set('from', fromLocalText(target.value))} />
        <TextField label="To" type="datetime-local" value={to === undefined ? '' : localText(to)} onChange={({ target }) => set('to', fromLocalText(target.value))} />
        <SelectField label="Order" value={order ?? 'newest'} onChange={({ target }) => set('order', target.value === 'oldest' ? 'oldest' : undefined)}>
          <option value="newest">Last ones first</option>
          <option value="oldest">First ones first</option>
        </SelectField>
      </Toolbar>
      <AlwaysNow what="Events" />
      <Card flush>
        <ListTable
          caption="Events of the customer"
          what="events"
          list={list}
          columns={columns}
          rowKey={({ id }) => id}
          empty={<Empty icon="event" title={isFiltered ? 'No such events' : 'No events yet'}>{isFiltered ? 'Nothing that happened fits the filter.' : 'They appear here as they are reported.'}</Empty>}
        />
      </Card>
    </>
  );
}

function useMeters(): UseQueryResult<Meter[]> {
  const client = useClient();
  return useQuery({
    queryKey: ['meters', 'all'],
    queryFn: async ({ signal }) => {
      const meters: Meter[] = [];
      for await (const meter of client.meters({}, { signal })) meters.push(meter);
      return meters;
    },
    staleTime: 60_000,
  });
}

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
          <strong>{formatQuantity(measured)}</strong> in <span title={`Meter ${meter}`}>{price}</span>{' '}
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
