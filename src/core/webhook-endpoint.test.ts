import { describe, expect, it } from 'vitest';
import { instant } from './instant.js';
import { MESSAGE_TYPES, hears, rotatedSecrets, validSecrets } from './webhook-endpoint.js';

describe('an endpoint', () => {
  it('hears everything but usage unless it names what it wants', () => {
    expect(MESSAGE_TYPES.filter((type) => !hears([], type))).toEqual(['usage.recorded']);
    expect(MESSAGE_TYPES.filter((type) => !hears(['*'], type))).toEqual([]);
    expect(MESSAGE_TYPES.filter((type) => hears(['usage.recorded', 'invoice.issued'], type))).toEqual(['invoice.issued', 'usage.recorded']);
  });
});

describe('secrets', () => {
  it('are two while one is being replaced, and never more', () => {
    const first = rotatedSecrets([], 'a', instant(0));
    const second = rotatedSecrets(first, 'b', instant(100));
    const third = rotatedSecrets(second, 'c', instant(200));

    expect(validSecrets(first, instant(1_000))).toEqual(['a']);
    expect([99, 100].map((at) => validSecrets(second, instant(at)))).toEqual([['b', 'a'], ['b']]);
    expect([50, 199, 200].map((at) => validSecrets(third, instant(at)))).toEqual([['c', 'b'], ['c', 'b'], ['c']]);
  });
});
