import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at, currency, event, facts, fixed, plan, subscription, usage } from '../../test/support/core.js';
import { bookDue, owedIn } from './booking.js';
import type { CreditTerms } from './credit.js';
import { decimal, decimalText } from './decimal.js';
import type { UsageEvent } from './event.js';
import type { CustomerFacts } from './facts.js';
import { FOREVER, instantText } from './instant.js';
import { EMPTY_BOOKS, postAll, type Books, type LedgerTransaction } from './ledger.js';
import { moneyText, roundToMoney, type Money } from './money.js';
import type { PaymentMethod } from './payment-method.js';
import { statusAt } from './subscription.js';
import { COOL_OFF_MS, decideTopUp } from './top-up.js';
import { parseTopUpSettings } from './top-up-settings.js';
import { availableIn, exactlyAvailableIn, expiriesDue, wallets } from './wallet.js';

const USD = currency('USD');
const usd = (amount: string): Money => roundToMoney(decimal(amount), USD);

function credit(id: string, amount: string, over: Partial<CreditTerms> = {}): LedgerTransaction {
  const money = usd(amount);
  const terms: CreditTerms = { kind: 'purchased', priority: 50, expiresAt: FOREVER, ...over };
  return { id, kind: 'grant', description: '', occurredAt: at('2026-01-01'), entries: [{ account: 'wallet', money }, { account: 'adjustment', money: { ...money, minor: -money.minor } }], details: { credit: terms } };
}

const books = (...transactions: LedgerTransaction[]): Books => postAll(EMPTY_BOOKS, transactions);
const CALLS = plan({ prices: [usage('calls', { paid_from: 'wallet', model: { type: 'per_unit', amount: '1' } })] });
const STORAGE = plan({ code: 'storage', features: [], prices: [fixed('gb', '0.14', { per_seat: true, paid_from: 'wallet' })] });

function calls(...used: Array<[day: string, n: number]>): UsageEvent[] {
  return used.map(([day, n], index) => event(`e${index}`, day, n));
}

function figures(given: CustomerFacts, moment: string): Record<string, string> {
  const [wallet] = wallets(given, USD, at(moment));
  if (wallet === undefined) throw new Error('there is no wallet');
  return { balance: moneyText(wallet.balance), accrued: moneyText(wallet.accrued), available: moneyText(wallet.available) };
}

describe('credit that expires', () => {
  const soon = { kind: 'granted' as const, expiresAt: at('2026-01-15') };

  it('leaves the wallet at that instant, by a transaction of its own', () => {
    const given = facts([], [], books(credit('txn_gift', '10', soon), credit('txn_paid', '5')));

    expect([figures(given, '2026-01-14T23:59:59.999Z').balance, figures(given, '2026-01-15').balance]).toEqual(['15.00', '5.00']);
    expect(expiriesDue(given, at('2026-02-01')).map(({ kind, occurredAt, entries }) => [kind, instantText(occurredAt), ...entries.map((entry) => `${entry.account} ${moneyText(entry.money)}`)])).toEqual([
      ['expiry', '2026-01-15T00:00:00Z', 'wallet -10.00', 'promotion 10.00'],
    ]);
  });

  it('does not expire as far as usage had used it up', () => {
    const given = facts([subscription({ plan: CALLS })], calls(['2026-01-05', 8]), books(credit('txn_gift', '10', soon), credit('txn_paid', '5')));

    // 8 of the gift are spoken for; 2 expire.
    expect(figures(given, '2026-01-16')).toEqual({ balance: '13.00', accrued: '8.00', available: '5.00' });
    const { facts: after } = bookDue(given, at('2026-02-01'));
    expect(figures(after, '2026-02-01')).toEqual({ balance: '5.00', accrued: '0.00', available: '5.00' });
    expect(after.credits.map(({ id }) => id)).toEqual(['txn_paid']);
  });

  it('expires once, and several at once each for itself', () => {
    const given = facts([], [], books(credit('txn_a', '10', soon), credit('txn_b', '7', soon)));
    const { facts: after, expiries } = bookDue(given, at('2026-03-01'));

    expect(expiries.map(({ details }) => details?.expires)).toEqual(['txn_a', 'txn_b']);
    expect([bookDue(after, at('2026-03-01')).expiries, after.credits]).toEqual([[], []]);
  });
});

