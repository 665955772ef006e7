import { useState, type ReactElement } from 'react';
import { Button } from '../part/button.js';
import { useCommand } from '../part/command.js';
import { Fact, Facts } from '../part/card.js';
import { Dialog } from '../part/dialog.js';
import { ErrorNote } from '../part/error.js';
import { Form, TextField } from '../part/field.js';
import { faultAt, writeDecimal } from '../part/form.js';
import { formatMoney } from '../part/money.js';
import { useClient } from '../session/session.js';
import { chipsOf, readAmount } from './amount.js';
import { useRecommended } from './recommended.js';
import { customerKey, useLooked } from './state.js';
import styles from './wallet.module.css';

/** Charges the card on file and adds the money to the wallet. */
export function DepositDialog({ onClose, onDone = onClose }: { onClose: () => void; /** When the money is there; closing it unless told. */ onDone?: () => void }): ReactElement {
  const client = useClient();
  const { customer, now } = useLooked();
  const { currency } = now.customer;
  const [text, setText] = useState('');
  const { amount, fault } = readAmount(text, { currency });
  const recommended = useRecommended();
  const available = now.wallet.find((each) => each.currency === currency)?.available ?? '0';
  const command = useCommand({
    run: (wanted: string) => client.deposit(customer, { amount: wanted, currency }),
    done: ({ amount: charged }) => `${formatMoney(charged)} was charged and added.`,
    touches: [customerKey(customer)],
    onDone,
  });
  return (
    <Dialog
      title="Top up"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button tone="primary" type="submit" form="deposit" busy={command.isBusy} disabledReason={amount === undefined ? (fault ?? 'Say how much first.') : undefined}>
            {amount !== undefined ? `Charge ${formatMoney({ amount, currency })}` : 'Charge the card'}
          </Button>
        </>
      }
    >
      <Form
        id="deposit"
        onSubmit={(event) => {
          event.preventDefault();
          if (amount !== undefined) command.run(amount);
        }}
      >
        <Facts>
          <Fact name="Available now">{formatMoney({ amount: available, currency })}</Fact>
          {recommended !== undefined && (
            <Fact name="Recommended">
              <Button small aria-pressed={amount === recommended.amount} onClick={() => setText(writeDecimal(recommended.amount))}>
                {formatMoney({ amount: recommended.amount, currency })}
              </Button>{' '}
              {recommended.why}
            </Fact>
          )}
        </Facts>
        <div className={styles.chips} role="group" aria-label="Suggestions">
          {chipsOf(currency).map((chip) => (
            <Button key={chip} small aria-pressed={amount === chip} onClick={() => setText(chip)}>
              {formatMoney({ amount: chip, currency })}
            </Button>
          ))}
        </div>
        <TextField
          label="Amount"
          inputMode="decimal"
          autoComplete="off"
          after={currency}
          value={text}
          onChange={({ target }) => setText(target.value)}
          error={fault ?? faultAt(command.error, '/amount')}
          hint="The card on file is charged at once."
        />
        {command.error !== null && <ErrorNote error={command.error} />}
      </Form>
    </Dialog>
  );
}
