import { createLink } from '@tanstack/react-router';
import type { ComponentProps, ReactElement, ReactNode } from 'react';
import styles from './tab.module.css';

/** Parts of one noun, each at an address of its own: links, so that back, reload and a new window work. */
export function TabBar({ label, children }: { label: string; children: ReactNode }): ReactElement {
  return (
    <nav aria-label={label} className={styles.bar}>
      {children}
    </nav>
  );
}

function TabAnchor({ children, className, ...rest }: ComponentProps<'a'>): ReactElement {
  return (
    <a {...rest} className={`${styles.tab} ${className ?? ''}`}>
      {children}
    </a>
  );
}

/** The router marks the one that is open with aria-current. */
export const TabLink = createLink(TabAnchor);
