import { useState, type ReactElement } from 'react';
import { Button } from '../part/button.js';
import { useCommand } from '../part/command.js';
import { Dialog } from '../part/dialog.js';
import { ErrorNote } from '../part/error.js';
import { Form, TextField } from '../part/field.js';
import { faultAt, readDecimal } from '../part/form.js';
import { formatMoney, isNegative, isZero } from '../part/money.js';
import { useClient } from '../session/session.js';
import { customerKey, useLooked } from './state.js';
import styles from './wallet.module.css';

const CHIPS = ['10', '20', '50', '100'];

/** Charges the card on file and adds the money to the wallet. */
export function DepositDialog({ onClose }: { onClose: () => void }): ReactElement {
  const client = useClient();
  const { customer, now } = useLooked();
  const { currency } = now.customer;
  const [text, setText] = useState('');
  const amount = readDecimal(text);
  const isFine = amount !== undefined && !isZero(amount) && !isNegative(amount);
  const command = useCommand({
    run: (wanted: string) => client.deposit(customer, { amount: wanted, currency }),
    done: ({ amount: charged }) => `${formatMoney(charged)} was charged and added.`,
    touches: [customerKey(customer)],
    onDone: onClose,
  });
  return (
    <Dialog
      title="Top up"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button tone="primary" type="submit" form="deposit" busy={command.isBusy} disabledReason={isFine ? undefined : 'Say how much first.'}>
            {isFine ? `Charge ${formatMoney({ amount, currency })}` : 'Charge the card'}
          </Button>
        </>
      }
    >
      <Form
        id="deposit"
        onSubmit={(event) => {
          event.preventDefault();
          if (isFine) command.run(amount);
        }}
      >
        <div className={styles.chips}>
          {CHIPS.map((chip) => (
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
          error={text === '' || isFine ? faultAt(command.error, '/amount') : 'An amount above zero.'}
          hint="The card on file is charged at once."
        />
        {command.error !== null && <ErrorNote error={command.error} />}
      </Form>
    </Dialog>
  );
}
