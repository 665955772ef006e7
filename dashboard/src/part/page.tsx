import { useEffect, useRef, type ReactElement, type ReactNode } from 'react';
import styles from './page.module.css';

interface PageProps {
  /** The one h1, and the title of the window. */
  title: string;
  /** Beside the title, such as a badge. */
  mark?: ReactNode;
  /** A line below the title. */
  lead?: ReactNode;
  /** Above the title: the way back to the list. */
  back?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** The first page after loading keeps the focus where the browser put it. */
let isFirstPage = true;

/** A page: its title names the window, and takes the focus when one comes here from another page. */
export function Page({ title, mark, lead, back, actions, children }: PageProps): ReactElement {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Paidup`;
  }, [title]);
  useEffect(() => {
    if (!isFirstPage) heading.current?.focus({ preventScroll: true });
    isFirstPage = false;
  }, []);
  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <div className={styles.words}>
          {back !== undefined && <p className={styles.back}>{back}</p>}
          <div className={styles.title}>
            <h1 ref={heading} tabIndex={-1}>
              {title}
            </h1>
            {mark}
          </div>
        </div>
        {actions !== undefined && <div className={styles.actions}>{actions}</div>}
        {lead !== undefined && <div className={styles.lead}>{lead}</div>}
      </header>
      {children}
    </div>
  );
}

/** Controls above a list: search, filters. */
export function Toolbar({ children }: { children: ReactNode }): ReactElement {
  return <div className={styles.toolbar}>{children}</div>;
}

/** Controls that stay beside each other where the others break the line. */
export function ToolbarGroup({ children }: { children: ReactNode }): ReactElement {
  return <div className={styles.group}>{children}</div>;
}

/** Sections below each other. */
export function Stack({ children }: { children: ReactNode }): ReactElement {
  return <div className={styles.stack}>{children}</div>;
}
