import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BUCKETS, bucketOf } from './customer.js';

describe('bucketOf', () => {
  // Computed apart from this code: FNV-1a, 32 bit, of the UTF-8 bytes, modulo 64. Rows are stored by it; it can never change.
  it.each([
    ['', 5], ['a', 44], ['foobar', 40], ['cus_1', 2], ['cus_acme', 61],
    ['cus_000000000000000000000000', 39], ['cus_0123456789ABCDEFGHIJKLMN', 35], ['cus_zzzzzzzzzzzzzzzzzzzzzzzz', 7],
  ])('puts %j into bucket %i', (id, bucket) => {
    expect(bucketOf(id)).toBe(bucket);
  });

  it('is a whole number from 0 to 63 for every ASCII id', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), (id) => {
        const bucket = bucketOf(id);
        expect(Number.isInteger(bucket) && bucket >= 0 && bucket < BUCKETS).toBe(true);
      }),
    );
  });

  it('spreads ids over all buckets', () => {
    const counts = new Map<number, number>();
    for (let index = 0; index < 6400; index += 1) {
      const bucket = bucketOf(`cus_${index.toString(36).padStart(24, '0')}`);
      counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
    }

    expect(counts.size).toBe(BUCKETS);
    expect(Math.max(...counts.values())).toBeLessThan(200);
  });
});
