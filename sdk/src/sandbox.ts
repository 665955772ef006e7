import type { Call, CallOptions, KeylessOptions } from './call.js';
import type { Instant, InstantInput } from './money.js';

/** A length on the calendar of UTC. */
export interface CalendarLength {
  years?: number | undefined;
  months?: number | undefined;
  weeks?: number | undefined;
  days?: number | undefined;
  hours?: number | undefined;
  minutes?: number | undefined;
  seconds?: number | undefined;
}

/** Where the clock shall go: to a moment, or ahead by a length; never backwards. */
export type ClockMove = { set: InstantInput } | { advance: CalendarLength };

export interface SandboxClock {
  now: Instant;
}

export interface SandboxOperations {
  /** What the sandbox's clock says. Problems: `sandbox_only`. */
  getSandboxClock(options?: CallOptions): Promise<SandboxClock>;
  /**
   * Moves the sandbox's clock and does everything that falls due on the way, in order. An advance is never repeated by
   * the SDK: it could go twice as far. Problems: `invalid_request`, `sandbox_only`.
   */
  setSandboxClock(move: ClockMove, options?: KeylessOptions): Promise<SandboxClock>;
}

export function sandboxOperations(call: Call): SandboxOperations {
  const path = ['v1', 'sandbox', 'clock'];
  return {
    getSandboxClock: (options) => call({ method: 'GET', path, options }),
    setSandboxClock: (move, options) => call({ method: 'POST', path, body: move, repeat: 'advance' in move ? 'never' : 'by_body', options }),
  };
}
