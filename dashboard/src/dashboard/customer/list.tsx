import type { ListedCustomer } from '@paidup/sdk';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useCallback, useState, type ReactElement } from 'react';
import { Badge, type Tone } from '../../part/badge.js';
import { Button } from '../../part/button.js';
import { Card } from '../../part/card.js';
import { Empty } from '../../part/empty.js';
import { SelectField } from '../../part/field.js';
import { CustomerZone, Instant } from '../../part/instant.js';
import { Page, Toolbar } from '../../part/page.js';
import { usePageList } from '../../part/page-list.js';
import { isCurrency, SearchField } from '../../part/search-field.js';
import { ListTable, type Column, type Sorting } from '../../part/table.js';
import { useClient } from '../../session/session.js';
import styles from './list.module.css';
import { nameOf } from './name.js';
import { ProfileDialog } from './profile.js';
import { CUSTOMER_ATTENTIONS, CUSTOMER_STATUSES, type CustomersSearch } from './route.js';
import { usePlans } from './terms.js';

const route = getRouteApi('/dashboard/customers');

const TONES: Record<ListedCustomer['status'], Tone> = { active: 'good', trialing: 'info', scheduled: 'info', paused: 'warning', canceled: 'neutral', none: 'neutral' };
const STATUS_WORDS: Record<ListedCustomer['status'], string> = { active: 'active', trialing: 'in trial', scheduled: 'to come', paused: 'paused', canceled: 'canceled', none: 'no subscription' };
const ATTENTION_WORDS: Record<(typeof CUSTOMER_ATTENTIONS)[number], string> = {
  limit_reached: 'Limit reached',
  wallet_low: 'Wallet about to run dry',
  top_up_off: 'Top-up switched off',
  payment_failed: 'Payment failed',
  overdue: 'Invoice overdue',
};

const columns: readonly Column<ListedCustomer>[] = [
  {
    key: 'name',
    header: 'Name',
    sortBy: 'name',
    cell: (customer) => (
      <>
        <Link to="/dashboard/customers/$customer" params={{ customer: customer.id }} className={styles.name}>
          {nameOf(customer)}
        </Link>
        {customer.external_id !== null && customer.name !== null && <code className={styles.external}>{customer.external_id}</code>}
      </>
    ),
  },
  { key: 'status', header: 'Status', cell: ({ status }) => <Badge tone={TONES[status]}>{STATUS_WORDS[status]}</Badge> },
  { key: 'plans', header: 'Plans', cell: ({ subscriptions }) => (subscriptions.length === 0 ? '—' : [...new Set(subscriptions.map(({ plan }) => plan.name))].join(', ')) },
  { key: 'email', header: 'E-mail', cell: ({ email }) => email ?? '—', wideOnly: true },
  { key: 'currency', header: 'Currency', cell: ({ currency }) => currency, wideOnly: true },
  {
    key: 'created',
    header: 'Created',
    sortBy: 'created',
    cell: ({ created_at: at, timezone }) => (
      <CustomerZone zone={timezone}>
        <Instant at={at} precision="day" />
      </CustomerZone>
    ),
    align: 'end',
    wideOnly: true,
  },
];

/** All customers; what is asked for is in the address. */
export function CustomersPage(): ReactElement {
  const client = useClient();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const plans = usePlans();
  const [isMaking, setMaking] = useState(false);
  const list = usePageList(['customers', search], ({ page, signal }) => client.listCustomers({ ...search, ...page }, { signal }));
  const set = useCallback(
    <Name extends keyof CustomersSearch>(name: Name, value: CustomersSearch[Name] | '') =>
      void navigate({ search: ({ [name]: _before, ...rest }) => (value === undefined || value === '' ? rest : { ...rest, [name]: value }), replace: true }),
    [navigate],
  );
  const searchText = useCallback((text: string) => set('query', text), [set]);
  const searchCurrency = useCallback((text: string) => set('currency', text.toUpperCase()), [set]);
  const { query, plan, status, attention, currency, sort } = search;
  const sorting: Sorting = {
    by: sort === 'name' ? 'name' : 'created',
    isDescending: sort === undefined,
    onSort: (by, isDescending) => set('sort', by === 'name' ? 'name' : isDescending ? '' : 'oldest'),
  };
  const isFiltered = Object.keys(search).some((name) => name !== 'sort');
  return (
    <Page
      title="Customers"
      lead="Who owes and uses."
      actions={
        <Button tone="primary" icon="plus" onClick={() => setMaking(true)}>
          New customer
        </Button>
      }
    >
      <Toolbar>
        <SearchField label="Search" placeholder="Name, e-mail or external id" value={query ?? ''} onSearch={searchText} />
        <SelectField label="Status" hideLabel value={status ?? ''} onChange={({ target }) => set('status', CUSTOMER_STATUSES.find((each) => each === target.value))}>
          <option value="">Any status</option>
          {CUSTOMER_STATUSES.map((each) => (
            <option key={each} value={each}>
              {STATUS_WORDS[each]}
            </option>
          ))}
        </SelectField>
        <SelectField label="Plan" hideLabel value={plan ?? ''} onChange={({ target }) => set('plan', target.value)}>
          <option value="">Any plan</option>
          {plan !== undefined && plans.data?.every(({ code }) => code !== plan) !== false && <option value={plan}>{plan}</option>}
          {plans.data?.map(({ code, name }) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
        </SelectField>
        <SelectField label="What needs attention" hideLabel value={attention ?? ''} onChange={({ target }) => set('attention', CUSTOMER_ATTENTIONS.find((each) => each === target.value))}>
          <option value="">With or without trouble</option>
          {CUSTOMER_ATTENTIONS.map((each) => (
            <option key={each} value={each}>
              {ATTENTION_WORDS[each]}
            </option>
          ))}
        </SelectField>
        <SearchField narrow label="Currency" placeholder="Currency" value={currency ?? ''} onSearch={searchCurrency} isComplete={isCurrency} />
      </Toolbar>
      <Card flush>
        <ListTable
          caption="Customers"
          what="customers"
          list={list}
          columns={columns}
          rowKey={({ id }) => id}
          sorting={sorting}
          empty={isFiltered ? <Empty icon="search" title="No such customers">None of them fits what is asked for above.</Empty> : <Empty icon="customer" title="No customers yet" />}
        />
      </Card>
      {isMaking && <ProfileDialog onClose={() => setMaking(false)} onDone={({ id }) => void navigate({ to: '/dashboard/customers/$customer', params: { customer: id } })} />}
    </Page>
  );
}
