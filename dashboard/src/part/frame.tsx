import { createLink, useRouterState } from '@tanstack/react-router';
import { useEffect, useRef, type ComponentProps, type ReactElement, type ReactNode } from 'react';
import { Button } from './button.js';
import styles from './frame.module.css';
import { Icon, type IconName } from './icon.js';

interface FrameProps {
  /** Whose pages these are: stands above the navigation. */
  brand: ReactNode;
  /** `NavigationLink`s in `NavigationGroup`s. */
  navigation: ReactNode;
  /** Below the navigation: theme, sign-out. */
  foot: ReactNode;
  children: ReactNode;
}

/** What stands around every page: a way past the navigation, the navigation (a menu on narrow screens), the page. */
export function Frame({ brand, navigation, foot, children }: FrameProps): ReactElement {
  const menu = useRef<HTMLDialogElement>(null);
  const path = useRouterState({ select: (state) => state.location.pathname });
  useEffect(() => menu.current?.close(), [path]);
  const inside = (
    <>
      <nav aria-label="Pages" className={styles.navigation}>
        {navigation}
      </nav>
      <div className={styles.foot}>{foot}</div>
    </>
  );
  return (
    <div className={styles.frame}>
      <a className={styles.skip} href="#page">
        Skip to the page
      </a>
      <aside className={styles.side}>
        <div className={styles.brand}>{brand}</div>
        {inside}
      </aside>
      <header className={styles.top}>
        <div className={styles.brand}>{brand}</div>
        <Button tone="quiet" icon="menu" aria-label="Menu" aria-haspopup="dialog" onClick={() => menu.current?.showModal()} />
      </header>
      <dialog ref={menu} className={styles.menu} aria-label="Menu">
        <div className={styles.top}>
          <div className={styles.brand}>{brand}</div>
          <Button tone="quiet" icon="close" aria-label="Close the menu" onClick={() => menu.current?.close()} />
        </div>
        {inside}
      </dialog>
      <main id="page" className={styles.page} tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}

export function NavigationGroup({ title, children }: { title?: string; children: ReactNode }): ReactElement {
  return (
    <div className={styles.group}>
      {title !== undefined && <p className={styles.groupTitle}>{title}</p>}
      <ul>{children}</ul>
    </div>
  );
}

function NavigationAnchor({ icon, children, className, ...rest }: ComponentProps<'a'> & { icon: IconName }): ReactElement {
  return (
    <li>
      <a {...rest} className={`${styles.link} ${className ?? ''}`}>
        <Icon name={icon} />
        {children}
      </a>
    </li>
  );
}

/** A page in the navigation. The router marks the one that is open. */
export const NavigationLink = createLink(NavigationAnchor);
