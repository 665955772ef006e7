import type { SentWebhook, WebhookDelivery, WebhookDeliveryStatus } from '@paidup/sdk';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useCallback, type ReactElement } from 'react';
import { useAnnounce } from '../../part/announcer.js';
import { Answer } from '../../part/answer.js';
import { Badge, type Tone } from '../../part/badge.js';
import { Button } from '../../part/button.js';
import { Card, Fact, Facts } from '../../part/card.js';
import { useCommand, type Command } from '../../part/command.js';
import { Dialog } from '../../part/dialog.js';
import { Empty } from '../../part/empty.js';
import { ErrorNote } from '../../part/error.js';
import { SelectField } from '../../part/field.js';
import { Instant } from '../../part/instant.js';
import { Toolbar } from '../../part/page.js';
import { usePageList } from '../../part/page-list.js';
import { SearchField } from '../../part/search-field.js';
import { ListTable, type Column } from '../../part/table.js';
import { useClient } from '../../session/session.js';
import styles from './delivery.module.css';
import { DELIVERY_STATUSES, type DeliverySearch } from './route.js';
import { wordsOfAttempt } from './words.js';

const route = getRouteApi('/dashboard/webhooks/$endpoint');

const TONES: Record<WebhookDeliveryStatus, Tone> = { pending: 'info', delivered: 'good', failed: 'danger' };
const STATUS_WORDS: Record<WebhookDeliveryStatus, string> = { pending: 'on its way', delivered: 'delivered', failed: 'given up' };

/** What an endpoint was sent, newest first; the filter and the one that is looked at are in the address. */
export function Deliveries({ endpoint }: { endpoint: string }): ReactElement {
  const client = useClient();
  const { status, customer, delivery } = route.useSearch();
  const navigate = route.useNavigate();
  const list = usePageList(['webhook', endpoint, 'deliveries', { status, customer }], ({ page, signal }) => client.listWebhookDeliveries(endpoint, { status, customer, ...page }, { signal }));
  const set = useCallback(
    <Name extends keyof DeliverySearch>(name: Name, value: DeliverySearch[Name] | '') =>
      void navigate({ search: ({ [name]: _before, ...rest }) => (value === undefined || value === '' ? rest : { ...rest, [name]: value }), replace: true, resetScroll: false }),
    [navigate],
  );
  const searchCustomer = useCallback((text: string) => set('customer', text), [set]);
  const columns: Column<WebhookDelivery>[] = [
    {
      key: 'type',
      header: 'Message',
      cell: ({ id, type }) => (
        <Link to="/dashboard/webhooks/$endpoint" params={{ endpoint }} search={{ ...(status === undefined ? {} : { status }), ...(customer === undefined ? {} : { customer }), delivery: id }} resetScroll={false} className={styles.type}>
          {type}
        </Link>
      ),
    },
    { key: 'created', header: 'When', cell: ({ created_at: at }) => <Instant at={at} precision="second" /> },
    { key: 'status', header: 'State', cell: ({ status: state }) => <Badge tone={TONES[state]}>{STATUS_WORDS[state]}</Badge> },
    { key: 'last', header: 'Last try', cell: ({ attempts }) => <LastAttempt attempts={attempts} />, wideOnly: true },
    { key: 'tries', header: 'Tries', cell: ({ attempts }) => attempts.length.toLocaleString(), align: 'end', wideOnly: true },
  ];
  const isFiltered = status !== undefined || customer !== undefined;
  return (
    <>
      <Toolbar>
        <SelectField label="State" hideLabel value={status ?? ''} onChange={({ target }) => set('status', DELIVERY_STATUSES.find((each) => each === target.value))}>
          <option value="">Any state</option>
          {DELIVERY_STATUSES.map((each) => (
            <option key={each} value={each}>
              {STATUS_WORDS[each]}
            </option>
          ))}
        </SelectField>
        <SearchField label="Customer" placeholder="Id or external id of a customer" value={customer ?? ''} onSearch={searchCustomer} />
        <Button icon="refresh" onClick={list.again} busy={list.isAsking}>
          Ask anew
        </Button>
      </Toolbar>
      <Card flush title="Deliveries">
        <ListTable
          caption="Deliveries"
          what="deliveries"
          list={list}
          columns={columns}
          rowKey={({ id }) => id}
          empty={<Empty icon="webhook" title={isFiltered ? 'No such deliveries' : 'Nothing was sent yet'}>{isFiltered ? 'None fits the filter.' : 'Send a test, or wait until something happens.'}</Empty>}
        />
      </Card>
      {delivery !== undefined && <DeliveryDialog endpoint={endpoint} id={delivery} onClose={() => set('delivery', '')} />}
    </>
  );
}

