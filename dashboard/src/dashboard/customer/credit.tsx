import type { AdjustmentInput, CreditGrantInput } from '@paidup/sdk';
import { useState, type FormEvent, type ReactElement } from 'react';
import { Button } from '../../part/button.js';
import { useCommand } from '../../part/command.js';
import { Dialog } from '../../part/dialog.js';
import { ErrorNote } from '../../part/error.js';
import { FieldRow, Form, SelectField, TextField } from '../../part/field.js';
import { faultAt, readDecimal, textOf } from '../../part/form.js';
import { fromLocalText } from '../../part/instant.js';
import { useClient } from '../../session/session.js';
import { customerKey, useLooked } from '../../customer/state.js';

/** Gives money that was not charged: with a priority, and until when it is good. */
export function GrantDialog({ onClose }: { onClose: () => void }): ReactElement {
  const client = useClient();
  const { customer, now } = useLooked();
  const { currency } = now.customer;
  const [fault, setFault] = useState<string>();
  const command = useCommand({ run: (grant: CreditGrantInput) => client.grantCredit(customer, grant), done: () => 'The credit is granted.', touches: [customerKey(customer)], onDone: onClose });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const amount = readDecimal(textOf(form, 'amount') ?? '');
    setFault(amount === undefined ? 'An amount above zero.' : undefined);
    if (amount === undefined) return;
    command.run({
      amount,
      currency,
      reason: textOf(form, 'reason') ?? '',
      kind: textOf(form, 'kind') === 'purchased' ? 'purchased' : 'granted',
      priority: Number(textOf(form, 'priority') ?? '50'),
      expires_at: fromLocalText(textOf(form, 'expires_at') ?? '') ?? null,
    });
  };
  return (
    <Dialog
      title="Grant credit"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button tone="primary" type="submit" form="grant" busy={command.isBusy}>
            Grant it
          </Button>
        </>
      }
    >
      <Form id="grant" onSubmit={submit}>
        <FieldRow>
          <TextField label="Amount" name="amount" inputMode="decimal" after={currency} autoComplete="off" error={fault ?? faultAt(command.error, '/amount')} />
          <SelectField label="Kind" name="kind">
            <option value="granted">Granted</option>
            <option value="purchased">Paid for elsewhere</option>
          </SelectField>
        </FieldRow>
        <FieldRow>
          <TextField label="Priority" name="priority" type="number" min={0} max={100} defaultValue="50" hint="0 is used first, 100 last." error={faultAt(command.error, '/priority')} />
          <TextField label="Good until" name="expires_at" type="datetime-local" hint="Without: for good." error={faultAt(command.error, '/expires_at')} />
        </FieldRow>
        <TextField label="Reason" name="reason" autoComplete="off" hint="Stands in the statement." error={faultAt(command.error, '/reason')} />
        {command.error !== null && <ErrorNote error={command.error} />}
      </Form>
    </Dialog>
  );
}

/** Corrects the balance by hand, up or down. */
export function AdjustmentDialog({ onClose }: { onClose: () => void }): ReactElement {
  const client = useClient();
  const { customer, now } = useLooked();
  const { currency } = now.customer;
  const [fault, setFault] = useState<string>();
  const command = useCommand({ run: (adjustment: AdjustmentInput) => client.adjustWallet(customer, adjustment), done: () => 'The balance is corrected.', touches: [customerKey(customer)], onDone: onClose });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const amount = readDecimal(textOf(form, 'amount') ?? '');
    setFault(amount === undefined ? 'An amount; below zero it is taken off.' : undefined);
    if (amount !== undefined) command.run({ amount, currency, reason: textOf(form, 'reason') ?? '' });
  };
  return (
    <Dialog
      title="Correct the balance by hand"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button tone="primary" type="submit" form="adjustment" busy={command.isBusy}>
            Correct it
          </Button>
        </>
      }
    >
      <Form id="adjustment" onSubmit={submit}>
        <TextField label="Amount" name="amount" inputMode="decimal" after={currency} autoComplete="off" hint="Added to the balance; with a minus it is taken off." error={fault ?? faultAt(command.error, '/amount')} />
        <TextField label="Reason" name="reason" autoComplete="off" hint="Stands in the statement." error={faultAt(command.error, '/reason')} />
        {command.error !== null && <ErrorNote error={command.error} />}
      </Form>
    </Dialog>
  );
}
