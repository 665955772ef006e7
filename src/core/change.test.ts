import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at, currency } from '../../test/support/core.js';
import { CHANGE_TYPES, changesOf, type ChangeFact } from './change.js';
import { instant } from './instant.js';
import type { IssuedInvoice } from './issued-invoice.js';
import type { LedgerTransaction } from './ledger.js';
import type { Money } from './money.js';

const T = at('2026-01-01');
const USD = currency('USD');
const usd = (minor: bigint): Money => ({ minor, currency: USD });
const dated = { revision: 1, madeAt: T } as const;
const terms = { planVersionId: 'plnv_1', quantities: {}, multipliers: {}, overage: true } as const;
const topUp = (over: object = {}) => ({ isEnabled: true, minBalance: 10, upToBalance: 20, currency: USD, dailyCeiling: 200, changedAt: T, switchedOff: null, ...over }) as never;
const transaction = (over: Partial<LedgerTransaction> = {}): LedgerTransaction => ({ id: 'txn_1', kind: 'grant', description: 'Gift', occurredAt: T, entries: [{ account: 'wallet', money: usd(500n) }, { account: 'promotion', money: usd(-500n) }], ...over });
const payment = { id: 'pay_1', purpose: 'deposit', money: usd(2000n), about: null } as const;

function happened(fact: ChangeFact): Array<[string, object]> {
  return changesOf({ after: fact.revision - 1, upTo: fact.revision, facts: [fact] }).map(({ type, data }) => [type, data]);
}

