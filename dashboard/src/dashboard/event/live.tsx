import { getRouteApi } from '@tanstack/react-router';
import { useCallback, useState, type ReactElement } from 'react';
import { Badge } from '../../part/badge.js';
import { Button } from '../../part/button.js';
import { Card } from '../../part/card.js';
import { Empty } from '../../part/empty.js';
import { SelectField } from '../../part/field.js';
import { Page, Toolbar } from '../../part/page.js';
import { usePageList } from '../../part/page-list.js';
import { SearchField } from '../../part/search-field.js';
import { ListTable } from '../../part/table.js';
import { useClient } from '../../session/session.js';
import { useMeters } from '../meter/meter.js';
import { allEventColumns } from './column.js';
import type { LiveSearch } from './route.js';
import { useArrivals, type Arrivals } from './stream.js';
import styles from './live.module.css';

const route = getRouteApi('/dashboard/events');

/** The events of all customers as they arrive; the filter is in the address. */
export function EventsPage(): ReactElement {
  const client = useClient();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const meters = useMeters();
  const [isPaused, setPaused] = useState(false);
  const arrivals = useArrivals(isPaused);
  const { customer, meter } = search;
  const list = usePageList(['events', search], ({ page, signal }) => client.listAllEvents({ ...search, ...page }, { signal }));
  const set = useCallback(
    (name: keyof LiveSearch, value: string) => void navigate({ search: ({ [name]: _before, ...rest }) => (value === '' ? rest : { ...rest, [name]: value }), replace: true }),
    [navigate],
  );
  const searchCustomer = useCallback((text: string) => set('customer', text), [set]);
  const isFiltered = customer !== undefined || meter !== undefined;
  return (
    <Page
      title="Events"
      mark={<Standing arrivals={arrivals} isPaused={isPaused} />}
      lead="What happened, of all customers, by its own time; each with the usage windows that it counts in."
      actions={
        <Button icon={isPaused ? 'right' : 'clock'} aria-pressed={isPaused} onClick={() => setPaused(!isPaused)}>
          {isPaused ? 'Go on' : 'Pause'}
        </Button>
      }
    >
      <Toolbar>
        <SearchField label="Customer" placeholder="Id or external id of a customer" value={customer ?? ''} onSearch={searchCustomer} />
        <SelectField label="Meter" hideLabel value={meter ?? ''} onChange={({ target }) => set('meter', target.value)}>
          <option value="">All meters</option>
          {meter !== undefined && meters.data?.every(({ code }) => code !== meter) !== false && <option value={meter}>{meter}</option>}
          {meters.data?.map(({ code, name }) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
        </SelectField>
        {isPaused && (
          <p role="status" className={styles.waiting}>
            {arrivals.waiting === 0 ? 'Nothing has changed since.' : `${arrivals.waiting.toLocaleString()} ${arrivals.waiting === 1 ? 'change' : 'changes'} since.`}
          </p>
        )}
      </Toolbar>
      <Card flush>
        <ListTable
          caption="Events of all customers"
          what="events"
          list={list}
          columns={allEventColumns}
          rowKey={({ id, customer: { id: owner } }) => `${owner} ${id}`}
          empty={<Empty icon="event" title={isFiltered ? 'No such events' : 'No events yet'}>{isFiltered ? 'Nothing that happened fits the filter.' : 'They appear here as they are reported.'}</Empty>}
        />
      </Card>
    </Page>
  );
}

function Standing({ arrivals, isPaused }: { arrivals: Arrivals; isPaused: boolean }): ReactElement {
  if (isPaused) return <Badge tone="warning">paused</Badge>;
  return arrivals.isLive ? <Badge tone="good">live</Badge> : <Badge>connecting</Badge>;
}
