import { getRouteApi } from '@tanstack/react-router';
import { useId, type ReactElement } from 'react';
import { Button } from '../../part/button.js';
import { cityOf, formatInstant, fromLocalText, localText } from '../../part/instant.js';
import styles from './moment.module.css';
import type { Looked } from '../../customer/state.js';

const route = getRouteApi('/dashboard/customers/$customer');

/** Which moment is looked at: in the address, so that it can be handed on, and back leads to now. */
export function MomentControl(): ReactElement {
  const { at } = route.useSearch();
  const navigate = route.useNavigate();
  const id = useId();
  const go = (next: string | undefined): void => {
    void navigate({ to: '.', search: ({ at: _at, ...rest }) => (next === undefined ? rest : { ...rest, at: next }), replace: at !== undefined && next !== undefined });
  };
  return (
    <div className={styles.control}>
      <label htmlFor={id}>State as of</label>
      <input
        id={id}
        type="datetime-local"
        className={styles.input}
        value={at === undefined ? '' : localText(at)}
        onChange={({ target }) => go(fromLocalText(target.value))}
      />
      {at !== undefined && (
        <Button small onClick={() => go(undefined)}>
          Back to now
        </Button>
      )}
    </div>
  );
}

/** Says above the page that this is not now, and what a state of the future takes for granted. */
export function MomentNote({ looked }: { looked: Looked }): ReactElement | null {
  const { at, state } = looked;
  if (at === undefined) return null;
  const zone = state.customer.timezone;
  return (
    <div className={styles.note} role="status">
      <p>
        <strong>As of {formatInstant(at)}</strong> ({formatInstant(at, { zone })} {cityOf(zone)}). What is another now is marked.
      </p>
      {state.assumptions.length > 0 && <p>Taken for granted: {state.assumptions.join('; ')}.</p>}
    </div>
  );
}

/** For lists that say how things are now, whatever moment is looked at. */
export function AlwaysNow({ what }: { what: string }): ReactElement | null {
  const { at } = route.useSearch();
  return at === undefined ? null : <p className={styles.always}>{what} as they are now: the moment chosen above does not go for this list.</p>;
}
