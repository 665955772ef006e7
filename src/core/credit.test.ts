import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at, currency } from '../../test/support/core.js';
import { PURCHASED, burn, compareBurnOrder, type CreditTerms } from './credit.js';
import { FOREVER, instant, type Instant } from './instant.js';
import { EMPTY_BOOKS, postTransaction, type Books, type LedgerTransaction } from './ledger.js';
import type { Money } from './money.js';

const usd = (minor: bigint): Money => ({ minor, currency: currency('USD') });

function credit(id: string, over: Partial<CreditTerms & { createdAt: Instant; amount: bigint }> = {}) {
  return { id, ...PURCHASED, createdAt: at('2026-01-01'), amount: 10n, ...over };
}

function move(id: string, minor: bigint, over: { day?: Instant; terms?: CreditTerms } = {}): LedgerTransaction {
  const entries = [{ account: 'wallet' as const, money: usd(minor) }, { account: 'adjustment' as const, money: usd(-minor) }];
  return { id, kind: 'adjustment', description: '', occurredAt: over.day ?? at('2026-01-01'), entries, ...(over.terms === undefined ? {} : { details: { credit: over.terms } }) };
}

function left(books: Books): Record<string, bigint> {
  return Object.fromEntries(books.credits.map(({ id, remaining }) => [id, remaining.minor]));
}

describe('the burn order', () => {
  it('is priority, granted before purchased, earliest expiry, creation, id', () => {
    const wanted = [
      credit('a', { priority: 1 }),
      credit('b', { kind: 'granted', expiresAt: at('2026-02-01') }),
      credit('c', { kind: 'granted' }),
      credit('d', { expiresAt: at('2026-02-01') }),
      credit('e', { createdAt: at('2025-12-31') }),
      credit('f'),
      credit('g'),
    ];

    expect([...wanted].reverse().sort(compareBurnOrder).map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
  });

  it('takes all of one before the next and tells what nothing covered', () => {
    expect(burn([credit('b', { priority: 60 }), credit('a')], 15n)).toEqual({ used: [{ id: 'a', amount: 10n }, { id: 'b', amount: 5n }], uncovered: 0n });
    expect(burn([credit('a')], 15n)).toEqual({ used: [{ id: 'a', amount: 10n }], uncovered: 5n });
    expect(burn([], 1n)).toEqual({ used: [], uncovered: 1n });
  });
});

describe('credits in the books', () => {
  it('are used up in burn order, those with nothing left are gone', () => {
    const books = [move('p', 10n), move('g', 10n, { terms: { kind: 'granted', priority: 50, expiresAt: FOREVER } }), move('use', -12n)].reduce<Books>(postTransaction, EMPTY_BOOKS);

    expect(left(books)).toEqual({ p: 8n });
  });

  it('pay first what the wallet is below zero by', () => {
    const books = [move('use', -7n), move('p', 10n)].reduce<Books>(postTransaction, EMPTY_BOOKS);

    expect(left(books)).toEqual({ p: 3n });
  });

  it('give nothing to what comes at their expiry or later', () => {
    const terms = { ...PURCHASED, expiresAt: at('2026-02-01') };
    const books = [move('soon', 10n, { terms }), move('last', 10n), move('use', -5n, { day: at('2026-02-01') })].reduce<Books>(postTransaction, EMPTY_BOOKS);

    expect(left(books)).toEqual({ soon: 10n, last: 5n });
  });

  const DAY = 86_400_000;
  const moves = fc.array(
    fc.record({
      minor: fc.bigInt({ min: -500n, max: 500n }),
      wait: fc.integer({ min: 0, max: 20 }),
      priority: fc.integer({ min: 0, max: 2 }),
      kind: fc.constantFrom('granted' as const, 'purchased' as const),
      lasts: fc.option(fc.integer({ min: 1, max: 30 })),
    }),
    { maxLength: 40 },
  );

  it('sum to the balance and what it is below zero by; a movement never makes or takes more than itself', () => {
    fc.assert(
      fc.property(moves, (all) => {
        let books = EMPTY_BOOKS;
        let now = at('2026-01-01') as number;
        for (const [index, { minor, wait, priority, kind, lasts }] of all.entries()) {
          now += wait * DAY;
          const before = books;
          const expiresAt = lasts === null ? FOREVER : instant(now + lasts * DAY);
          books = postTransaction(books, move(`t${index}`, minor, { day: instant(now), terms: { kind, priority, expiresAt } }));
          const balance = books.balances.find(({ account }) => account === 'wallet')?.money.minor ?? 0n;
          const total = books.credits.reduce((sum, one) => sum + one.remaining.minor, 0n);
          expect(total >= balance).toBe(true);
          const debtBefore = before.credits.reduce((sum, one) => sum + one.remaining.minor, 0n) - (before.balances.find(({ account }) => account === 'wallet')?.money.minor ?? 0n);
          // Owing grows only by what no usable credit covered, and shrinks only by what comes in.
          const covered = before.credits.filter((one) => one.expiresAt > now).reduce((sum, one) => sum + one.remaining.minor, 0n);
          const expected = minor >= 0n ? max(debtBefore - minor, 0n) : debtBefore + max(-minor - covered, 0n);
          expect(total - balance).toBe(expected);
          for (const one of before.credits.filter((each) => each.expiresAt <= now)) expect(books.credits).toContainEqual(one);
        }
      }),
    );
  });

  function max(one: bigint, other: bigint): bigint {
    return one > other ? one : other;
  }
});
