import type { WebhookEndpoint } from '@paidup/sdk';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { Badge } from '../../part/badge.js';
import { Button } from '../../part/button.js';
import { Card } from '../../part/card.js';
import { Empty } from '../../part/empty.js';
import { Instant } from '../../part/instant.js';
import { Page } from '../../part/page.js';
import { usePageList } from '../../part/page-list.js';
import { ListTable, type Column } from '../../part/table.js';
import { useClient } from '../../session/session.js';
import { NewEndpointDialog } from './dialog.js';
import styles from './list.module.css';
import { wordsOfTypes } from './type.js';

const route = getRouteApi('/dashboard/webhooks');

const columns: readonly Column<WebhookEndpoint>[] = [
  {
    key: 'url',
    header: 'Address',
    cell: ({ id, url, description }) => (
      <>
        <Link to="/dashboard/webhooks/$endpoint" params={{ endpoint: id }} className={styles.url}>
          {url}
        </Link>
        {description !== null && <span className={styles.description}>{description}</span>}
      </>
    ),
  },
  { key: 'types', header: 'Is told', cell: (endpoint) => wordsOfTypes(endpoint), wideOnly: true },
  { key: 'customer', header: 'About', cell: ({ customer }) => (customer === null ? 'all customers' : <Link to="/dashboard/customers/$customer" params={{ customer }}>one customer</Link>), wideOnly: true },
  { key: 'state', header: 'State', cell: ({ enabled }) => <Badge tone={enabled ? 'good' : 'warning'}>{enabled ? 'on' : 'off'}</Badge> },
  { key: 'created', header: 'Made', cell: ({ created_at: at }) => <Instant at={at} precision="day" />, align: 'end', wideOnly: true },
];

/** Who is told what happens. */
export function WebhooksPage(): ReactElement {
  const client = useClient();
  const navigate = route.useNavigate();
  const [isMaking, setMaking] = useState(false);
  const list = usePageList(['webhooks'], ({ page, signal }) => client.listWebhookEndpoints(page, { signal }));
  const make = (
    <Button tone="primary" icon="plus" onClick={() => setMaking(true)}>
      New endpoint
    </Button>
  );
  return (
    <Page title="Webhooks" lead="Addresses that are told what happens, with every try to reach them." actions={make}>
      <Card flush>
        <ListTable caption="Webhook endpoints" what="endpoints" list={list} columns={columns} rowKey={({ id }) => id} empty={<Empty icon="webhook" title="Nobody is told yet">An endpoint is an address of yours that gets a signed message for each thing that happens.</Empty>} />
      </Card>
      {isMaking && <NewEndpointDialog onClose={() => setMaking(false)} onDone={(endpoint) => void navigate({ to: '/dashboard/webhooks/$endpoint', params: { endpoint } })} />}
    </Page>
  );
}
