import type { State } from '@paidup/sdk';
import { useState, type ReactElement } from 'react';
import { DepositDialog } from '../customer/deposit.js';
import { PaymentMethodCard } from '../customer/payment-method.js';
import { useMayNot } from '../customer/right.js';
import { customerKey, useLooked } from '../customer/state.js';
import { TopUpCard, TopUpDialog } from '../customer/top-up.js';
import { Button } from '../part/button.js';
import { Cards, Figure, Figures } from '../part/card.js';
import { useCommand } from '../part/command.js';
import { Instant } from '../part/instant.js';
import { formatMoney } from '../part/money.js';
import { Page, Stack, Toolbar } from '../part/page.js';
import { useClient } from '../session/session.js';
import { Bars } from './bar.js';
import { TransactionCard } from './transaction.js';

const NO_CARD = { none: 'Put a card on file first.', expired: 'The card on file has expired: put another one there first.', set: undefined };

/** The balance, what fills it, and what moved it. */
export function WalletPage(): ReactElement {
  const client = useClient();
  const { customer, state } = useLooked();
  const [asked, setAsked] = useState<'deposit' | 'first deposit' | 'automatic'>();
  const mayNot = useMayNot('wallet:write');
  // After the first money one is asked whether more shall follow by itself.
  const isFirst = state.top_up === null && state.wallet.every(({ last_credit: last }) => last === null);
  // A card may have been put on file elsewhere: the provider is asked, and everything here again.
  const refresh = useCommand({ run: () => refreshed(client.refreshPaymentMethod(customer)), done: () => 'Up to date.', touches: [customerKey(customer)] });
  const close = (): void => setAsked(undefined);
  return (
    <Page title="Balance">
      <Stack>
        <Bars state={state} />
        <Balances state={state} />
        <Toolbar>
          <Button tone="primary" icon="plus" disabledReason={mayNot ?? NO_CARD[state.payment_method.status]} onClick={() => setAsked(isFirst ? 'first deposit' : 'deposit')}>
            Top up
          </Button>
          <Button icon="refresh" busy={refresh.isBusy} onClick={() => refresh.run(undefined)}>
            Refresh
          </Button>
        </Toolbar>
        <Cards columns="two">
          <TopUpCard />
          <PaymentMethodCard />
        </Cards>
        <TransactionCard />
        {asked === 'deposit' && <DepositDialog onClose={close} />}
        {asked === 'first deposit' && <DepositDialog onClose={close} onDone={() => setAsked('automatic')} />}
        {asked === 'automatic' && <TopUpDialog lead="The money is there. Shall the balance fill itself from now on, so that it does not run dry?" onClose={close} />}
      </Stack>
    </Page>
  );
}

/** That the provider knows of no card is an answer too: the page then shows none. */
async function refreshed(asked: Promise<unknown>): Promise<void> {
  await asked.catch((error: unknown) => {
    if (!(error instanceof Error) || !('status' in error) || error.status !== 404) throw error;
  });
}

function Balances({ state: { wallet } }: { state: State }): ReactElement {
  return (
    <>
      {wallet.map(({ currency, available, balance, held, accrued, last_credit: last }) => {
        const money = (amount: string): string => formatMoney({ amount, currency });
        return (
          <Figures key={currency}>
            <Figure label="Available" note={last === null ? 'Nothing was added yet' : <>{money(last.amount)} added on <Instant at={last.at} precision="day" /></>}>
              {money(available)}
            </Figure>
            <Figure label="Balance">{money(balance)}</Figure>
            <Figure label="Set aside" note="For what is under way">
              {money(held)}
            </Figure>
            <Figure label="Used so far" note="Since it was last taken from the balance">
              {money(accrued)}
            </Figure>
          </Figures>
        );
      })}
    </>
  );
}
