import type { ReactElement } from 'react';
import styles from './loading.module.css';

/** Bars in the place of what is on its way; `lines` as many as it will take. */
export function Loading({ what, lines = 5 }: { what: string; lines?: number }): ReactElement {
  return (
    <div role="status" className={styles.loading}>
      <span className="unseen">Loading {what}…</span>
      {Array.from({ length: lines }, (_, index) => (
        <span key={index} className={styles.bar} aria-hidden="true" />
      ))}
    </div>
  );
}
