import type { ApiKey } from '@paidup/sdk';
import type { ReactElement } from 'react';
import { Badge } from '../../part/badge.js';
import { Button } from '../../part/button.js';
import { useCommand } from '../../part/command.js';
import { Dialog } from '../../part/dialog.js';
import { ErrorNote } from '../../part/error.js';
import { Instant } from '../../part/instant.js';
import type { Column } from '../../part/table.js';
import { useClient } from '../../session/session.js';

/** What every list of keys shows of one: since when, whether it works, and the way to end that. */
export function standingColumns(onRevoke: (key: ApiKey) => void): Column<ApiKey>[] {
  return [
    { key: 'created', header: 'Made', cell: ({ created_at: at }) => <Instant at={at} precision="day" />, wideOnly: true },
    { key: 'state', header: 'State', cell: ({ revoked_at: at }) => (at === null ? <Badge tone="good">works</Badge> : <Badge>revoked</Badge>) },
    {
      key: 'revoke',
      header: 'Revoke',
      align: 'end',
      cell: (key) => (
        <Button small tone="quiet" aria-label={`Revoke ${key.name}`} disabledReason={key.revoked_at === null ? undefined : 'It is revoked already.'} onClick={() => onRevoke(key)}>
          Revoke
        </Button>
      ),
    },
  ];
}

interface RevokeDialogProps {
  apiKey: ApiKey;
  /** Query keys of the lists that it stands in. */
  touches: ReadonlyArray<readonly unknown[]>;
  onClose: () => void;
}

export function RevokeDialog({ apiKey, touches, onClose }: RevokeDialogProps): ReactElement {
  const client = useClient();
  const command = useCommand({ run: () => client.revokeApiKey(apiKey.id), done: () => 'The key is revoked: within five seconds it works nowhere.', touches, onDone: onClose });
  return (
    <Dialog
      title={`Revoke ${apiKey.name}?`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button tone="danger" busy={command.isBusy} onClick={() => command.run(undefined)}>
            Revoke
          </Button>
        </>
      }
    >
      <p>
        Whatever uses the key that ends with {apiKey.last4} is refused from then on{apiKey.kind === 'secret' ? '; whoever signed in with it is signed out' : ''}. This cannot be taken back.
      </p>
      {command.error !== null && <ErrorNote error={command.error} />}
    </Dialog>
  );
}