describe('a settlement', () => {
  it('takes no use twice from what is left for an invoice of the same moment', () => {
    const both = plan({ prices: [fixed('base', '9'), usage('calls', { paid_from: 'wallet', model: { type: 'per_unit', amount: '1' } })] });
    const { facts: booked } = bookDue(facts([subscription({ plan: both })], calls(['2026-01-05', 6]), books(credit('txn_a', '20'))), at('2026-02-01'));

    // 20 - 9 for January, 6 used, 5 left for the 9 of February.
    expect([figures(booked, '2026-02-01'), moneyText(owedIn(booked, usd('0')))]).toEqual([{ balance: '0.00', accrued: '0.00', available: '0.00' }, '4.00']);
  });

  it('leaves no fraction behind that would fill a wallet which is not low', () => {
    const daily = plan({ prices: [usage('calls', { paid_from: 'wallet', window: { unit: 'day', count: 1 }, model: { type: 'per_unit', amount: '0.014' } })] });
    const events = Array.from({ length: 20 }, (_, index) => event(`e${index}`, `2026-01-${String(index + 1).padStart(2, '0')}`, 1));
    const given = facts([subscription({ plan: daily })], events, books(credit('txn_a', '10.21')));
    const { facts: booked } = bookDue(given, at('2026-01-25'));

    // 20 times 0.01, not 20 times 0.014.
    expect([exactlyAvailableIn(given, USD, at('2026-01-25')), exactlyAvailableIn(booked, USD, at('2026-01-25'))].map(decimalText)).toEqual(['10.01', '10.01']);
  });

  it('leaves what is available as it was, whatever was used and however it rounds', () => {
    const odd = plan({ prices: [usage('calls', { paid_from: 'wallet', window: { unit: 'day', count: 1 }, model: { type: 'per_unit', amount: '0.333' } })] });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 28 }), fc.integer({ min: 1, max: 9 })), { maxLength: 12 }), fc.integer({ min: 1, max: 28 }), (used, day) => {
        const events = used.map(([on, n], index) => event(`e${index}`, `2026-01-${String(on).padStart(2, '0')}T12:00:00Z`, n));
        const given = facts([subscription({ plan: odd })], events, books(credit('txn_a', '40'), credit('txn_b', '3')));
        const moment = at(`2026-01-${String(day).padStart(2, '0')}T18:00:00Z`);
        expect(availableIn(bookDue(given, moment).facts, USD, moment)).toEqual(availableIn(given, USD, moment));
      }),
    );
  });

  it('is a paid invoice from the wallet, without tax, a transaction a line', () => {
    const given = facts([subscription({ plan: CALLS })], calls(['2026-01-05', 8]), { ...books(credit('txn_a', '10')), tax: { status: 'taxable', rates: [{ name: 'VAT', percent: '21', isInclusive: false }] } });
    const [invoice] = bookDue(given, at('2026-02-01')).due;

    expect([invoice?.paidFrom, invoice?.series, invoice?.total, invoice?.walletCredit, invoice?.amountDue]).toEqual(['wallet', 'WAL', usd('8'), usd('8'), usd('0')]);
  });

  it('goes on below zero, and late usage is settled with the next', () => {
    const given = facts([subscription({ plan: CALLS })], calls(['2026-01-05', 8]), books(credit('txn_a', '5')));
    const { facts: january } = bookDue(given, at('2026-02-01'));

    expect(figures(january, '2026-02-01')).toEqual({ balance: '-3.00', accrued: '0.00', available: '-3.00' });
    expect(figures({ ...january, ...postAll(january, [credit('txn_b', '10')]) }, '2026-02-02').available).toBe('7.00');
  });
});

describe('what is bought from the wallet in advance', () => {
  const bought = subscription({ plan: STORAGE, quantities: { gb: '100' }, startsAt: '2026-01-10' });

  it('is paid at each turn as long as the wallet can, and then ends', () => {
    const { due, facts: after, steps } = bookDue(facts([bought], [], books(credit('txn_a', '30'))), at('2026-06-01'));

    expect(due.map(({ date, total }) => `${instantText(date).slice(0, 10)} ${moneyText(total)}`)).toEqual(['2026-01-10 14.00', '2026-02-10 14.00']);
    expect(steps.at(-1)?.renewals.map(({ entry }) => entry.change)).toMatchObject([{ type: 'canceled', endsAt: at('2026-03-10'), reason: 'wallet_empty' }]);
    expect([statusAt(after.subscriptions[0] ?? bought, at('2026-03-10')), moneyText(availableIn(after, USD, at('2026-06-01')))]).toEqual(['canceled', '2.00']);
  });

  it('tells what is missing when somebody asks for it at this moment', () => {
    const now = subscription({ plan: STORAGE, quantities: { gb: '100' }, startsAt: '2026-01-10' });

    expect(bookDue(facts([now], [], books(credit('txn_a', '3'))), at('2026-01-10')).steps[0]?.missing).toEqual(usd('11'));
  });
});

