import type { PriceUsage, State } from '@paidup/sdk';
import type { ReactElement } from 'react';
import { Span } from '../../part/instant.js';
import { formatMoney, isZero } from '../../part/money.js';
import { formatQuantity } from '../../part/quantity.js';
import { UsageBar } from '../../part/usage-bar.js';
import { Compared, Present } from '../../customer/compared.js';
import { useLooked } from '../../customer/state.js';
import styles from './usage-list.module.css';
import { Why } from './why.js';

/** What each price counts in its window: used against included, carried and overage. */
export function PriceUsages({ usage, isNamed = true }: { usage: readonly PriceUsage[]; isNamed?: boolean }): ReactElement {
  return (
    <ul className={styles.list}>
      {usage.map((each) => (
        <OneUsage key={`${each.subscription}/${each.price}`} usage={each} isNamed={isNamed} />
      ))}
    </ul>
  );
}

function OneUsage({ usage, isNamed }: { usage: PriceUsage; isNamed: boolean }): ReactElement {
  const { state } = useLooked();
  const find = ({ usage: all }: State): PriceUsage | undefined => all.find(({ subscription, price }) => subscription === usage.subscription && price === usage.price);
  const plan = state.subscriptions.find(({ id }) => id === usage.subscription)?.plan.name;
  const { name, window, resets_at: resetsAt, unit, by_dimension: byDimension } = usage;
  return (
    <li className={styles.usage}>
      <div className={styles.head}>
        {isNamed && <h3>{name}</h3>}
        <span className={styles.plan}>{plan}</span>
        <span className={styles.amount}>
          <Compared of={(from) => find(from)?.amount} show={(amount) => (amount === undefined || isZero(amount.amount) ? '' : formatMoney(amount))} />
        </span>
      </div>
      <UsageBar usage={usage} />
      <Present of={(from) => find(from)?.used} show={(used) => `${formatQuantity(used ?? '0', unit)} used`} />
      <p className={styles.window}>
        <Span start={window.start} end={window.end} />
        {resetsAt === null && ', never starts anew'}
        {usage.paid_from === 'wallet' && ' · paid from the wallet'}
      </p>
      {byDimension !== undefined && byDimension.length > 0 && (
        <ul className={styles.dimensions}>
          {byDimension.map(({ dimensions, used }) => (
            <li key={JSON.stringify(dimensions)}>
              {Object.values(dimensions).join(', ')}: <strong>{formatQuantity(used, unit)}</strong>
            </li>
          ))}
        </ul>
      )}
      <Why what={name} find={(from) => find(from)?.explanation} />
    </li>
  );
}
