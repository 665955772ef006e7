import type { Meter } from '@paidup/sdk';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { Button } from '../../part/button.js';
import { Card } from '../../part/card.js';
import { Empty } from '../../part/empty.js';
import { Page } from '../../part/page.js';
import { usePageList } from '../../part/page-list.js';
import { ListTable, type Column } from '../../part/table.js';
import { useClient } from '../../session/session.js';
import { MeterDialog } from './dialog.js';
import styles from './list.module.css';
import { wordsOfCounting } from './words.js';

const route = getRouteApi('/dashboard/meters');

const columns: readonly Column<Meter>[] = [
  {
    key: 'name',
    header: 'Name',
    cell: ({ code, name }) => (
      <>
        <Link to="/dashboard/meters/$meter" params={{ meter: code }} className={styles.name}>
          {name}
        </Link>
        <code className={styles.code}>{code}</code>
      </>
    ),
  },
  { key: 'event', header: 'Events', cell: ({ event_name: name }) => <code>{name}</code> },
  { key: 'counts', header: 'Counts', cell: (meter) => wordsOfCounting(meter), wideOnly: true },
  { key: 'unit', header: 'Unit', cell: ({ unit }) => unit ?? '—', wideOnly: true },
  { key: 'dimensions', header: 'Told apart by', cell: ({ dimensions }) => (dimensions.length === 0 ? '—' : dimensions.join(', ')), wideOnly: true },
];

/** How events turn into quantities. */
export function MetersPage(): ReactElement {
  const client = useClient();
  const navigate = route.useNavigate();
  const [isMaking, setMaking] = useState(false);
  const list = usePageList(['meters', 'list'], ({ page, signal }) => client.listMeters(page, { signal }));
  return (
    <Page
      title="Meters"
      lead="How events turn into quantities that prices count by."
      actions={
        <Button tone="primary" icon="plus" onClick={() => setMaking(true)}>
          New meter
        </Button>
      }
    >
      <Card flush>
        <ListTable caption="Meters" what="meters" list={list} columns={columns} rowKey={({ code }) => code} empty={<Empty icon="meter" title="No meters yet">A meter names the events that it counts, and what of them.</Empty>} />
      </Card>
      {isMaking && <MeterDialog onClose={() => setMaking(false)} onDone={({ code }) => void navigate({ to: '/dashboard/meters/$meter', params: { meter: code } })} />}
    </Page>
  );
}
