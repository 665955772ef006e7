import { createLink, useRouterState } from '@tanstack/react-router';
import { useEffect, useRef, type ComponentProps, type ReactElement, type ReactNode } from 'react';
import styles from './tab.module.css';

/** Parts of one noun, each at an address of its own: links, so that back, reload and a new window work. */
export function TabBar({ label, children }: { label: string; children: ReactNode }): ReactElement {
  const bar = useRef<HTMLElement>(null);
  const path = useRouterState({ select: (state) => state.location.pathname });
  useEffect(() => {
    // Where not all have room, the open one is moved into sight; the page stays where it is.
    const open = bar.current?.querySelector<HTMLElement>('[aria-current="page"]');
    if (bar.current !== null && open != null) bar.current.scrollLeft = open.offsetLeft - (bar.current.clientWidth - open.offsetWidth) / 2;
  }, [path]);
  return (
    <nav ref={bar} aria-label={label} className={styles.bar}>
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
