import { isProblem, type NewWebhookEndpoint, type SentWebhook, type WebhookEndpoint } from '@paidup/sdk';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { useAnnounce } from '../../part/announcer.js';
import { Answer } from '../../part/answer.js';
import { Badge } from '../../part/badge.js';
import { Button, ButtonLink } from '../../part/button.js';
import { Card, Fact, Facts } from '../../part/card.js';
import { useCommand } from '../../part/command.js';
import { Copy } from '../../part/copy.js';
import { Dialog } from '../../part/dialog.js';
import { Empty } from '../../part/empty.js';
import { ErrorNote } from '../../part/error.js';
import { SelectField } from '../../part/field.js';
import { Icon } from '../../part/icon.js';
import { Instant } from '../../part/instant.js';
import { Menu, MenuItem } from '../../part/menu.js';
import { Page } from '../../part/page.js';
import { useClient } from '../../session/session.js';
import { Deliveries } from './delivery.js';
import { ChangeEndpointDialog, SecretDialog } from './dialog.js';
import { wordsOfAttempt } from './words.js';
import { wordsOfTypes } from './type.js';

const route = getRouteApi('/dashboard/webhooks/$endpoint');

/** One endpoint: what it is told, and how that went. */
export function WebhookPage(): ReactElement {
  const client = useClient();
  const { endpoint: id } = route.useParams();
  const query = useQuery({ queryKey: ['webhook', id], queryFn: ({ signal }) => client.getWebhookEndpoint(id, { signal }) });
  const endpoint = query.data;
  const back = (
    <Link to="/dashboard/webhooks">
      <Icon name="left" size={12} /> Webhooks
    </Link>
  );
  if (isProblem(query.error, 'not_found')) {
    return (
      <Page title="No such endpoint" back={back}>
        <Empty icon="webhook" title="There is no such endpoint" action={<ButtonLink to="/dashboard/webhooks">All endpoints</ButtonLink>}>
          It may have been deleted.
        </Empty>
      </Page>
    );
  }
  return (
    <Page
      title={endpoint?.description ?? (endpoint === undefined ? 'Endpoint' : hostOf(endpoint.url))}
      back={back}
      mark={endpoint !== undefined && <Badge tone={endpoint.enabled ? 'good' : 'warning'}>{endpoint.enabled ? 'on' : 'off'}</Badge>}
      actions={endpoint !== undefined && <Actions endpoint={endpoint} />}
    >
      <Answer query={query} what="the endpoint">
        {(shown) => (
          <>
            <About endpoint={shown} />
            <Deliveries endpoint={shown.id} />
          </>
        )}
      </Answer>
    </Page>
  );
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

function About({ endpoint }: { endpoint: WebhookEndpoint }): ReactElement {
  const { id, url, customer, enabled, disabled_at: disabledAt, disabled_reason: reason, created_at: createdAt } = endpoint;
  return (
    <Card title="Endpoint">
      <Facts>
        <Fact name="Address">
          <code>{url}</code> <Copy text={url} what="the address" />
        </Fact>
        <Fact name="Is told">{endpoint.types.includes('*') || endpoint.types.length === 0 ? wordsOfTypes(endpoint) : endpoint.types.join(', ')}</Fact>
        <Fact name="About">
          {customer === null ? (
            'all customers'
          ) : (
            <Link to="/dashboard/customers/$customer" params={{ customer }}>
              {customer}
            </Link>
          )}
        </Fact>
        {!enabled && (
          <Fact name="Off since">
            <Instant at={disabledAt} none="it was made" />
            {reason !== null && `: ${reason}`}
          </Fact>
        )}
        <Fact name="Made">
          <Instant at={createdAt} />
        </Fact>
        <Fact name="Id">
          <code>{id}</code>
        </Fact>
      </Facts>
    </Card>
  );
}

type Asked = 'change' | 'rotate' | 'delete';

function Actions({ endpoint }: { endpoint: WebhookEndpoint }): ReactElement {
  const client = useClient();
  const announce = useAnnounce();
  const [asked, setAsked] = useState<Asked>();
  const touches = [['webhook', endpoint.id], ['webhooks']];
  const test = useCommand({
    run: () => client.testWebhookEndpoint(endpoint.id),
    touches,
    onDone: ({ delivered, attempt }: SentWebhook) => announce({ text: `${delivered ? 'The test arrived' : 'The test did not arrive'}: ${wordsOfAttempt(attempt)}.`, tone: delivered ? 'success' : 'danger' }),
  });
  const turn = useCommand({
    run: (enabled: boolean) => client.updateWebhookEndpoint(endpoint.id, { enabled }),
    done: ({ enabled }) => (enabled ? 'It is told what happens from now on.' : 'It is told nothing any more.'),
    touches,
  });
  const close = (): void => setAsked(undefined);
  const error = test.error ?? turn.error;
  return (
    <>
      <Button icon="event" busy={test.isBusy} onClick={() => test.run(undefined)}>
        Send a test
      </Button>
      <Button busy={turn.isBusy} onClick={() => turn.run(!endpoint.enabled)}>
        {endpoint.enabled ? 'Switch off' : 'Switch on'}
      </Button>
      <Menu
        items={
          <>
            <MenuItem icon="setting" onSelect={() => setAsked('change')}>
              Change
            </MenuItem>
            <MenuItem icon="key" onSelect={() => setAsked('rotate')}>
              New secret
            </MenuItem>
            <MenuItem icon="close" danger onSelect={() => setAsked('delete')}>
              Delete
            </MenuItem>
          </>
        }
      >
        <Button icon="more" aria-label="More about the endpoint" />
      </Menu>
      {error !== null && <ErrorNote error={error} />}
      {asked === 'change' && <ChangeEndpointDialog endpoint={endpoint} onClose={close} />}
      {asked === 'rotate' && <RotateDialog endpoint={endpoint} onClose={close} />}
      {asked === 'delete' && <DeleteDialog endpoint={endpoint} onClose={close} />}
    </>
  );
}

const OVERLAPS = [
  { seconds: 0, name: 'At once' },
  { seconds: 3_600, name: 'An hour from now' },
  { seconds: 86_400, name: 'A day from now' },
  { seconds: 604_800, name: 'A week from now' },
] as const;

function RotateDialog({ endpoint, onClose }: { endpoint: WebhookEndpoint; onClose: () => void }): ReactElement {
  const client = useClient();
  const [made, setMade] = useState<NewWebhookEndpoint>();
  const [seconds, setSeconds] = useState('86400');
  const command = useCommand({ run: () => client.rotateWebhookSecret(endpoint.id, { expires_in: Number(seconds) }), touches: [['webhook', endpoint.id]], onDone: setMade });
  if (made !== undefined) return <SecretDialog title="The new secret" endpoint={made} onClose={onClose} />;
  return (
    <Dialog
      title="Give it a new secret?"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Keep the present one</Button>
          <Button tone="danger" busy={command.isBusy} onClick={() => command.run(undefined)}>
            Make a new secret
          </Button>
        </>
      }
    >
      <p>Until the present secret ends, messages are signed with both: a receiver may know either.</p>
      <SelectField label="The present secret ends" value={seconds} onChange={({ target }) => setSeconds(target.value)}>
        {OVERLAPS.map((each) => (
          <option key={each.seconds} value={each.seconds}>
            {each.name}
          </option>
        ))}
      </SelectField>
      {command.error !== null && <ErrorNote error={command.error} />}
    </Dialog>
  );
}

function DeleteDialog({ endpoint, onClose }: { endpoint: WebhookEndpoint; onClose: () => void }): ReactElement {
  const client = useClient();
  const navigate = route.useNavigate();
  const command = useCommand({
    run: () => client.deleteWebhookEndpoint(endpoint.id),
    done: () => 'The endpoint is deleted.',
    touches: [['webhooks']],
    onDone: () => void navigate({ to: '/dashboard/webhooks' }),
  });
  return (
    <Dialog
      title="Delete the endpoint?"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button tone="danger" busy={command.isBusy} onClick={() => command.run(undefined)}>
            Delete
          </Button>
        </>
      }
    >
      <p>It is told nothing more, and what it was sent is forgotten with it. This cannot be taken back; switching it off can.</p>
      {command.error !== null && <ErrorNote error={command.error} />}
    </Dialog>
  );
}
