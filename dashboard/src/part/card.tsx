import { useId, type ReactElement, type ReactNode } from 'react';
import styles from './card.module.css';

interface CardProps {
  title?: ReactNode;
  /** Beside the title: a count, a link, a button. */
  aside?: ReactNode;
  children: ReactNode;
  /** Leaves no space around: for tables and lists that reach the edge. */
  flush?: boolean;
  className?: string | undefined;
}

/** A section of a page, with a heading of the second level. */
export function Card({ title, aside, children, flush = false, className }: CardProps): ReactElement {
  const id = useId();
  return (
    <section className={[styles.card, className].filter(Boolean).join(' ')} aria-labelledby={title === undefined ? undefined : id}>
      {(title !== undefined || aside !== undefined) && (
        <header className={styles.header}>
          {title !== undefined && <h2 id={id}>{title}</h2>}
          {aside}
        </header>
      )}
      <div className={flush ? styles.flush : styles.body}>{children}</div>
    </section>
  );
}

/** Cards side by side as far as there is room; `least` is the narrowest that one may be. */
export function Cards({ children, columns = 'auto' }: { children: ReactNode; columns?: 'auto' | 'figures' | 'two' }): ReactElement {
  return <div className={`${styles.cards} ${styles[columns]}`}>{children}</div>;
}

/** One figure with what it is. */
export function Figure({ label, children, note }: { label: string; children: ReactNode; note?: ReactNode }): ReactElement {
  return (
    <div className={styles.figure}>
      <dt>{label}</dt>
      <dd className={styles.value}>{children}</dd>
      {note !== undefined && <dd className={styles.note}>{note}</dd>}
    </div>
  );
}

/** Figures in a row. */
export function Figures({ children }: { children: ReactNode }): ReactElement {
  return <dl className={styles.figures}>{children}</dl>;
}

/** Names and what they stand for, one a line. */
export function Facts({ children }: { children: ReactNode }): ReactElement {
  return <dl className={styles.facts}>{children}</dl>;
}

export function Fact({ name, children }: { name: string; children: ReactNode }): ReactElement {
  return (
    <div className={styles.fact}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
