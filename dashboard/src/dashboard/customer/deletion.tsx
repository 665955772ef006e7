import type { Customer } from '@paidup/sdk';
import type { ReactElement } from 'react';
import { Button } from '../../part/button.js';
import { useCommand } from '../../part/command.js';
import { Dialog } from '../../part/dialog.js';
import { ErrorNote } from '../../part/error.js';
import { useClient } from '../../session/session.js';
import { nameOf } from './name.js';

/** Asks once more before a customer goes. */
export function DeleteCustomerDialog({ customer, onClose, onDone }: { customer: Customer; onClose: () => void; onDone: () => void }): ReactElement {
  const client = useClient();
  const command = useCommand({ run: () => client.deleteCustomer(customer.id), done: () => 'The customer is deleted.', touches: [['customers']], onDone });
  return (
    <Dialog
      title={`Delete ${nameOf(customer)}?`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button tone="danger" busy={command.isBusy} onClick={() => command.run(undefined)}>
            Delete the customer
          </Button>
        </>
      }
    >
      <p>It is not found any more, and nothing more is billed. Its invoices are kept, and its external id stays taken. This cannot be taken back.</p>
      {command.error !== null && <ErrorNote error={command.error} />}
    </Dialog>
  );
}
