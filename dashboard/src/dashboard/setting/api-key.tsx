import type { ApiKey, ApiKeyInput, ApiKeyKind, NewApiKey, Scope } from '@paidup/sdk';
import { Link } from '@tanstack/react-router';
import { useState, type FormEvent, type ReactElement } from 'react';
import { Button } from '../../part/button.js';
import { Card } from '../../part/card.js';
import { ChoiceList } from '../../part/choice.js';
import { useCommand } from '../../part/command.js';
import { Dialog } from '../../part/dialog.js';
import { Empty } from '../../part/empty.js';
import { ErrorNote } from '../../part/error.js';
import { Form, SelectField, TextField } from '../../part/field.js';
import { faultAt, textOf } from '../../part/form.js';
import { usePageList } from '../../part/page-list.js';
import { Secret } from '../../part/secret.js';
import { ListTable, type Column } from '../../part/table.js';
import { useClient } from '../../session/session.js';
import styles from './api-key.module.css';
import { RevokeDialog, standingColumns } from './api-key-standing.js';
import { KIND_WORDS, scopesOf } from './scope.js';

const KEYS = ['api-keys'] as const;

/** Every key, revoked ones too. */
export function KeysCard(): ReactElement {
  const client = useClient();
  const [isMaking, setMaking] = useState(false);
  const [revoked, setRevoked] = useState<ApiKey>();
  const list = usePageList(KEYS, ({ page, signal }) => client.listApiKeys(page, { signal }));
  const columns: Column<ApiKey>[] = [
    {
      key: 'name',
      header: 'Name',
      cell: ({ name, last4 }) => (
        <>
          <span className={styles.name}>{name}</span>
          <code className={styles.last}>…{last4}</code>
        </>
      ),
    },
    {
      key: 'kind',
      header: 'Kind',
      cell: ({ kind, customer }) =>
        customer === null ? (
          kind
        ) : (
          <Link to="/dashboard/customers/$customer/access" params={{ customer }}>
            {kind}
          </Link>
        ),
    },
    { key: 'scopes', header: 'May', cell: ({ scopes }) => (scopes.length === 0 ? 'all that its kind may' : scopes.join(', ')), wideOnly: true },
    ...standingColumns(setRevoked),
  ];
  return (
    <Card
      flush
      title="API keys"
      aside={
        <Button small icon="plus" onClick={() => setMaking(true)}>
          New key
        </Button>
      }
    >
      <ListTable caption="API keys" what="keys" list={list} columns={columns} rowKey={({ id }) => id} empty={<Empty icon="key" title="No keys" />} />
      {isMaking && <NewKeyDialog onClose={() => setMaking(false)} />}
      {revoked !== undefined && <RevokeDialog apiKey={revoked} touches={[KEYS]} onClose={() => setRevoked(undefined)} />}
    </Card>
  );
}

const KINDS = ['secret', 'publishable', 'customer'] as const satisfies readonly ApiKeyKind[];

function NewKeyDialog({ onClose }: { onClose: () => void }): ReactElement {
  const client = useClient();
  // Shown this once: it is gone with the dialog.
  const [made, setMade] = useState<NewApiKey>();
  const [kind, setKind] = useState<ApiKeyKind>('secret');
  const [isNarrow, setNarrow] = useState(false);
  const [scopes, setScopes] = useState<Scope[]>([]);
  const command = useCommand({ run: (input: ApiKeyInput) => client.createApiKey(input), touches: [KEYS], onDone: setMade });
  if (made !== undefined) {
    return (
      <Dialog
        title="The key is made"
        onClose={onClose}
        actions={
          <Button tone="primary" onClick={onClose}>
            I have kept it
          </Button>
        }
      >
        <p>It is shown this once, and kept nowhere. Keep it where your program finds it.</p>
        <Secret text={made.key} what="the key" />
      </Dialog>
    );
  }
  const options = scopesOf(kind);
  const chosen = isNarrow ? scopes.filter((scope) => options.includes(scope)) : [];
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    command.run({ kind, name: textOf(form, 'name') ?? undefined, customer: kind === 'customer' ? (textOf(form, 'customer') ?? '') : undefined, scopes: chosen });
  };
  return (
    <Dialog
      title="New key"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button tone="primary" type="submit" form="new-key" busy={command.isBusy} disabledReason={isNarrow && options.length > 0 && chosen.length === 0 ? 'Choose at least one right.' : undefined}>
            Make the key
          </Button>
        </>
      }
    >
      <Form id="new-key" onSubmit={submit}>
        <TextField label="Name" name="name" hint="So that it is known again." autoComplete="off" error={faultAt(command.error, '/name')} />
        <SelectField label="Kind" hint={KIND_WORDS[kind]} value={kind} onChange={({ target }) => setKind(KINDS.find((each) => each === target.value) ?? 'secret')}>
          {KINDS.map((each) => (
            <option key={each} value={each}>
              {each.charAt(0).toUpperCase() + each.slice(1)}
            </option>
          ))}
        </SelectField>
        {kind === 'customer' && <TextField label="Customer" name="customer" hint="Id or external id." autoComplete="off" spellCheck={false} error={faultAt(command.error, '/customer')} />}
        {options.length > 0 && (
          <SelectField label="May" value={isNarrow ? 'chosen' : 'all'} onChange={({ target }) => setNarrow(target.value === 'chosen')}>
            <option value="all">All that its kind may</option>
            <option value="chosen">Chosen rights only</option>
          </SelectField>
        )}
        {isNarrow && options.length > 0 && <ChoiceList legend="Rights" options={options} chosen={chosen} onChange={setScopes} error={faultAt(command.error, '/scopes')} />}
        {command.error !== null && <ErrorNote error={command.error} />}
      </Form>
    </Dialog>
  );
}
