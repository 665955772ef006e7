import type { ReactElement } from 'react';
import { Copy } from './copy.js';
import styles from './secret.module.css';

/** A secret that is shown this once, with a way to take it along. It is gone with whatever shows it. */
export function Secret({ text, what }: { text: string; what: string }): ReactElement {
  return (
    <div className={styles.secret}>
      <code className={styles.text}>{text}</code>
      <Copy text={text} what={what}>
        Copy
      </Copy>
    </div>
  );
}
