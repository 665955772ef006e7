import type { Entitlement } from '@paidup/sdk';
import type { ReactElement } from 'react';
import { Card } from '../part/card.js';
import { formatQuantity } from '../part/quantity.js';
import { UsageBar } from '../part/usage-bar.js';
import { useFeatureNames } from './feature.js';
import styles from './overview.module.css';

/** What the customer may use that no price counts: limits, and what is there or not. */
export function LimitCard({ entitlements }: { entitlements: readonly Entitlement[] }): ReactElement | null {
  const features = useFeatureNames();
  const own = entitlements.filter(({ granted, sources }) => granted && sources.every(({ price }) => price === null));
  if (own.length === 0) return null;
  const counted = own.filter(({ used, limit }) => used !== null && limit !== null);
  const others = own.filter((each) => !counted.includes(each));
  return (
    <Card title="Included">
      <div className={styles.usages}>
        {counted.length > 0 && (
          <ul className={styles.usages}>
            {counted.map(({ feature, name, limit, used, remaining }) => (
              <li key={feature}>
                <h3>{name}</h3>
                <UsageBar usage={{ included: limit, carried: '0', used: used ?? '0', remaining, overage: '0', unit: features.get(feature)?.unit ?? null }} />
              </li>
            ))}
          </ul>
        )}
        {others.length > 0 && (
          <ul className={styles.others}>
            {others.map(({ feature, name, limit }) => (
              <li key={feature}>
                {name}
                {limit !== null && <>: <strong>{formatQuantity(limit, features.get(feature)?.unit)}</strong></>}
              </li>
            ))}
          </ul>
        )}
      </div>
    </Card>
  );
}
