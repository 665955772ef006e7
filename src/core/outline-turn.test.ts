import { describe, expect, it } from 'vitest';
import { at, currency, event, facts, meter, phase, plan, subscription, usage, type UsageDefinition } from '../../test/support/core.js';
import { attentionsOf } from './attention.js';
import { decimal } from './decimal.js';
import type { CustomerFacts } from './facts.js';
import { EMPTY_BOOKS, postTransaction } from './ledger.js';
import { roundToMoney } from './money.js';
import { mayTurnWallets } from './outline-turn.js';
import { billingState } from './state.js';
import { parseTopUpSettings } from './top-up-settings.js';
import { depositTransaction } from './wallet.js';
import { WindowBook } from './window-book.js';

const NOW = at('2026-01-20');
const TIERS = [{ up_to: '90', unit_amount: '0.30' }, { up_to: null, unit_amount: '0.05' }];
const TOP_UP = parseTopUpSettings({ isEnabled: false, minBalance: '5', upToBalance: '20', currency: 'USD', changedAt: at('2026-01-01') });

/** A customer of what `prices` say, paid from a wallet of ten dollars. */
function given(prices: ReadonlyArray<Partial<UsageDefinition>>, over: Partial<CustomerFacts> = {}): CustomerFacts {
  const sold = plan({ meters: [meter('calls', { dimensions: ['region'] })], prices: prices.map((price, index) => usage('calls', { code: `calls-${index}`, paid_from: 'wallet', ...price })) });
  const books = postTransaction(EMPTY_BOOKS, depositTransaction({ id: 't', money: roundToMoney(decimal('10'), currency('USD')), description: '', at: at('2026-01-01') }));
  return facts([subscription({ plan: sold })], [], { ...books, ...over });
}

/** Uses one after another: after each whether what is said of wallets has changed, and whether that was told. */
function turns(start: CustomerFacts, quantities: readonly string[]): Array<{ changed: boolean; told: boolean }> {
  const said = (each: CustomerFacts): string => JSON.stringify(attentionsOf(billingState(each, NOW)));
  let before = start;
  return quantities.map((quantity, index) => {
    const book = new WindowBook(before.windows, []);
    book.count(before.subscriptions, event(`e${index}`, '2026-01-20', quantity));
    const after = { ...before, windows: book.allWindows() };
    const turn = { changed: said(after) !== said(before), told: mayTurnWallets(after, after.windows, NOW) };
    before = after;
    return turn;
  });
}

describe('whether use may have changed what is said of wallets', () => {
  it('is told when a wallet runs dry, and not before', () => {
    expect(turns(given([{ model: { type: 'per_unit', amount: '1' } }]), ['4', '5', '1'])).toEqual([{ changed: false, told: false }, { changed: false, told: false }, { changed: true, told: true }]);
  });

  it('is told when more use costs less, and a wallet that was low is not any more', () => {
    // 24 of 10 dollars, then 5.
    const by = (model: UsageDefinition['model']) => turns(given([{ model }]), ['80', '20']).map(({ changed, told }) => changed && told);
    const cell = (region: string) => ({ values: { region }, model: { type: 'volume' as const, tiers: TIERS } });

    expect(by({ type: 'volume', tiers: TIERS })).toEqual([true, true]);
    expect(by({ type: 'dimensional', dimensions: ['region'], cells: [cell('')] })).toEqual([true, true]);
  });

  it('counts as the wallet does, whose windows are rounded each by itself', () => {
    // Three windows of 1.665 dollars take 5.01 together, though exactly they come to 4.995.
    const prices = [1, 2, 3].map(() => ({ model: { type: 'per_unit' as const, amount: '0.333' } }));

    expect(turns(given(prices, { topUp: TOP_UP }), ['4', '1'])).toEqual([{ changed: false, told: false }, { changed: true, told: true }]);
  });

  it('finds a wallet empty that has seen no movement yet', () => {
    const sold = plan({ currency: 'EUR', prices: [usage('calls', { paid_from: 'wallet' })] });
    const [low] = attentionsOf(billingState(given([], { subscriptions: [subscription({ plan: sold, changes: [phase(sold, '2026-01-02')] })] }), NOW));

    expect(low).toEqual({ kind: 'wallet_low', detail: 'Nothing is available in EUR.' });
  });
});
