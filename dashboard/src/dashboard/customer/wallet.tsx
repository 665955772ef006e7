import type { Credit, StatementRow, Wallet } from '@paidup/sdk';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { Answer } from '../../part/answer.js';
import { Badge } from '../../part/badge.js';
import { Button } from '../../part/button.js';
import { Card, Cards, Figure, Figures } from '../../part/card.js';
import { Empty } from '../../part/empty.js';
import { Instant } from '../../part/instant.js';
import { formatMoney, isZero, Money } from '../../part/money.js';
import { Toolbar } from '../../part/page.js';
import { usePageList } from '../../part/page-list.js';
import { formatQuantity } from '../../part/quantity.js';
import { ListTable, Table, type Column } from '../../part/table.js';
import { useClient } from '../../session/session.js';
import { Compared } from '../../customer/compared.js';
import { AdjustmentDialog, GrantDialog } from './credit.js';
import { DepositDialog } from '../../customer/deposit.js';
import { AlwaysNow } from './moment.js';
import { PaymentMethodCard } from '../../customer/payment-method.js';
import { PaymentsCard } from './payment.js';
import { useLooked } from '../../customer/state.js';
import { TopUpCard } from '../../customer/top-up.js';
import { Why } from './why.js';

/** Balances, what fills them, what they are made of, and every movement. */
export function CustomerWallet(): ReactElement {
  const { state, at } = useLooked();
  const [asked, setAsked] = useState<'deposit' | 'credit' | 'adjustment'>();
  const notNow = at === undefined ? undefined : 'Only what is now can be changed.';
  const noCard = { none: 'There is no card on file to charge.', expired: 'The card on file has expired.', set: undefined }[state.payment_method.status];
  const close = (): void => setAsked(undefined);
  return (
    <>
      {state.wallet.map((wallet) => (
        <WalletFigures key={wallet.currency} wallet={wallet} />
      ))}
      <Toolbar>
        <Button tone="primary" icon="plus" disabledReason={notNow ?? noCard} onClick={() => setAsked('deposit')}>
          Top up
        </Button>
        <Button disabledReason={notNow} onClick={() => setAsked('credit')}>
          Grant credit
        </Button>
        <Button disabledReason={notNow} onClick={() => setAsked('adjustment')}>
          Correct by hand
        </Button>
      </Toolbar>
      <Cards columns="two">
        <TopUpCard />
        <PaymentMethodCard />
      </Cards>
      <AlwaysNow what="Credits, movements and payments" />
      <CreditsCard />
      <MovementsCard />
      <PaymentsCard />
      {asked === 'deposit' && <DepositDialog onClose={close} />}
      {asked === 'credit' && <GrantDialog onClose={close} />}
      {asked === 'adjustment' && <AdjustmentDialog onClose={close} />}
    </>
  );
}

function WalletFigures({ wallet: { currency } }: { wallet: Wallet }): ReactElement {
  const show = (amount: string | undefined): string => (amount === undefined ? 'none' : formatMoney({ amount, currency }));
  const figure = (name: 'balance' | 'held' | 'accrued' | 'available') => <Compared of={({ wallet }) => wallet.find((each) => each.currency === currency)?.[name]} show={show} />;
  return (
    <Figures>
      <Figure label={`Available, ${currency}`} note={<Why what="the balance" find={({ explanations }) => explanations?.[`wallet/${currency}`]} />}>
        {figure('available')}
      </Figure>
      <Figure label="Balance">{figure('balance')}</Figure>
      <Figure label="Held" note="Set aside until it is settled or released">
        {figure('held')}
      </Figure>
      <Figure label="Accrued" note="Usage so far that is not posted yet">
        {figure('accrued')}
      </Figure>
    </Figures>
  );
}

const creditColumns: readonly Column<Credit>[] = [
  { key: 'kind', header: 'Kind', cell: ({ kind }) => <Badge tone={kind === 'granted' ? 'info' : 'neutral'}>{kind}</Badge> },
  { key: 'priority', header: 'Priority', cell: ({ priority }) => priority, align: 'end' },
  { key: 'expires', header: 'Expires', cell: ({ expires_at: at }) => <Instant at={at} none="never" /> },
  { key: 'created', header: 'Made', cell: ({ created_at: at }) => <Instant at={at} precision="day" />, wideOnly: true },
  { key: 'remaining', header: 'Left', cell: ({ remaining }) => <Money value={remaining} />, align: 'end' },
];

function CreditsCard(): ReactElement {
  const client = useClient();
  const { customer, now } = useLooked();
  const query = useQuery({ queryKey: ['customer', customer, 'credits', now.revision], queryFn: ({ signal }) => client.readCredits(customer, { signal }), placeholderData: (before) => before });
  return (
    <Card flush title="What the balance is made of" aside="In the order in which it is used up">
      <Answer query={query} what="the credits" lines={3}>
        {({ data }) => (data.length === 0 ? <Empty icon="wallet" title="Nothing is left" /> : <Table caption="Credits" columns={creditColumns} rows={data} rowKey={({ id }) => id} />)}
      </Answer>
    </Card>
  );
}

function MovementsCard(): ReactElement {
  const client = useClient();
  const { customer, now } = useLooked();
  const { currency } = now.customer;
  const list = usePageList(['customer', customer, 'statement'], ({ page, signal }) => client.readStatement(customer, page, { signal }));
  const money = (amount: string): string => formatMoney({ amount, currency });
  const columns: Column<StatementRow>[] = [
    { key: 'date', header: 'Date', cell: ({ date }) => <Instant at={date} /> },
    {
      key: 'description',
      header: 'For',
      cell: ({ description, kind, quantity, unit }) => (
        <>
          {description === '' ? kind : description}
          {quantity !== null && ` (${formatQuantity(quantity, unit)})`}
        </>
      ),
    },
    { key: 'kind', header: 'Kind', cell: ({ kind }) => kind.replaceAll('_', ' '), wideOnly: true },
    { key: 'in', header: 'In', cell: ({ credit }) => (isZero(credit) ? '' : money(credit)), align: 'end' },
    { key: 'out', header: 'Out', cell: ({ debit }) => (isZero(debit) ? '' : money(debit)), align: 'end' },
    { key: 'balance', header: 'Balance', cell: ({ balance }) => money(balance), align: 'end', wideOnly: true },
  ];
  return (
    <Card flush title="Movements" aside={`${currency}, oldest first`}>
      <ListTable caption="Movements of the wallet" what="movements" list={list} columns={columns} rowKey={({ id, kind }) => `${id} ${kind}`} empty={<Empty icon="wallet" title="Nothing has moved yet" />} />
    </Card>
  );
}
