import type { State } from '@paidup/sdk';
import type { ReactElement, ReactNode } from 'react';
import styles from './compared.module.css';
import { useLooked } from './state.js';

interface ComparedProps<Value> {
  /** What is shown, out of a state. */
  of: (state: State) => Value;
  show: (value: NonNullable<Value> | Value) => ReactNode;
}

/** A value at the moment looked at. Where it is another now, it is marked, and the one of now stands beside it. */
export function Compared<Value>({ of, show }: ComparedProps<Value>): ReactElement {
  const { state, now, at } = useLooked();
  const [then, present] = [of(state), of(now)];
  if (at === undefined || JSON.stringify(then) === JSON.stringify(present)) return <>{show(then)}</>;
  return (
    <span className={styles.compared}>
      <mark className={styles.then}>{show(then)}</mark>
      <span className={styles.present}>now {present === undefined || present === null ? 'none' : show(present)}</span>
    </span>
  );
}

/** The value of now alone, where it is another than at the moment looked at, for what is drawn rather than written. */
export function Present<Value>({ of, show }: ComparedProps<Value>): ReactElement | null {
  const { state, now, at } = useLooked();
  const present = of(now);
  if (at === undefined || JSON.stringify(of(state)) === JSON.stringify(present)) return null;
  return <p className={styles.present}>now {present === undefined || present === null ? 'none' : show(present)}</p>;
}
