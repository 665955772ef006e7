import { describe, expect, it } from 'vitest';
import { instant } from './instant.js';
import { PATIENCE_MS, nextAttemptAt } from './webhook-task.js';

const FIRST = instant(Date.UTC(2026, 0, 1));
const HOUR = 3_600_000;

describe('a message that fails', () => {
  it('is tried again after 5 s, 1 min, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h, then every 12 h, until five days are over', () => {
    const rests: number[] = [];
    let at = FIRST;
    for (let attempts = 1; ; attempts += 1) {
      const next = nextAttemptAt({ attempts, firstFailedAt: FIRST, at, chance: 0.5 });
      if (next === null) break;
      rests.push((next - at) / HOUR);
      at = next;
    }
    expect(rests.slice(0, 4).map((rest) => Math.round(rest * 3600))).toEqual([5, 60, 300, 1800]);
    expect(rests.slice(4, -1)).toEqual([2, 5, 10, 10, 12, 12, 12, 12, 12, 12, 12]);
    expect(at - FIRST).toBe(PATIENCE_MS);
  });

  it.each([[0, 4_000], [0.5, 5_000], [0.999999, 6_000]])('rests up to a fifth shorter or longer by chance (%s)', (chance, rest) => {
    expect(nextAttemptAt({ attempts: 1, firstFailedAt: FIRST, at: FIRST, chance })).toBe(FIRST + rest);
  });

  it('is given up at the end of patience and not before', () => {
    expect(nextAttemptAt({ attempts: 30, firstFailedAt: FIRST, at: instant(FIRST + PATIENCE_MS - 1), chance: 0 })).toBe(FIRST + PATIENCE_MS);
    expect(nextAttemptAt({ attempts: 30, firstFailedAt: FIRST, at: instant(FIRST + PATIENCE_MS), chance: 0 })).toBeNull();
  });
});
