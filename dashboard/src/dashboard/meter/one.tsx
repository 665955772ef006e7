import { isProblem, type Meter } from '@paidup/sdk';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { Answer } from '../../part/answer.js';
import { Button, ButtonLink } from '../../part/button.js';
import { Card, Cards, Fact, Facts } from '../../part/card.js';
import { Empty } from '../../part/empty.js';
import { Icon } from '../../part/icon.js';
import { Page } from '../../part/page.js';
import { usePageList } from '../../part/page-list.js';
import { formatQuantity } from '../../part/quantity.js';
import { ListTable } from '../../part/table.js';
import { useClient } from '../../session/session.js';
import { usePlans } from '../customer/terms.js';
import { allEventColumns } from '../event/column.js';
import { MeterDialog } from './dialog.js';
import styles from './one.module.css';
import { wordsOfCounting } from './words.js';

const route = getRouteApi('/dashboard/meters/$meter');

/** One meter: what it counts, which plans count by it, and the last events that it counted. */
export function MeterPage(): ReactElement {
  const client = useClient();
  const { meter: code } = route.useParams();
  const [isChanging, setChanging] = useState(false);
  const query = useQuery({ queryKey: ['meter', code], queryFn: ({ signal }) => client.getMeter(code, { signal }) });
  const meter = query.data;
  const back = (
    <Link to="/dashboard/meters">
      <Icon name="left" size={12} /> Meters
    </Link>
  );
  if (isProblem(query.error, 'not_found')) {
    return (
      <Page title="No such meter" back={back}>
        <Empty icon="meter" title="There is no meter with this code" action={<ButtonLink to="/dashboard/meters">All meters</ButtonLink>} />
      </Page>
    );
  }
  return (
    <Page
      title={meter?.name ?? 'Meter'}
      back={back}
      lead={<code>{code}</code>}
      actions={meter !== undefined && <Button onClick={() => setChanging(true)}>Change</Button>}
    >
      <Answer query={query} what="the meter">
        {(shown) => (
          <>
            <Cards columns="two">
              <Counting meter={shown} />
              <Plans meter={shown} />
            </Cards>
            <LastEvents meter={shown} />
          </>
        )}
      </Answer>
      {isChanging && meter !== undefined && <MeterDialog meter={meter} onClose={() => setChanging(false)} onDone={() => undefined} />}
    </Page>
  );
}

function Counting({ meter }: { meter: Meter }): ReactElement {
  const { event_name: eventName, unit, dimensions, conversion } = meter;
  return (
    <Card title="What it counts">
      <Facts>
        <Fact name="Events">
          <code>{eventName}</code>
        </Fact>
        <Fact name="Counts">{wordsOfCounting({ ...meter, conversion: null })}</Fact>
        <Fact name="Turned into">{conversion === null ? 'stays as it is' : `divided by ${formatQuantity(conversion.divide_by)}${conversion.round === 'up' ? ', rounded up' : ''}`}</Fact>
        <Fact name="Unit">{unit ?? '—'}</Fact>
        <Fact name="Told apart by">{dimensions.length === 0 ? '—' : dimensions.join(', ')}</Fact>
      </Facts>
    </Card>
  );
}

/** The plans that are sold now and count by it, in their newest versions. */
function Plans({ meter }: { meter: Meter }): ReactElement {
  const plans = usePlans();
  return (
    <Card title="Plans that count by it">
      <Answer query={plans} what="plans" lines={3}>
        {(all) => {
          const counting = all.filter(({ prices }) => prices.some((price) => price.type === 'usage' && price.meter === meter.code));
          if (counting.length === 0) return <p className={styles.soft}>No plan that is sold counts by it: it may still be defined anew in every respect, unless an older version does.</p>;
          return (
            <>
              <ul className={styles.plans}>
                {counting.map(({ code, name }) => (
                  <li key={code}>
                    <Link to="/dashboard/plans/$plan" params={{ plan: code }}>
                      {name}
                    </Link>
                  </li>
                ))}
              </ul>
              <p className={styles.soft}>What it counts, and how, stays as it is while they do; its name and unit may change.</p>
            </>
          );
        }}
      </Answer>
    </Card>
  );
}

function LastEvents({ meter: { code } }: { meter: Meter }): ReactElement {
  const client = useClient();
  const list = usePageList(['events', { meter: code, of: 'meter' }], ({ page, signal }) => client.listAllEvents({ meter: code, limit: 20, ...page }, { signal }));
  return (
    <Card
      flush
      title="The last events that it can count"
      aside={
        <Link to="/dashboard/events" search={{ meter: code }}>
          Watch them live
        </Link>
      }
    >
      <ListTable caption="Events that the meter can count" what="events" list={list} columns={allEventColumns} rowKey={({ id, customer: { id: owner } }) => `${owner} ${id}`} empty={<Empty icon="event" title="No such events yet">They appear here as they are reported.</Empty>} />
    </Card>
  );
}
