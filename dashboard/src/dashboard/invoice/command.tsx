import type { Client, Invoice } from '@paidup/sdk';
import { useState, type FormEvent, type ReactElement } from 'react';
import { Button } from '../../part/button.js';
import { useCommand } from '../../part/command.js';
import { Dialog } from '../../part/dialog.js';
import { ErrorNote } from '../../part/error.js';
import { Form, TextField } from '../../part/field.js';
import { faultAt, readDecimal, textOf } from '../../part/form.js';
import { formatMoney } from '../../part/money.js';
import { useClient } from '../../session/session.js';

export type InvoiceCommand = 'charge' | 'pay' | 'credit' | 'write-off' | 'void';

interface Typed {
  amount?: string | undefined;
  reason: string | null;
}

interface CommandWords {
  title: string;
  /** What it does, in a sentence. */
  sentence: string;
  action: string;
  done: string;
  isGrave?: boolean;
  takes: ReadonlyArray<'amount' | 'reason' | 'reference'>;
  run: (client: Client, invoice: string, typed: Typed) => Promise<unknown>;
}

const COMMANDS: Record<InvoiceCommand, CommandWords> = {
  charge: {
    title: 'Charge the card',
    sentence: 'What is open is charged to the card on file. The answer does not wait for the provider: the invoice is paid when it has said yes.',
    action: 'Charge',
    done: 'The provider is asked for the money.',
    takes: [],
    run: (client, invoice) => client.chargeInvoice(invoice),
  },
  pay: {
    title: 'Record a payment',
    sentence: 'What is open was paid outside of Paidup.',
    action: 'Record it',
    done: 'The payment is recorded.',
    takes: ['reference'],
    run: (client, invoice, { reason }) => client.recordPayment(invoice, { reference: reason }),
  },
  credit: {
    title: 'Credit note',
    sentence: 'Gives part of the invoice back, with its part of the tax. It lowers what is open first; what was paid goes to the wallet.',
    action: 'Give it back',
    done: 'The credit note is issued.',
    takes: ['amount', 'reason'],
    run: (client, invoice, { amount, reason }) => client.creditInvoice(invoice, { amount, reason }),
  },
  'write-off': {
    title: 'Write off',
    sentence: 'Gives up on the invoice being paid. It stays as it was issued.',
    action: 'Write it off',
    done: 'The invoice is written off.',
    isGrave: true,
    takes: ['reason'],
    run: (client, invoice, { reason }) => client.writeOffInvoice(invoice, { reason }),
  },
  void: {
    title: 'Take back',
    sentence: 'Takes the invoice back, as if it had not been issued. Its number stays taken. This cannot be undone.',
    action: 'Take it back',
    done: 'The invoice is void.',
    isGrave: true,
    takes: ['reason'],
    run: (client, invoice, { reason }) => client.voidInvoice(invoice, { reason }),
  },
};

/** Asks what a command needs to know, and gives it. */
export function InvoiceCommandDialog({ name, invoice, onClose }: { name: InvoiceCommand; invoice: Invoice; onClose: () => void }): ReactElement {
  const client = useClient();
  const { title, sentence, action, done, takes, run, isGrave = false } = COMMANDS[name];
  const [fault, setFault] = useState<string>();
  const command = useCommand({
    run: (typed: Typed) => run(client, invoice.id, typed),
    done: () => done,
    touches: [['invoice', invoice.id], ['invoices'], ['customer', invoice.customer]],
    onDone: onClose,
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = textOf(form, 'amount');
    const amount = text === null ? undefined : readDecimal(text);
    setFault(text !== null && amount === undefined ? 'An amount, or nothing for all that is left.' : undefined);
    if (text === null || amount !== undefined) command.run({ amount, reason: textOf(form, 'reason') });
  };
  return (
    <Dialog
      title={`${title}: ${invoice.number ?? 'draft'}`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button tone={isGrave ? 'danger' : 'primary'} type="submit" form="invoice-command" busy={command.isBusy}>
            {action}
          </Button>
        </>
      }
    >
      <Form id="invoice-command" onSubmit={submit}>
        <p>
          {sentence} Open: <strong>{formatMoney(invoice.amount_due)}</strong>.
        </p>
        {takes.includes('amount') && (
          <TextField label="Amount without tax" name="amount" inputMode="decimal" autoComplete="off" after={invoice.currency} hint="Nothing: all that is left." error={fault ?? faultAt(command.error, '/amount')} />
        )}
        {takes.includes('reason') && <TextField label="Reason" name="reason" autoComplete="off" error={faultAt(command.error, '/reason')} />}
        {takes.includes('reference') && <TextField label="Reference" name="reason" autoComplete="off" hint="Your name for the payment." error={faultAt(command.error, '/reference')} />}
        {command.error !== null && <ErrorNote error={command.error} />}
      </Form>
    </Dialog>
  );
}
