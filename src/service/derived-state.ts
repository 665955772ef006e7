import { FOREVER, type Instant } from '../core/instant.js';
import type { BillingState } from '../core/state.js';

/** A state with the moment asked for: at that moment it is the same but for `asOf`. */
export interface DerivedState {
  /**
   * The state as it was first derived. As long as nothing changes the very same object comes back, so that what is made
   * of it can be kept with it.
   */
  readonly derived: BillingState;
  readonly at: Instant;
  /** Until when (out) the state stays so but for its own `asOf`, if nothing is changed. */
  readonly until: Instant;
  /**
   * Tells this state from every other of the customer, on every process and after a restart; begins with the customer's
   * revision. Between two changes it is the same, whenever it is read.
   */
  readonly stamp: string;
}

/** What tells one state from another: the customer's last change, the clock's next one (two states never share it), and the names in it. */
export function stampOf({ revision, until, catalogRevision }: { revision: number; until: Instant; catalogRevision: number }): string {
  return `${revision}-${until === FOREVER ? 'z' : until.toString(36)}-${catalogRevision.toString(36)}`;
}
