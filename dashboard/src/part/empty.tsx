import type { ReactElement, ReactNode } from 'react';
import styles from './empty.module.css';
import { Icon, type IconName } from './icon.js';

interface EmptyProps {
  icon?: IconName;
  /** A short sentence: what is not there. */
  title: string;
  /** Why, or what would fill it. */
  children?: ReactNode;
  action?: ReactNode;
}

/** A list or a place with nothing in it. */
export function Empty({ icon, title, children, action }: EmptyProps): ReactElement {
  return (
    <div className={styles.empty}>
      {icon !== undefined && (
        <span className={styles.icon}>
          <Icon name={icon} size={20} />
        </span>
      )}
      <p className={styles.title}>{title}</p>
      {children !== undefined && <div className={styles.words}>{children}</div>}
      {action}
    </div>
  );
}