function LastAttempt({ attempts }: Pick<WebhookDelivery, 'attempts'>): ReactElement {
  const last = attempts.at(-1);
  return <span className={styles.soft}>{last === undefined ? 'not tried yet' : wordsOfAttempt(last)}</span>;
}

/** One message with every try and, to the byte, what was sent. */
function DeliveryDialog({ endpoint, id, onClose }: { endpoint: string; id: string; onClose: () => void }): ReactElement {
  const client = useClient();
  const announce = useAnnounce();
  const query = useQuery({ queryKey: ['webhook', endpoint, 'delivery', id], queryFn: ({ signal }) => client.getWebhookDelivery(endpoint, id, { signal }) });
  const again: Command<undefined> = useCommand({
    run: () => client.redeliverWebhook(endpoint, id),
    touches: [['webhook', endpoint]],
    onDone: ({ delivered, attempt }: SentWebhook) => announce({ text: `${delivered ? 'It arrived' : 'It did not arrive'}: ${wordsOfAttempt(attempt)}.`, tone: delivered ? 'success' : 'danger' }),
  });
  return (
    <Dialog
      wide
      title={query.data?.type ?? 'Delivery'}
      onClose={onClose}
      actions={
        <>
          <Button icon="refresh" busy={again.isBusy} onClick={() => again.run(undefined)}>
            Send it again
          </Button>
          <Button tone="primary" onClick={onClose}>
            Close
          </Button>
        </>
      }
    >
      <Answer query={query} what="the delivery">
        {(delivery) => <Delivery delivery={delivery} />}
      </Answer>
      {again.error !== null && <ErrorNote error={again.error} />}
    </Dialog>
  );
}

function Delivery({ delivery: { id, status, customer, attempts, created_at: createdAt, delivered_at: deliveredAt, body } }: { delivery: WebhookDelivery & { body: string } }): ReactElement {
  return (
    <div className={styles.delivery}>
      <Facts>
        <Fact name="State">
          <Badge tone={TONES[status]}>{STATUS_WORDS[status]}</Badge>
        </Fact>
        <Fact name="Made">
          <Instant at={createdAt} precision="second" />
        </Fact>
        <Fact name="Delivered">
          <Instant at={deliveredAt} precision="second" none="not yet" />
        </Fact>
        <Fact name="About">
          {customer === null ? (
            'no customer'
          ) : (
            <Link to="/dashboard/customers/$customer" params={{ customer }}>
              {customer}
            </Link>
          )}
        </Fact>
        <Fact name="webhook-id">
          <code>{id}</code>
        </Fact>
      </Facts>
      <section>
        <h3>Tries</h3>
        {attempts.length === 0 ? (
          <p className={styles.soft}>None yet.</p>
        ) : (
          <ol className={styles.attempts}>
            {attempts.map((attempt) => (
              <li key={attempt.at}>
                <Instant at={attempt.at} precision="second" /> <span className={styles.soft}>{wordsOfAttempt(attempt)}</span>
              </li>
            ))}
          </ol>
        )}
      </section>
      <section>
        <h3>What is sent</h3>
        {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- moved by keyboard where it is longer than its room */}
        <pre className={styles.body} tabIndex={0} role="region" aria-label="What is sent">
          {pretty(body)}
        </pre>
      </section>
    </div>
  );
}

/** A body as it reads best; its bytes are another matter, which the signature is made over. */
function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
