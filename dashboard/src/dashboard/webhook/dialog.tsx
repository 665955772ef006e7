import type { MessageType, NewWebhookEndpoint, WebhookEndpoint, WebhookEndpointInput } from '@paidup/sdk';
import { useState, type FormEvent, type ReactElement } from 'react';
import { Button } from '../../part/button.js';
import { ChoiceList } from '../../part/choice.js';
import { useCommand } from '../../part/command.js';
import { Dialog } from '../../part/dialog.js';
import { ErrorNote } from '../../part/error.js';
import { Form, SelectField, TextField } from '../../part/field.js';
import { faultAt, textOf } from '../../part/form.js';
import { Secret } from '../../part/secret.js';
import { useClient } from '../../session/session.js';
import { MESSAGE_TYPES } from './type.js';

/** Makes an endpoint, and shows its secret this once. */
export function NewEndpointDialog({ onClose, onDone }: { onClose: () => void; onDone: (id: string) => void }): ReactElement {
  const client = useClient();
  // It is gone with the dialog.
  const [made, setMade] = useState<NewWebhookEndpoint>();
  const command = useCommand({ run: (input: WebhookEndpointInput) => client.createWebhookEndpoint(input), touches: [['webhooks']], onDone: setMade });
  if (made !== undefined) return <SecretDialog title="The endpoint is made" endpoint={made} onClose={() => onDone(made.id)} />;
  return <EndpointDialog title="New endpoint" save="Make the endpoint" endpoint={undefined} command={command} onClose={onClose} />;
}

/** Changes an endpoint. */
export function ChangeEndpointDialog({ endpoint, onClose }: { endpoint: WebhookEndpoint; onClose: () => void }): ReactElement {
  const client = useClient();
  const command = useCommand({
    run: ({ customer: _customer, ...change }: WebhookEndpointInput) => client.updateWebhookEndpoint(endpoint.id, change),
    done: () => 'The endpoint is saved.',
    touches: [['webhooks'], ['webhook', endpoint.id]],
    onDone: onClose,
  });
  return <EndpointDialog title="Change the endpoint" save="Save" endpoint={endpoint} command={command} onClose={onClose} />;
}

/** What messages are signed with, once. */
export function SecretDialog({ title, endpoint: { secret }, onClose, children }: { title: string; endpoint: NewWebhookEndpoint; onClose: () => void; children?: string }): ReactElement {
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <Button tone="primary" onClick={onClose}>
          I have kept it
        </Button>
      }
    >
      <p>Messages are signed with this secret. It is shown this once: keep it where your receiver finds it. {children}</p>
      <Secret text={secret} what="the secret" />
    </Dialog>
  );
}

type Told = 'usual' | 'all' | 'chosen';

interface EndpointDialogProps {
  title: string;
  save: string;
  endpoint: WebhookEndpoint | undefined;
  command: { run: (input: WebhookEndpointInput) => void; isBusy: boolean; error: Error | null };
  onClose: () => void;
}

function EndpointDialog({ title, save, endpoint, command, onClose }: EndpointDialogProps): ReactElement {
  const present = endpoint?.types ?? [];
  const [told, setTold] = useState<Told>(present.includes('*') ? 'all' : present.length > 0 ? 'chosen' : 'usual');
  const [chosen, setChosen] = useState<MessageType[]>(present.filter((type) => type !== '*'));
  const fault = (pointer: string): string | undefined => faultAt(command.error, pointer);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    command.run({ url: textOf(form, 'url') ?? '', description: textOf(form, 'description'), customer: textOf(form, 'customer'), types: told === 'all' ? ['*'] : told === 'chosen' ? chosen : [] });
  };
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button tone="primary" type="submit" form="endpoint" busy={command.isBusy} disabledReason={told === 'chosen' && chosen.length === 0 ? 'Choose at least one type of message.' : undefined}>
            {save}
          </Button>
        </>
      }
    >
      <Form id="endpoint" onSubmit={submit}>
        <TextField label="Address" name="url" type="url" placeholder="https://example.com/hooks" hint="https, and public unless this server allows others." defaultValue={endpoint?.url} autoComplete="off" error={fault('/url')} />
        <TextField label="Description" name="description" defaultValue={endpoint?.description ?? ''} autoComplete="off" error={fault('/description')} />
        {endpoint === undefined && <TextField label="Customer" name="customer" hint="Id or external id: it is told about this one alone. Empty for all." autoComplete="off" spellCheck={false} error={fault('/customer')} />}
        <SelectField label="Is told" value={told} onChange={({ target }) => setTold(target.value === 'all' ? 'all' : target.value === 'chosen' ? 'chosen' : 'usual')}>
          <option value="usual">Everything but usage.recorded</option>
          <option value="all">Everything</option>
          <option value="chosen">Chosen types</option>
        </SelectField>
        {told === 'chosen' && <ChoiceList legend="Types of messages" options={MESSAGE_TYPES} chosen={chosen} onChange={setChosen} error={fault('/types')} />}
        {command.error !== null && <ErrorNote error={command.error} />}
      </Form>
    </Dialog>
  );
}
