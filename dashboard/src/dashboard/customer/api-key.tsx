import type { ApiKey, NewApiKey, PortalLink } from '@paidup/sdk';
import { useState, type FormEvent, type ReactElement } from 'react';
import { Button } from '../../part/button.js';
import { Card } from '../../part/card.js';
import { useCommand } from '../../part/command.js';
import { Copy } from '../../part/copy.js';
import { Dialog } from '../../part/dialog.js';
import { Empty } from '../../part/empty.js';
import { ErrorNote } from '../../part/error.js';
import { Form, SelectField, TextField } from '../../part/field.js';
import { textOf } from '../../part/form.js';
import { Instant } from '../../part/instant.js';
import { usePageList } from '../../part/page-list.js';
import { Secret } from '../../part/secret.js';
import { ListTable, type Column } from '../../part/table.js';
import { useClient } from '../../session/session.js';
import { RevokeDialog, standingColumns } from '../setting/api-key-standing.js';
import styles from './api-key.module.css';
import { AlwaysNow } from './moment.js';
import { customerKey, useLooked } from '../../customer/state.js';

/** The customer's own keys, and links that open its portal. */
export function CustomerKeys(): ReactElement {
  const client = useClient();
  const { customer, now } = useLooked();
  const [isMaking, setMaking] = useState(false);
  const [revoked, setRevoked] = useState<ApiKey>();
  const list = usePageList(['customer', customer, 'api-keys'], ({ page, signal }) => client.listApiKeys({ customer: now.customer.id, ...page }, { signal }));
  const columns: Column<ApiKey>[] = [
    { key: 'name', header: 'Name', cell: ({ name }) => <span className={styles.name}>{name}</span> },
    { key: 'last4', header: 'Ends with', cell: ({ last4 }) => <code>…{last4}</code> },
    { key: 'scopes', header: 'May', cell: ({ scopes }) => (scopes.length === 0 ? 'all that a customer may' : scopes.join(', ')), wideOnly: true },
    ...standingColumns(setRevoked),
  ];
  return (
    <>
      <AlwaysNow what="Keys" />
      <PortalLinkCard />
      <Card
        flush
        title="Customer keys"
        aside={
          <Button small icon="plus" onClick={() => setMaking(true)}>
            New key
          </Button>
        }
      >
        <ListTable caption="Keys of the customer" what="keys" list={list} columns={columns} rowKey={({ id }) => id} empty={<Empty icon="key" title="No keys">A key lets the customer&apos;s own programs read its state, and what it may change.</Empty>} />
      </Card>
      {isMaking && <NewKeyDialog onClose={() => setMaking(false)} />}
      {revoked !== undefined && <RevokeDialog apiKey={revoked} touches={[[...customerKey(customer), 'api-keys']]} onClose={() => setRevoked(undefined)} />}
    </>
  );
}

const LIFETIMES = [
  { seconds: 3_600, name: 'an hour' },
  { seconds: 86_400, name: 'a day' },
  { seconds: 604_800, name: 'a week' },
  { seconds: 2_592_000, name: '30 days' },
] as const;

function PortalLinkCard(): ReactElement {
  const client = useClient();
  const { customer } = useLooked();
  const [link, setLink] = useState<PortalLink>();
  const command = useCommand({ run: (seconds: number) => client.createPortalLink(customer, { expires_in: seconds }), onDone: setLink });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    command.run(Number(textOf(new FormData(event.currentTarget), 'lifetime')));
  };
  return (
    <Card title="Portal link">
      <Form onSubmit={submit} className={styles.portal}>
        <p>Opens the portal as this customer: plan, usage, balance, invoices. Whoever has the link is the customer there, so hand it to nobody else.</p>
        <div className={styles.row}>
          <SelectField label="Good for" name="lifetime">
            {LIFETIMES.map(({ seconds, name }) => (
              <option key={seconds} value={seconds}>
                {name}
              </option>
            ))}
          </SelectField>
          <Button type="submit" icon="link" busy={command.isBusy}>
            Make a link
          </Button>
        </div>
        {link !== undefined && (
          <div className={styles.made} role="status">
            <code className={styles.secret}>{link.url}</code>
            <Copy text={link.url} what="the portal link">
              Copy
            </Copy>
            <a href={link.url} target="_blank" rel="noreferrer">
              Open it
            </a>
            <span className={styles.until}>
              until <Instant at={link.expires_at} />
            </span>
          </div>
        )}
        {command.error !== null && <ErrorNote error={command.error} />}
      </Form>
    </Card>
  );
}

function NewKeyDialog({ onClose }: { onClose: () => void }): ReactElement {
  const client = useClient();
  const { customer, now } = useLooked();
  // Shown this once: it is gone with the dialog.
  const [made, setMade] = useState<NewApiKey>();
  const command = useCommand({
    run: (name: string | undefined) => client.createApiKey({ kind: 'customer', customer: now.customer.id, name }),
    touches: [[...customerKey(customer), 'api-keys']],
    onDone: setMade,
  });
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
        <p>It is shown this once, and kept nowhere. Keep it where the customer&apos;s program finds it.</p>
        <Secret text={made.key} what="the key" />
      </Dialog>
    );
  }
  return (
    <Dialog
      title="New customer key"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button tone="primary" type="submit" form="new-key" busy={command.isBusy}>
            Make the key
          </Button>
        </>
      }
    >
      <Form
        id="new-key"
        onSubmit={(event) => {
          event.preventDefault();
          command.run(textOf(new FormData(event.currentTarget), 'name') ?? undefined);
        }}
      >
        <TextField label="Name" name="name" hint="So that it is known again." autoComplete="off" />
        {command.error !== null && <ErrorNote error={command.error} />}
      </Form>
    </Dialog>
  );
}