describe('the automatic top-up', () => {
  const card: PaymentMethod = { id: 'pm', provider: 'sandbox', brand: 'visa', last4: '4242', expiryMonth: 12, expiryYear: 2099 };
  const settings = parseTopUpSettings({ isEnabled: true, minBalance: '10', upToBalance: '100', currency: 'USD', dailyCeiling: '200', changedAt: at('2026-01-01') });
  const tenths = plan({ prices: [usage('calls', { paid_from: 'wallet', model: { type: 'per_unit', amount: '0.001' } })] });
  const low = (amount: string, over: Partial<CustomerFacts> = {}): CustomerFacts => facts([], [], { ...books(credit('txn_a', amount)), topUp: settings, paymentMethod: card, ...over });
  const at10 = at('2026-01-10T10:00:00Z');

  it('charges target less balance, strictly below the minimum', () => {
    expect(decideTopUp(low('10'), at10)).toBeNull();
    expect(decideTopUp(low('9.99'), at10)).toEqual({ charge: usd('90.01') });
  });

  it('looks at what usage has cost exactly, and cuts to the minor unit', () => {
    const used = (n: number): CustomerFacts => facts([subscription({ plan: tenths })], calls(['2026-01-05', n]), { ...books(credit('txn_a', '10')), topUp: settings, paymentMethod: card });

    // 9.999 is below 10; what is missing is 100 - 9.99.
    expect(decideTopUp(used(1), at10)).toEqual({ charge: usd('90.01') });
  });

  it('asks for one charge at a time, and for nothing while it is off', () => {
    const open = { id: 'pay', purpose: 'top_up' as const, money: usd('90'), requestedAt: at10 };

    expect(decideTopUp(low('1', { payments: { open: [open], topUps: [], declined: null } }), at10)).toBeNull();
    expect(decideTopUp(low('1', { topUp: { ...settings, isEnabled: false } }), at10)).toBeNull();
    expect(decideTopUp(low('1', { topUp: null }), at10)).toBeNull();
  });

  it('stops at the day’s ceiling until the next local day', () => {
    const charged = (day: string) => ({ open: [], declined: null, topUps: [{ id: 'a', at: at(day), money: usd('101.01') }] });
    const zoned = { customer: { ...low('1').customer, zone: 'America/New_York' } };

    expect(decideTopUp(low('1', { payments: charged('2026-01-10T06:00:00Z'), ...zoned }), at10)).toEqual({ halted: { reason: 'daily_ceiling', until: at('2026-01-11T05:00:00Z') } });
    // 04:00 in UTC was still the day before in New York.
    expect(decideTopUp(low('1', { payments: charged('2026-01-10T04:00:00Z'), ...zoned }), at10)).toEqual({ charge: usd('99') });
    expect(decideTopUp(low('1.00', { payments: charged('2026-01-10T06:00:00Z') }), at10)).toEqual({ halted: { reason: 'daily_ceiling', until: at('2026-01-11') } });
    expect(decideTopUp(low('1.01', { payments: charged('2026-01-10T06:00:00Z') }), at10)).toEqual({ charge: usd('98.99') });
    expect(decideTopUp(low('9', { payments: { open: [], declined: null, topUps: [{ id: 'a', at: at10, money: usd('109') }] } }), at10)).toEqual({ charge: usd('91') });
  });

  it('waits an hour after a decline, and without a card for somebody to bring one', () => {
    const declined = { open: [], topUps: [], declined: { at: at10, reason: 'insufficient_funds', money: usd('90') } };
    const after = (ms: number) => decideTopUp(low('1', { payments: declined }), (at10 + ms) as typeof at10);

    expect(after(COOL_OFF_MS - 1)).toEqual({ halted: { reason: 'cool_off', until: at('2026-01-10T11:00:00Z') } });
    expect(after(COOL_OFF_MS)).toEqual({ charge: usd('99') });
    expect(decideTopUp(low('1', { paymentMethod: null }), at10)).toEqual({ halted: { reason: 'payment_method_missing', until: null } });
  });

  it('has a ceiling of ten targets unless told', () => {
    expect(decimalText(parseTopUpSettings({ isEnabled: true, minBalance: '10', upToBalance: '100', currency: 'USD', changedAt: at10 }).dailyCeiling)).toBe('1000');
  });
});