describe('what happened, from one fact', () => {
  const cases: Array<[string, ChangeFact, Array<[string, object]>]> = [
    ['a new customer', { ...dated, fact: 'profile', kind: 'created' }, [['customer.created', {}]]],
    ['a changed profile', { ...dated, fact: 'profile', kind: 'updated' }, [['customer.updated', {}]]],
    ['a deletion', { ...dated, fact: 'profile', kind: 'deleted' }, [['customer.deleted', {}]]],
    [
      'a subscription',
      { ...dated, fact: 'subscription', subscriptionId: 'sub_1', change: { type: 'created', madeAt: T, startsAt: T, trialEndsAt: null, anchorAt: null, zone: 'UTC', alignment: 'anniversary', addonOf: null, terms } },
      [['subscription.created', { subscription: 'sub_1', startsAt: '2026-01-01T00:00:00Z' }]],
    ],
    ['a cleared schedule', { ...dated, fact: 'subscription', subscriptionId: 'sub_1', change: { type: 'schedule_cleared', madeAt: T } }, [['subscription.updated', { subscription: 'sub_1', change: 'schedule_cleared' }]]],
    [
      'a cancellation',
      { ...dated, fact: 'subscription', subscriptionId: 'sub_1', change: { type: 'canceled', madeAt: T, endsAt: at('2026-02-01'), reason: 'dear', proration: { mode: 'none', policy: 'by_second' } } },
      [['subscription.canceled', { subscription: 'sub_1', endsAt: '2026-02-01T00:00:00Z', reason: 'dear' }]],
    ],
    [
      'an invoice',
      { ...dated, fact: 'invoice', invoice: { id: 'inv_1', number: 'INV-000001', total: usd(100n), amountDue: usd(90n), paidFrom: 'invoice' } as IssuedInvoice },
      [['invoice.issued', { invoice: 'inv_1', number: 'INV-000001', total: usd(100n), amountDue: usd(90n), paidFrom: 'invoice' }]],
    ],
    ['a paid invoice', { ...dated, fact: 'invoice_change', invoiceId: 'inv_1', change: { type: 'paid', amount: usd(90n), method: 'card', reference: null } }, [['invoice.updated', { invoice: 'inv_1', change: 'paid', amount: usd(90n) }]]],
    ['a void invoice', { ...dated, fact: 'invoice_change', invoiceId: 'inv_1', change: { type: 'voided', reason: 'typing error' } }, [['invoice.updated', { invoice: 'inv_1', change: 'voided', reason: 'typing error' }]]],
    [
      'a credit note',
      { ...dated, fact: 'credit_note', note: { id: 'cn_1', number: 'CN-000001', invoiceId: 'inv_1', date: T, reason: null, subtotal: usd(10n), tax: usd(2n), total: usd(12n), toWallet: usd(0n) } },
      [['credit_note.created', { creditNote: 'cn_1', number: 'CN-000001', invoice: 'inv_1', total: usd(12n), toWallet: usd(0n), reason: null }]],
    ],
    ['money in the wallet', { ...dated, fact: 'transaction', transaction: transaction() }, [['wallet.updated', { transaction: 'txn_1', kind: 'grant', description: 'Gift', amount: usd(500n) }]]],
    ['a payment', { ...dated, fact: 'payment', payment }, [['payment.requested', { payment: 'pay_1', purpose: 'deposit', amount: usd(2000n) }]]],
    ['a payment of an invoice', { ...dated, fact: 'payment', payment: { ...payment, purpose: 'invoice', about: 'inv_1' } }, [['payment.requested', { payment: 'pay_1', purpose: 'invoice', amount: usd(2000n), invoice: 'inv_1' }]]],
    ['a refund', { ...dated, fact: 'payment_result', payment: { ...payment, purpose: 'refund', about: 'pay_0' }, outcome: 'succeeded', reason: null }, [['payment.succeeded', { payment: 'pay_1', purpose: 'refund', amount: usd(2000n), refundOf: 'pay_0' }]]],
    ['a decline', { ...dated, fact: 'payment_result', payment, outcome: 'declined', reason: 'expired_card' }, [['payment.declined', { payment: 'pay_1', purpose: 'deposit', amount: usd(2000n), reason: 'expired_card' }]]],
    [
      'a hold',
      { ...dated, fact: 'hold', change: { type: 'opened', madeAt: T, hold: { id: 'hold_1', money: usd(5n), openedAt: T, expiresAt: at('2026-01-02'), description: '', reference: null, usage: null } } },
      [['hold.opened', { hold: 'hold_1', amount: usd(5n), expiresAt: '2026-01-02T00:00:00Z' }]],
    ],
    [
      'a hold of units',
      { ...dated, fact: 'hold', change: { type: 'opened', madeAt: T, hold: { id: 'hold_1', money: usd(0n), openedAt: T, expiresAt: at('2026-01-02'), description: '', reference: null, usage: { feature: 'seats', subscriptionId: 'sub_1', priceCode: 'base', quantity: '3', properties: {} } } } },
      [['hold.opened', { hold: 'hold_1', amount: usd(0n), feature: 'seats', price: 'base', quantity: '3', expiresAt: '2026-01-02T00:00:00Z' }]],
    ],
    ['a longer hold', { ...dated, fact: 'hold', change: { type: 'extended', madeAt: T, holdId: 'hold_1', expiresAt: at('2026-01-03') } }, [['hold.extended', { hold: 'hold_1', expiresAt: '2026-01-03T00:00:00Z' }]]],
    ['a settled hold', { ...dated, fact: 'hold', change: { type: 'settled', madeAt: T, holdId: 'hold_1', money: usd(4n) } }, [['hold.settled', { hold: 'hold_1', amount: usd(4n) }]]],
    ['a released hold', { ...dated, fact: 'hold', change: { type: 'released', madeAt: T, holdId: 'hold_1' } }, [['hold.released', { hold: 'hold_1' }]]],
    ['a top-up that switched itself off', { ...dated, fact: 'setting', change: { setting: 'top_up', value: topUp({ isEnabled: false, switchedOff: 'expired_card' }) } }, [['top_up_settings.updated', { enabled: false, switchedOff: 'expired_card' }]]],
    ['a forgotten card', { ...dated, fact: 'setting', change: { setting: 'payment_method', value: null } }, [['payment_method.updated', { status: 'removed' }]]],
    ['a tax', { ...dated, fact: 'setting', change: { setting: 'tax', value: { status: 'exempt', rates: [] } } }, [['tax.updated', { status: 'exempt' }]]],
    ['an override', { ...dated, fact: 'setting', change: { setting: 'overrides', value: [] } }, [['entitlement.updated', {}]]],
    ['alerts', { ...dated, fact: 'setting', change: { setting: 'alerts', value: [] } }, [['alerts.updated', {}]]],
    ['services', { ...dated, fact: 'setting', change: { setting: 'services', value: null } }, [['services.updated', {}]]],
  ];

  it.each(cases)('%s', (_name, fact, expected) => {
    expect(happened(fact)).toEqual(expected);
    for (const [type] of expected) expect(CHANGE_TYPES).toContain(type);
  });

  it('is nothing for the wallet when a transaction passes it by', () => {
    expect(happened({ ...dated, fact: 'transaction', transaction: transaction({ entries: [{ account: 'receivable', money: usd(5n) }, { account: 'revenue', money: usd(-5n) }] }) })).toEqual([]);
  });

  it('is an alert of usage, with what was used of what', () => {
    const place = { alertId: 'alr_1', subscriptionId: 'sub_1', priceCode: 'calls', windowStartsAt: T, windowEndsAt: at('2026-02-01'), meter: 'calls' };
    const firing = { ...place, madeAt: T, threshold: { type: 'quantity', quantity: '80' }, email: null, name: 'Most of it', reference: null, used: '81', limit: '80', percent: '101.25', projected: null } as const;

    expect(happened({ ...dated, fact: 'alert', firing })).toEqual([
      ['usage.alert', {
        alert: 'alr_1', name: 'Most of it', reference: null, email: null, subscription: 'sub_1', price: 'calls', meter: 'calls', windowStart: '2026-01-01T00:00:00Z', windowEnd: '2026-02-01T00:00:00Z',
        threshold: 'quantity', used: '81', limit: '80', percent: '101.25', projected: null,
      }],
      ['usage.recorded', { firstRevision: 1 }],
    ]);
  });

  it('is also usage, most likely, when a top-up came out of nothing else', () => {
    const opened: ChangeFact = { ...dated, fact: 'payment', payment: { ...payment, purpose: 'top_up' } };
    expect(happened(opened).map(([type]) => type)).toEqual(['payment.requested', 'usage.recorded']);
    const facts: ChangeFact[] = [opened, { ...dated, fact: 'setting', change: { setting: 'top_up', value: topUp() } }];
    expect(changesOf({ after: 0, upTo: 1, facts }).map(({ type, position }) => [type, position])).toEqual([['top_up_settings.updated', 0], ['payment.requested', 1]]);
  });
});

