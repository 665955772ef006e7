import type { Customer, CustomerProfile } from '@paidup/sdk';
import { useState, type FormEvent, type ReactElement } from 'react';
import { Button } from '../../part/button.js';
import { useCommand } from '../../part/command.js';
import { Dialog } from '../../part/dialog.js';
import { ErrorNote } from '../../part/error.js';
import { FieldRow, Form, TextField } from '../../part/field.js';
import { faultAt, textOf } from '../../part/form.js';
import { useClient } from '../../session/session.js';
import { customerKey } from '../../customer/state.js';

interface ProfileDialogProps {
  /** Undefined for one that is to be made. */
  customer?: Customer | undefined;
  onClose: () => void;
  onDone?: (customer: Customer) => void;
}

/** Who a customer is, how it is reached, and in which currency and zone it is billed. */
export function ProfileDialog({ customer, onClose, onDone }: ProfileDialogProps): ReactElement {
  const client = useClient();
  const [isTouched, setTouched] = useState(false);
  const command = useCommand({
    run: ({ externalId, profile }: { externalId: string | null; profile: CustomerProfile }) =>
      customer === undefined ? client.createCustomer({ external_id: externalId, ...profile }) : client.updateCustomer(customer.id, profile),
    done: () => (customer === undefined ? 'The customer is made.' : 'The profile is saved.'),
    touches: [['customers'], ...(customer === undefined ? [] : [customerKey(customer.id), ...(customer.external_id === null ? [] : [customerKey(customer.external_id)])])],
    onDone: (made) => {
      onDone?.(made);
      onClose();
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const address = { line1: textOf(form, 'line1'), city: textOf(form, 'city'), postal_code: textOf(form, 'postal_code'), state: customer?.address?.state ?? null, line2: customer?.address?.line2 ?? null, country: textOf(form, 'country') };
    setTouched(false);
    command.run({
      externalId: textOf(form, 'external_id'),
      profile: {
        name: textOf(form, 'name'),
        email: textOf(form, 'email'),
        phone: textOf(form, 'phone'),
        address: Object.values(address).every((part) => part === null) ? null : address,
        currency: textOf(form, 'currency')?.toUpperCase(),
        timezone: textOf(form, 'timezone') ?? undefined,
      },
    });
  };
  const fault = (pointer: string): string | undefined => (isTouched ? undefined : faultAt(command.error, pointer));
  const zones = Intl.supportedValuesOf('timeZone');
  return (
    <Dialog
      title={customer === undefined ? 'New customer' : 'Edit the profile'}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button tone="primary" type="submit" form="profile" busy={command.isBusy}>
            {customer === undefined ? 'Make the customer' : 'Save'}
          </Button>
        </>
      }
    >
      <Form id="profile" onSubmit={submit} onChange={() => setTouched(true)}>
        <TextField label="Name" name="name" defaultValue={customer?.name ?? ''} error={fault('/name')} autoComplete="off" />
        {customer === undefined && <TextField label="External id" name="external_id" hint="Your own name for it: unique, for ever." error={fault('/external_id')} autoComplete="off" />}
        <FieldRow>
          <TextField label="E-mail" name="email" type="email" defaultValue={customer?.email ?? ''} error={fault('/email')} autoComplete="off" />
          <TextField label="Phone" name="phone" type="tel" defaultValue={customer?.phone ?? ''} error={fault('/phone')} autoComplete="off" />
        </FieldRow>
        <FieldRow>
          <TextField label="Currency" name="currency" maxLength={3} hint="ISO 4217, such as EUR." defaultValue={customer?.currency ?? 'USD'} error={fault('/currency')} autoComplete="off" />
          <TextField label="Time zone" name="timezone" list="zones" hint="In which its days are counted." defaultValue={customer?.timezone ?? 'UTC'} error={fault('/timezone')} autoComplete="off" />
        </FieldRow>
        <datalist id="zones">
          {zones.map((zone) => (
            <option key={zone} value={zone} />
          ))}
        </datalist>
        <TextField label="Street" name="line1" defaultValue={customer?.address?.line1 ?? ''} error={fault('/address/line1')} autoComplete="off" />
        <FieldRow>
          <TextField label="Postal code" name="postal_code" defaultValue={customer?.address?.postal_code ?? ''} error={fault('/address/postal_code')} autoComplete="off" />
          <TextField label="City" name="city" defaultValue={customer?.address?.city ?? ''} error={fault('/address/city')} autoComplete="off" />
          <TextField label="Country" name="country" maxLength={2} hint="Two letters." defaultValue={customer?.address?.country ?? ''} error={fault('/address/country')} autoComplete="off" />
        </FieldRow>
        {command.error !== null && <ErrorNote error={command.error} />}
      </Form>
    </Dialog>
  );
}
