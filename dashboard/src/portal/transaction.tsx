import type { StatementQuery, StatementRow } from '@paidup/sdk';
import { getRouteApi } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { saveFile } from '../customer/invoice-pdf.js';
import { useLooked } from '../customer/state.js';
import { Button } from '../part/button.js';
import { Card } from '../part/card.js';
import { useCommand } from '../part/command.js';
import { Empty } from '../part/empty.js';
import { ErrorNote } from '../part/error.js';
import { SelectField, TextField } from '../part/field.js';
import { Instant } from '../part/instant.js';
import { formatMoney, isZero } from '../part/money.js';
import { Toolbar } from '../part/page.js';
import { usePageList } from '../part/page-list.js';
import { formatQuantity } from '../part/quantity.js';
import { SearchField } from '../part/search-field.js';
import { ListTable, type Column } from '../part/table.js';
import { useClient } from '../session/session.js';
import styles from './transaction.module.css';

const route = getRouteApi('/portal/wallet');

const FOUR_WEEKS_MS = 28 * 86_400_000;
const TYPES = { csv: 'text/csv', xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' } as const;

/** What moved the balance: the last four weeks unless the address says otherwise. */
export function TransactionCard(): ReactElement {
  const client = useClient();
  const { customer, state } = useLooked();
  const { direction, from, to, by, currency = state.customer.currency } = route.useSearch();
  const navigate = route.useNavigate();
  const [opened] = useState(() => new Date());
  const first = from ?? dayOf(new Date(opened.getTime() - FOUR_WEEKS_MS));
  const query: StatementQuery = { direction, currency, participant: by, from: startOf(first), to: to === undefined ? undefined : endOf(to) };
  const list = usePageList(['customer', customer, 'statement', { direction, first, to, by, currency }], ({ page, signal }) => client.readStatement(customer, { ...query, ...page }, { signal }));
  const download = useCommand({
    run: async (format: 'csv' | 'xlsx') => saveFile((await client.getStatementFile(customer, format, query)) as Uint8Array<ArrayBuffer>, { name: `transactions-${first}.${format}`, type: TYPES[format] }),
  });
  const set = (name: 'direction' | 'from' | 'to' | 'by' | 'currency', value: string): void =>
    void navigate({ search: ({ [name]: _before, ...rest }) => (value === '' ? rest : { ...rest, [name]: value }), replace: true, resetScroll: false });
  const currencies = [...new Set([...state.wallet.map((each) => each.currency), currency])];
  return (
    <Card flush title="Transactions" aside={currency}>
      <div className={styles.filters}>
        <Toolbar>
          <SelectField label="Type" value={direction ?? ''} onChange={({ target }) => set('direction', target.value)}>
            <option value="">All</option>
            <option value="credit">Credit</option>
            <option value="debit">Debit</option>
          </SelectField>
          {currencies.length > 1 && (
            <SelectField label="Currency" value={currency} onChange={({ target }) => set('currency', target.value)}>
              {currencies.map((each) => (
                <option key={each}>{each}</option>
              ))}
            </SelectField>
          )}
          <TextField label="From" type="date" max={to ?? dayOf(opened)} value={first} onChange={({ target }) => set('from', target.value)} />
          <TextField label="To" type="date" min={first} value={to ?? ''} onChange={({ target }) => set('to', target.value)} />
          <SearchField narrow label="By whom" placeholder="By whom" value={by ?? ''} onSearch={(text) => set('by', text)} />
          <Button icon="download" busy={download.isBusy} onClick={() => download.run('xlsx')}>
            XLSX
          </Button>
          <Button icon="download" busy={download.isBusy} onClick={() => download.run('csv')}>
            CSV
          </Button>
        </Toolbar>
        {download.error !== null && <ErrorNote error={download.error} />}
      </div>
      <ListTable
        caption="Transactions"
        what="transactions"
        list={list}
        columns={columnsOf(currency)}
        rowKey={({ id, kind, description }) => `${id} ${kind} ${description}`}
        empty={
          <Empty icon="wallet" title="Nothing moved in this time">
            {direction === undefined && by === undefined && to === undefined ? 'Choose an earlier day to see more.' : 'Choose other filters to see more.'}
          </Empty>
        }
      />
    </Card>
  );
}

function columnsOf(currency: string): Column<StatementRow>[] {
  const signed = ({ credit, debit }: StatementRow): string => (isZero(debit) ? `+${formatMoney({ amount: credit, currency })}` : `−${formatMoney({ amount: debit, currency })}`);
  return [
    { key: 'date', header: 'Date', cell: ({ date }) => <Instant at={date} /> },
    { key: 'description', header: 'For', cell: ({ description, kind, reason }) => `${description === '' ? kind.replaceAll('_', ' ') : description}${reason === null ? '' : ` (${reason})`}` },
    { key: 'participant', header: 'By', cell: ({ participant }) => participant ?? '', wideOnly: true },
    { key: 'quantity', header: 'Quantity', cell: ({ quantity, unit }) => (quantity === null ? '' : formatQuantity(quantity, unit)), align: 'end', wideOnly: true },
    { key: 'amount', header: 'Amount', cell: (row) => <span className={styles.amount}>{signed(row)}</span>, align: 'end' },
    { key: 'balance', header: 'Balance', cell: ({ balance }) => formatMoney({ amount: balance, currency }), align: 'end', wideOnly: true },
  ];
}

/** The reader's day, as a date control writes it. */
function dayOf(date: Date): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function startOf(day: string): string {
  return new Date(`${day}T00:00:00`).toISOString();
}

/** The beginning of the day after, which is not with it. */
function endOf(day: string): string {
  const date = new Date(`${day}T00:00:00`);
  date.setDate(date.getDate() + 1);
  return date.toISOString();
}
