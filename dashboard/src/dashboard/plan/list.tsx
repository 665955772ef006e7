import type { Plan } from '@paidup/sdk';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { ButtonLink } from '../../part/button.js';
import { Card } from '../../part/card.js';
import { Empty } from '../../part/empty.js';
import { SelectField } from '../../part/field.js';
import { formatMoney } from '../../part/money.js';
import { Page, Toolbar } from '../../part/page.js';
import { usePageList } from '../../part/page-list.js';
import { ListTable, type Column } from '../../part/table.js';
import { useClient } from '../../session/session.js';
import styles from './list.module.css';
import { wordsOfInterval } from './words.js';

const route = getRouteApi('/dashboard/plans');

const columns: readonly Column<Plan>[] = [
  {
    key: 'name',
    header: 'Name',
    cell: ({ code, name }) => (
      <>
        <Link to="/dashboard/plans/$plan" params={{ plan: code }} className={styles.name}>
          {name}
        </Link>
        <code className={styles.code}>{code}</code>
      </>
    ),
  },
  { key: 'fixed', header: 'Fixed', cell: (plan) => <Fixed plan={plan} /> },
  { key: 'usage', header: 'Usage prices', cell: ({ prices }) => namesOfUsage(prices), wideOnly: true },
  { key: 'features', header: 'Features', cell: ({ features }) => (features.length === 0 ? '—' : features.length.toLocaleString()), align: 'end', wideOnly: true },
  { key: 'version', header: 'Version', cell: ({ version }) => version.toLocaleString(), align: 'end' },
];

/** The plans that are sold, by code; or those that are not any more. */
export function PlansPage(): ReactElement {
  const client = useClient();
  const { show } = route.useSearch();
  const navigate = route.useNavigate();
  const list = usePageList(['plans', { show }], ({ page, signal }) => client.listPlans({ ...(show === undefined ? {} : { archived: true }), ...page }, { signal }));
  return (
    <Page
      title="Plans"
      lead="What is sold. A change makes a new version; who has an older one keeps it."
      actions={
        <ButtonLink tone="primary" icon="plus" to="/dashboard/new-plan">
          New plan
        </ButtonLink>
      }
    >
      <Toolbar>
        <SelectField label="Which plans" hideLabel value={show ?? ''} onChange={({ target }) => void navigate({ search: target.value === 'archived' ? { show: 'archived' } : {}, replace: true })}>
          <option value="">Sold now</option>
          <option value="archived">Not sold any more</option>
        </SelectField>
      </Toolbar>
      <Card flush>
        <ListTable
          caption="Plans"
          what="plans"
          list={list}
          columns={columns}
          rowKey={({ code }) => code}
          empty={
            show === undefined ? (
              <Empty icon="plan" title="No plans yet" action={<ButtonLink to="/dashboard/new-plan">Make the first one</ButtonLink>}>
                A plan has prices: fixed ones in advance, usage in arrears.
              </Empty>
            ) : (
              <Empty icon="plan" title="Every plan is sold">
                A plan that is archived stands here; who has it keeps it.
              </Empty>
            )
          }
        />
      </Card>
    </Page>
  );
}

/** The fixed prices of a plan as they were defined. */
function Fixed({ plan: { prices, currency, interval } }: { plan: Plan }): ReactElement {
  const fixed = prices.filter((price) => price.type === 'fixed');
  if (fixed.length === 0) return <span className={styles.code}>{currency}, usage only</span>;
  return (
    <ul className={styles.prices}>
      {fixed.slice(0, 2).map(({ code, amount, per_seat: isPerSeat }) => (
        <li key={code}>
          {formatMoney({ amount, currency })} <span className={styles.soft}>{isPerSeat === true ? 'each ' : ''}a {wordsOfInterval(interval)}</span>
        </li>
      ))}
      {fixed.length > 2 && <li className={styles.soft}>and {fixed.length - 2} more</li>}
    </ul>
  );
}

function namesOfUsage(prices: Plan['prices']): string {
  const names = prices.filter((price) => price.type === 'usage').map(({ name, code }) => name ?? code);
  if (names.length === 0) return '—';
  return names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
}
