import type { ReactElement } from 'react';
import styles from './brand.module.css';

export function Brand(): ReactElement {
  return (
    <span className={styles.brand}>
      <svg width="22" height="22" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
        <rect width="32" height="32" rx="8" className={styles.ground} />
        <path d="M10 24V8h7a5.5 5.5 0 0 1 0 11h-3" className={styles.letter} />
        <circle cx="22.5" cy="23" r="2.2" className={styles.dot} />
      </svg>
      Paidup
    </span>
  );
}
