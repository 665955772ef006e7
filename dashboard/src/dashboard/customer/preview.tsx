import type { Entitlement, SubscriptionPreview } from '@paidup/sdk';
import type { ReactElement } from 'react';
import { Card } from '../../part/card.js';
import { Instant } from '../../part/instant.js';
import { formatMoney, Money } from '../../part/money.js';
import { formatQuantity } from '../../part/quantity.js';
import { Lines } from '../invoice/lines.js';
import { useFeatures } from './feature.js';
import styles from './preview.module.css';

/** What a command would lead to: what is due at once, the invoice after it, and what the customer may do then. */
export function Preview({ preview }: { preview: SubscriptionPreview }): ReactElement {
  const { due_now: due, next_invoice: next, entitlements } = preview;
  return (
    <div className={styles.preview}>
      <p className={styles.due}>
        <span>Due now</span>
        <strong>
          <Money value={due.amount} />
        </strong>
      </p>
      {due.invoices.map((invoice, index) => (
        <Card key={index} flush title="Invoice at once" aside={formatMoney(invoice.total)}>
          <Lines invoice={invoice} caption="Invoice at once" />
        </Card>
      ))}
      {next.date === null ? (
        <p>Nothing is billed after that.</p>
      ) : (
        <Card flush title="Next invoice" aside={<Instant at={next.date} precision="day" />}>
          <Lines invoice={next} caption="Next invoice" />
        </Card>
      )}
      <EntitlementChanges changes={entitlements} />
    </div>
  );
}

/** What is gained, lost and changed. */
export function EntitlementChanges({ changes }: { changes: SubscriptionPreview['entitlements'] }): ReactElement {
  const { unitOf } = useFeatures();
  const { gained, lost } = changes;
  // Some change only in where they come from.
  const changed = changes.changed.filter(({ before, after }) => saidOf(before, null) !== saidOf(after, null));
  if (gained.length + lost.length + changed.length === 0) return <p className={styles.same}>What the customer may use stays the same.</p>;
  return (
    <Card flush title="What the customer may use">
      <table className={styles.changes}>
        <caption className="unseen">Entitlements before and after</caption>
        <thead>
          <tr>
            <th scope="col">Feature</th>
            <th scope="col">Now</th>
            <th scope="col">After</th>
          </tr>
        </thead>
        <tbody>
          {gained.map((each) => (
            <ChangeRow key={each.feature} name={each.name} before="—" after={saidOf(each, unitOf(each.feature))} tone="gained" />
          ))}
          {changed.map(({ feature, before, after }) => (
            <ChangeRow key={feature} name={after.name} before={saidOf(before, unitOf(feature))} after={saidOf(after, unitOf(feature))} tone="changed" />
          ))}
          {lost.map((each) => (
            <ChangeRow key={each.feature} name={each.name} before={saidOf(each, unitOf(each.feature))} after="lost" tone="lost" />
          ))}
        </tbody>
      </table>
    </Card>
  );
}

function ChangeRow({ name, before, after, tone }: { name: string; before: string; after: string; tone: 'gained' | 'changed' | 'lost' }): ReactElement {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{before}</td>
      <td className={styles[tone]}>{after}</td>
    </tr>
  );
}

function saidOf({ granted, limit }: Entitlement, unit: string | null): string {
  if (!granted) return 'not granted';
  return limit === null ? 'granted' : formatQuantity(limit, unit);
}
