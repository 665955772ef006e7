import type { ReactElement, ReactNode } from 'react';
import styles from './badge.module.css';

export type Tone = 'good' | 'info' | 'warning' | 'danger' | 'neutral';

/** One word about how something stands. The word says it; the colour only helps. */
export function Badge({ tone = 'neutral', children }: { tone?: Tone; children: ReactNode }): ReactElement {
  return <span className={`${styles.badge} ${styles[tone]}`}>{children}</span>;
}
