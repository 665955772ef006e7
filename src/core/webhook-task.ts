import { instant, type Instant } from './instant.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** How long a receiver that fails is left in peace, by how often it has failed; the last one from then on. */
const RESTS_MS = [5 * SECOND, MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR, 12 * HOUR] as const;
/** Rests are up to a fifth shorter or longer, so that what failed together is not tried together. */
const JITTER = 0.2;
/** How long one message is tried, from its first failure on. */
export const PATIENCE_MS = 5 * 24 * HOUR;

/** When a message that has failed `attempts` times is tried again; null when patience is at its end. `chance` lies in [0, 1). */
export function nextAttemptAt(failed: { attempts: number; firstFailedAt: Instant; at: Instant; chance: number }): Instant | null {
  const { attempts, firstFailedAt, at, chance } = failed;
  const endsAt = firstFailedAt + PATIENCE_MS;
  if (at >= endsAt) return null;
  const rest = RESTS_MS[Math.min(attempts, RESTS_MS.length) - 1] ?? RESTS_MS[0];
  // The last try is at the end, not before it.
  return instant(Math.min(at + Math.round(rest * (1 - JITTER + 2 * JITTER * chance)), endsAt));
}