describe('what happened, in a range of revisions', () => {
  it('tells revisions without facts as usage, a run of them by its last one', () => {
    const facts: ChangeFact[] = [{ ...dated, revision: 5, fact: 'profile', kind: 'updated' }, { ...dated, revision: 6, fact: 'profile', kind: 'updated' }];
    const told = changesOf({ after: 2, upTo: 9, facts }).map(({ revision, type, data, madeAt }) => [revision, type, data, madeAt]);

    expect(told).toEqual([[4, 'usage.recorded', { firstRevision: 3 }, null], [5, 'customer.updated', {}, T], [6, 'customer.updated', {}, T], [9, 'usage.recorded', { firstRevision: 7 }, null]]);
    expect(changesOf({ after: 9, upTo: 9, facts: [] })).toEqual([]);
  });

  it('is dated by the last of the facts of a revision', () => {
    const facts: ChangeFact[] = [{ ...dated, fact: 'profile', kind: 'updated' }, { revision: 1, madeAt: instant(T + 5), fact: 'setting', change: { setting: 'tax', value: null } }];

    expect(changesOf({ after: 0, upTo: 1, facts }).map(({ madeAt }) => madeAt)).toEqual([T + 5, T + 5]);
  });

  it('is the same whether it is asked for at once or in parts, but for runs of usage that a part cuts', () => {
    const factsOf = (revisions: readonly number[]): ChangeFact[] => [...new Set(revisions)].flatMap((revision): ChangeFact[] => [{ revision, madeAt: T, fact: 'profile', kind: 'updated' }, { revision, madeAt: T, fact: 'setting', change: { setting: 'tax', value: null } }]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 30 })), fc.integer({ min: 0, max: 30 }), (revisions, cut) => {
        const facts = factsOf(revisions);
        const part = (after: number, upTo: number) => changesOf({ after, upTo, facts: facts.filter(({ revision }) => revision > after && revision <= upTo) });
        const places = (changes: ReturnType<typeof part>) => changes.filter(({ type }) => type !== 'usage.recorded').map(({ revision, position, type }) => [revision, position, type]);
        const whole = part(0, 30);
        const parts = [...part(0, cut), ...part(cut, 30)];

        expect(places(parts)).toEqual(places(whole));
        // Every revision is told: by itself, or by the end of the run that it stands in.
        const told = new Set(parts.flatMap(({ revision, data }) => Array.from({ length: revision - Number(data['firstRevision'] ?? revision) + 1 }, (_, index) => revision - index)));
        expect(told.size).toBe(30);
        // In order, and never two at one place.
        const keys = parts.map(({ revision, position }) => revision * 10 + position);
        expect(keys).toEqual([...new Set(keys)].sort((left, right) => left - right));
      }),
    );
  });
});
