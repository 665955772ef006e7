import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at, currency, pointersOf } from '../../test/support/core.js';
import { EMPTY_BOOKS, assertBalanced, postTransaction, type Balance, type Books, type LedgerEntry, type LedgerTransaction } from './ledger.js';
import type { Money } from './money.js';
import { depositTransaction, parseDeposit } from './wallet.js';

function money(minor: bigint, code = 'USD'): Money {
  return { minor, currency: currency(code) };
}

function transaction(entries: LedgerEntry[], day = '2026-01-01'): LedgerTransaction {
  return { id: 'txn_1', kind: 'deposit', description: 'test', occurredAt: at(day), entries };
}

function deposit(minor: bigint, over: { code?: string; day?: string } = {}): LedgerTransaction {
  return depositTransaction({ id: 'txn_1', money: money(minor, over.code), description: 'top-up', at: at(over.day ?? '2026-01-01') });
}

function walletOf(balances: readonly Balance[], code = 'USD'): Balance | undefined {
  return balances.find((balance) => balance.account === 'wallet' && balance.money.currency === code);
}

describe('a transaction', () => {
  it('balances in each currency, not across them', () => {
    expect(() => assertBalanced(deposit(5n))).not.toThrow();
    expect(() => assertBalanced(transaction([{ account: 'wallet', money: money(5n) }, { account: 'provider', money: money(-4n) }]))).toThrow('off by 1');
    expect(() => assertBalanced(transaction([{ account: 'wallet', money: money(5n) }, { account: 'provider', money: money(-5n, 'EUR') }]))).toThrow('off by');
  });

  it('that does not balance is not posted', () => {
    expect(() => postTransaction(EMPTY_BOOKS, transaction([{ account: 'wallet', money: money(1n) }]))).toThrow('off by 1');
  });
});

describe('balances', () => {
  const movements = fc.array(fc.tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.constantFrom('USD', 'EUR', 'JPY')), { maxLength: 20 });

  it('are the sums of entries, zero over all accounts of a currency, whatever the order', () => {
    fc.assert(
      fc.property(movements, (all) => {
        const post = (each: typeof all): readonly Balance[] => each.reduce<Books>((books, [minor, code]) => postTransaction(books, deposit(minor, { code })), EMPTY_BOOKS).balances;
        const balances = post(all);
        for (const code of ['USD', 'EUR', 'JPY']) {
          const expected = all.filter(([, each]) => each === code).reduce((total, [minor]) => total + minor, 0n);
          expect(walletOf(balances, code)?.money.minor ?? 0n).toBe(expected);
          expect(balances.filter((balance) => balance.money.currency === code).reduce((total, balance) => total + balance.money.minor, 0n)).toBe(0n);
        }
        expect(post(all.toReversed()).map((balance) => balance.money)).toEqual(balances.map((balance) => balance.money));
      }),
    );
  });

  it('remember the latest movement in, not the ones out', () => {
    const { balances } = [deposit(500n, { day: '2026-01-01' }), deposit(-200n, { day: '2026-01-02' })].reduce<Books>(postTransaction, EMPTY_BOOKS);

    expect(walletOf(balances)).toMatchObject({ money: money(300n), lastCredit: { at: at('2026-01-01'), money: money(500n) } });
  });

  it('leave those that were given as they were', () => {
    const before = postTransaction(EMPTY_BOOKS, deposit(5n));
    const copy = structuredClone(before);

    postTransaction(before, deposit(5n));

    expect(before).toEqual(copy);
  });
});

describe('a deposit', () => {
  it.each([['10', 1000n], ['0.01', 1n], ['999999', 99999900n], ['17.970', 1797n], ['+5', 500n]])('of %s is %i cents', (text, minor) => {
    expect(parseDeposit(text, currency('USD'))).toEqual(money(minor));
  });

  it.each(['0', '-1', 'ten', '', '999999.01', '1000000', '0.001', '17.9699999999999988631316'])('of %j is refused', (text) => {
    expect(pointersOf(() => parseDeposit(text, currency('USD')))).toEqual(['/amount']);
  });

  it('of part of a yen is refused', () => {
    expect(pointersOf(() => parseDeposit('10.5', currency('JPY')))).toEqual(['/amount']);
  });
});
