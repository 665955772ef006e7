import type { Payment, RefundInput } from '@paidup/sdk';
import { useState, type FormEvent, type ReactElement } from 'react';
import { Badge, type Tone } from '../../part/badge.js';
import { Button } from '../../part/button.js';
import { Card } from '../../part/card.js';
import { useCommand } from '../../part/command.js';
import { Dialog } from '../../part/dialog.js';
import { Empty } from '../../part/empty.js';
import { ErrorNote } from '../../part/error.js';
import { Form, TextField } from '../../part/field.js';
import { faultAt, readDecimal, textOf } from '../../part/form.js';
import { Instant } from '../../part/instant.js';
import { formatMoney, Money } from '../../part/money.js';
import { usePageList } from '../../part/page-list.js';
import { ListTable, type Column } from '../../part/table.js';
import { useClient } from '../../session/session.js';
import { customerKey, useLooked } from '../../customer/state.js';

const TONES: Record<Payment['status'], Tone> = { open: 'warning', succeeded: 'good', declined: 'danger' };
const PURPOSES: Record<Payment['purpose'], string> = { deposit: 'Top-up by hand', top_up: 'Automatic top-up', refund: 'Refund', invoice: 'Invoice' };

/** What the payment provider was asked for, and what can be given back. */
export function PaymentsCard(): ReactElement {
  const client = useClient();
  const { customer } = useLooked();
  const [refunded, setRefunded] = useState<Payment>();
  const list = usePageList(['customer', customer, 'payments'], ({ page, signal }) => client.listPayments(customer, page, { signal }));
  const columns: Column<Payment>[] = [
    { key: 'created', header: 'Date', cell: ({ created_at: at }) => <Instant at={at} /> },
    {
      key: 'purpose',
      header: 'For',
      cell: ({ purpose, description }) => (description === '' ? PURPOSES[purpose] : description),
    },
    {
      key: 'status',
      header: 'Status',
      cell: ({ status, decline_reason: reason }) => (
        <>
          <Badge tone={TONES[status]}>{status}</Badge> {reason}
        </>
      ),
    },
    { key: 'amount', header: 'Amount', cell: ({ amount }) => <Money value={amount} />, align: 'end' },
    {
      key: 'refund',
      header: 'Refund',
      align: 'end',
      wideOnly: true,
      cell: (payment) => (
        <Button small tone="quiet" disabledReason={whyNoRefund(payment)} aria-label={`Give back ${formatMoney(payment.amount)}`} onClick={() => setRefunded(payment)}>
          Give back
        </Button>
      ),
    },
  ];
  return (
    <Card flush title="Payments" aside="Charges and refunds, oldest first">
      <ListTable caption="Payments" what="payments" list={list} columns={columns} rowKey={({ id }) => id} empty={<Empty icon="wallet" title="Nothing was charged yet" />} />
      {refunded !== undefined && <RefundDialog payment={refunded} onClose={() => setRefunded(undefined)} />}
    </Card>
  );
}

function whyNoRefund({ status, purpose }: Payment): string | undefined {
  if (purpose === 'refund') return 'It is a refund itself.';
  if (purpose === 'invoice') return 'What paid an invoice is given back by a credit note.';
  return { open: 'The provider has not answered yet.', declined: 'Nothing was charged.', succeeded: undefined }[status];
}

function RefundDialog({ payment, onClose }: { payment: Payment; onClose: () => void }): ReactElement {
  const client = useClient();
  const { customer } = useLooked();
  const [fault, setFault] = useState<string>();
  const command = useCommand({
    run: (refund: RefundInput) => client.refundPayment(customer, payment.id, refund),
    done: ({ amount }) => `${formatMoney(amount)} goes back to the card.`,
    touches: [customerKey(customer)],
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
      title={`Give back ${formatMoney(payment.amount)}`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button tone="danger" type="submit" form="refund" busy={command.isBusy}>
            Give it back
          </Button>
        </>
      }
    >
      <Form id="refund" onSubmit={submit}>
        <TextField label="Amount" name="amount" inputMode="decimal" autoComplete="off" after={payment.amount.currency} hint="Nothing: all that is left of the payment." error={fault ?? faultAt(command.error, '/amount')} />
        <TextField label="Reason" name="reason" autoComplete="off" error={faultAt(command.error, '/reason')} />
        {command.error !== null && <ErrorNote error={command.error} />}
      </Form>
    </Dialog>
  );
}
