import { getRouteApi } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useLooked } from '../../customer/state.js';
import { Card } from '../../part/card.js';
import { Empty } from '../../part/empty.js';
import { SelectField, TextField } from '../../part/field.js';
import { fromLocalText, localText } from '../../part/instant.js';
import { Toolbar } from '../../part/page.js';
import { usePageList } from '../../part/page-list.js';
import { ListTable } from '../../part/table.js';
import { useClient } from '../../session/session.js';
import { eventColumns } from '../event/column.js';
import { useMeters } from '../meter/meter.js';
import { AlwaysNow } from './moment.js';

const route = getRouteApi('/dashboard/customers/$customer/events');

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
          columns={eventColumns}
          rowKey={({ id }) => id}
          empty={<Empty icon="event" title={isFiltered ? 'No such events' : 'No events yet'}>{isFiltered ? 'Nothing that happened fits the filter.' : 'They appear here as they are reported.'}</Empty>}
        />
      </Card>
    </>
  );
}
