import type { Money, Overview } from '@paidup/sdk';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { Answer } from '../../part/answer.js';
import { Figure, Figures } from '../../part/card.js';
import { SelectField } from '../../part/field.js';
import { formatInstant } from '../../part/instant.js';
import { formatMoney } from '../../part/money.js';
import { Page, Stack } from '../../part/page.js';
import { formatQuantity } from '../../part/quantity.js';
import { useClient } from '../../session/session.js';
import { AttentionCard } from './attention.js';
import styles from './one.module.css';
import { RevenueCard } from './revenue.js';
import { OVERVIEW_SPANS } from './route.js';
import { AGAIN_MS } from './stretch.js';
import { UsageCard } from './usage.js';

const route = getRouteApi('/dashboard');

const SPAN_WORDS = { '30-days': 'Last 30 days', '12-months': 'Last 12 months' };

/** How the whole stands: who there is, what it brings in, what is used, what somebody should look at. */
export function OverviewPage(): ReactElement {
  const client = useClient();
  const { span = '30-days' } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery({ queryKey: ['overview'], queryFn: ({ signal }) => client.readOverview({}, { signal }), refetchInterval: AGAIN_MS });
  return (
    <Page
      title="Overview"
      lead={query.data === undefined ? 'All customers' : `All customers, as of ${formatInstant(query.data.as_of)}`}
      actions={
        <SelectField label="Charts" hideLabel value={span} onChange={({ target }) => void navigate({ search: (search) => ({ ...search, span: OVERVIEW_SPANS.find((each) => each === target.value) ?? '30-days' }), replace: true })}>
          {OVERVIEW_SPANS.map((each) => (
            <option key={each} value={each}>
              {SPAN_WORDS[each]}
            </option>
          ))}
        </SelectField>
      }
    >
      <Answer query={query} what="the overview" lines={8}>
        {(overview) => <Counts overview={overview} />}
      </Answer>
      <div className={styles.beside}>
        {query.data !== undefined && (
          <div className={styles.attention}>
            <AttentionCard attention={query.data.attention} />
          </div>
        )}
        <Stack>
          <RevenueCard span={span} />
          <UsageCard span={span} />
        </Stack>
      </div>
    </Page>
  );
}

function Counts({ overview }: { overview: Overview }): ReactElement {
  const { customers, subscriptions, recurring, behind } = overview;
  const others = [
    [subscriptions.trialing, 'in trial'],
    [subscriptions.paused, 'paused'],
    [subscriptions.scheduled, 'to come'],
  ] as const;
  return (
    <Figures>
      <Figure label="Customers" note={behind === 0 ? undefined : `${behind} of them changed just now, and are counted as they were`}>
        <Link to="/dashboard/customers">{formatQuantity(String(customers))}</Link>
      </Figure>
      <Figure
        label="Active subscriptions"
        note={others
          .filter(([count]) => count > 0)
          .map(([count, word]) => `${formatQuantity(String(count))} ${word}`)
          .join(', ')}
      >
        <Link to="/dashboard/customers" search={{ status: 'active' }}>
          {formatQuantity(String(subscriptions.active))}
        </Link>
      </Figure>
      <Figure label="Recurring a month" note="Fixed prices, before coupons and taxes">
        <Recurring amounts={recurring} />
      </Figure>
    </Figures>
  );
}

function Recurring({ amounts }: { amounts: readonly Money[] }): ReactElement {
  if (amounts.length === 0) return <>none</>;
  return (
    <ul className={styles.recurring}>
      {amounts.map((amount) => (
        <li key={amount.currency}>{formatMoney(amount)}</li>
      ))}
    </ul>
  );
}
