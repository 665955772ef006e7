import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at, currency, event, facts, feature, fixed, meter, phase, plan, pointersOf, subscription, usage, type UsageDefinition } from '../../test/support/core.js';
import { decimal, decimalText, type Decimal } from './decimal.js';
import type { CustomerFacts } from './facts.js';
import { decideGate, decideUse, type GateAnswer } from './gate.js';
import type { Hold } from './hold.js';
import { instantText, type Instant } from './instant.js';
import { EMPTY_BOOKS, postTransaction, type LedgerTransaction } from './ledger.js';
import { roundToMoney } from './money.js';
import { parseOverride, type OverrideInput } from './override.js';
import { billingState } from './state.js';
import type { Subscription } from './subscription.js';

const NOW = at('2026-01-20');
const FEATURES = [feature('sso', { type: 'flag' }), feature('seats'), feature('storage', { unit: 'size' }), feature('calls', { type: 'metered' })];

/** A plan that includes 500 calls and blocks more, unless told otherwise. */
function calls(over: Partial<UsageDefinition> = {}, grant: { limit?: string } = {}) {
  return plan({ features: FEATURES, prices: [usage('calls', { included: '500', overage: 'blocked', ...over })], grants: [{ feature: 'calls', price: 'calls', ...grant }] });
}

function question(code: string, quantity = '1', over: { isPartial?: boolean; properties?: Record<string, unknown> } = {}) {
  return { feature: code, quantity: decimal(quantity), properties: over.properties ?? {}, isPartial: over.isPartial ?? false };
}

function ask(given: CustomerFacts, code: string, quantity?: string, moment: Instant = NOW): GateAnswer {
  return decideGate(given, question(code, quantity), moment);
}

function used(one: Subscription | readonly Subscription[], n: number, over: Partial<CustomerFacts> = {}): CustomerFacts {
  return facts([one].flat(), n === 0 ? [] : [event('e', '2026-01-05', n)], over);
}

function shown(value: Decimal | 'unlimited' | null): string | null {
  return value === null || value === 'unlimited' ? value : decimalText(value);
}

/** Allowed or the reason, rule, limit, used, remaining. */
function figures(answer: GateAnswer): unknown[] {
  return [answer.reason ?? 'allowed', answer.rule, shown(answer.limit), shown(answer.used), shown(answer.remaining)];
}

function money(amount: string) {
  return roundToMoney(decimal(amount), currency('USD'));
}

function wallet(amount: string): Pick<CustomerFacts, 'balances' | 'credits'> {
  const deposit: LedgerTransaction = { id: 'txn_1', kind: 'deposit', description: '', occurredAt: at('2026-01-01'), entries: [{ account: 'wallet', money: money(amount) }, { account: 'provider', money: money(`-${amount}`) }] };
  return postTransaction(EMPTY_BOOKS, deposit);
}

function hold(quantity: string, expiresAt: string): Hold {
  return { id: `hold_${quantity}`, money: money('0'), openedAt: at('2026-01-10'), expiresAt: at(expiresAt), description: '', reference: null, usage: { feature: 'calls', subscriptionId: 'sub_1', priceCode: 'calls', quantity, properties: {} } };
}

function override(code: string, input: OverrideInput) {
  const found = FEATURES.find((one) => one.code === code);
  if (found === undefined) throw new Error(`no feature ${code}`);
  return parseOverride(found, input, at('2026-01-02'));
}

describe('the gate on a metered feature', () => {
  it.each([
    ['0', 0, '1', ['allowed', 'included', '500', '0', '500']],
    ['0', 499, '1', ['allowed', 'included', '500', '499', '1']],
    ['0', 499, '2', ['limit_reached', 'included', '500', '499', '1']],
    ['0', 500, '1', ['limit_reached', 'included', '500', '500', '0']],
    ['0', 499.5, '0.5', ['allowed', 'included', '500', '499.5', '0.5']],
    ['0', 600, '1', ['limit_reached', 'included', '500', '600', '0']],
  ])('decides strictly by what is left (%s, %s used, %s asked)', (_id, n, quantity, expected) => {
    expect(figures(ask(used(subscription({ plan: calls() }), n), 'calls', quantity))).toEqual(expected);
  });

  it('lets overage go on where price and subscription allow it, and says what it costs', () => {
    const soft = subscription({ plan: calls({ overage: 'allowed', model: { type: 'per_unit', amount: '0.07' } }) });
    const off = subscription({ plan: calls({ overage: 'allowed' }), overage: false });
    const answer = ask(used(soft, 499), 'calls', '3');

    expect([figures(answer), answer.cost]).toEqual([['allowed', 'overage', '500', '499', '1'], money('0.14')]);
    expect(figures(ask(used(off, 500), 'calls'))).toEqual(['limit_reached', 'included', '500', '500', '0']);
  });

  it('takes a limit that the plan names for one, whatever the price would sell', () => {
    const limited = subscription({ plan: calls({ overage: 'allowed' }, { limit: '600' }) });

    expect(figures(ask(used(limited, 550), 'calls', '50'))).toEqual(['allowed', 'limit', '600', '550', '50']);
    expect(figures(ask(used(limited, 550), 'calls', '51'))).toEqual(['limit_reached', 'limit', '600', '550', '50']);
  });

  it('never lets a window cost more than its cap', () => {
    const capped = subscription({ plan: calls({ overage: 'allowed', overage_cap: '10' }) });

    expect(figures(ask(used(capped, 505), 'calls', '5'))).toEqual(['allowed', 'overage', '500', '505', '0']);
    expect(figures(ask(used(capped, 505), 'calls', '6'))).toEqual(['overage_cap_reached', 'overage_cap', '500', '505', '0']);
  });

  it('counts what was carried in, and lifts when the window turns', () => {
    const rolling = subscription({ plan: calls({ rollover: {} }), startsAt: '2025-12-10' });
    const given = facts([rolling], [event('a', '2025-12-20', 400), event('b', '2026-01-15', 600)]);
    const refused = ask(given, 'calls', '1');

    expect(figures(refused)).toEqual(['limit_reached', 'included', '600', '600', '0']);
    expect([refused.resetsAt, refused.liftsAt].map((moment) => instantText(moment as Instant))).toEqual(['2026-02-10T00:00:00Z', '2026-02-10T00:00:00Z']);
    // Nothing of the next window is used by then, and all of it carried on.
    expect(ask(given, 'calls', '501').liftsAt).toBe(at('2026-03-10'));
  });

  it('does not lift with a window that the subscription does not live to see', () => {
    const ending = subscription({ plan: calls(), changes: [{ type: 'canceled', madeAt: at('2026-01-10'), endsAt: at('2026-02-01'), reason: null, proration: { mode: 'none', policy: 'by_second' } }] });

    expect(ask(used(ending, 500), 'calls').liftsAt).toBeNull();
  });

  it('counts in the units that are sold, whole ones where they are rounded up', () => {
    const minutes = meter('calls', { conversion: { divide_by: '60', round: 'up' } });
    const sold = plan({ features: FEATURES, meters: [minutes], prices: [usage('calls', { included: '10', overage: 'blocked' })], grants: [{ feature: 'calls', price: 'calls' }] });
    const given = used(subscription({ plan: sold }), 61);

    expect(figures(ask(given, 'calls', '8'))).toEqual(['allowed', 'included', '10', '2', '8']);
    expect(figures(ask(given, 'calls', '9'))).toEqual(['limit_reached', 'included', '10', '2', '8']);
  });

  it('refuses a part of an event where events are counted', () => {
    const counted = plan({ features: FEATURES, meters: [meter('calls', { aggregation: 'count' })], prices: [usage('calls', { included: '5' })], grants: [{ feature: 'calls', price: 'calls' }] });

    expect(pointersOf(() => ask(facts([subscription({ plan: counted })]), 'calls', '0.5'))).toEqual(['/quantity']);
  });

  it('is asked for nothing and says whether there is access at all', () => {
    expect(figures(ask(used(subscription({ plan: calls() }), 600), 'calls', '0'))).toEqual(['allowed', 'included', '500', '600', '0']);
  });
});

describe('the gate and the wallet', () => {
  const paid = subscription({ plan: calls({ included: '1', overage: 'allowed', paid_from: 'wallet', model: { type: 'per_unit', amount: '0.30' } }) });

  it('never spends more than is available, and says what is lacking', () => {
    const given = used(paid, 2, wallet('1.00'));
    const refused = ask(given, 'calls', '3');

    expect(figures(ask(given, 'calls', '2'))).toEqual(['allowed', 'overage', '1', '2', '0']);
    expect([refused.reason, refused.rule, refused.cost, refused.shortfall]).toEqual(['insufficient_funds', 'wallet', money('0.90'), money('0.20')]);
  });

  it('asks the wallet for nothing where the use is included', () => {
    expect(ask(used(paid, 0, wallet('0.00')), 'calls').isAllowed).toBe(true);
  });

  it('leaves alone what holds have set aside, until they expire', () => {
    const held: Hold = { ...hold('1', '2026-01-21'), money: money('0.80'), usage: null };
    const refused = ask(used(paid, 1, { ...wallet('1.00'), holds: [held] }), 'calls');

    expect([refused.reason, instantText(refused.liftsAt as Instant)]).toEqual(['insufficient_funds', '2026-01-21T00:00:00Z']);
  });
});

describe('the gate on what plans grant', () => {
  const both = plan({ code: 'big', features: FEATURES, prices: [fixed('base', '10', { per_seat: true })], grants: [{ feature: 'sso' }, { feature: 'seats', limit: '5', per_quantity_of: 'base' }] });

  it('says yes to a flag, and looks at limits that nothing counts', () => {
    const given = facts([subscription({ plan: both, quantities: { base: '2' } })]);

    expect(figures(ask(given, 'sso'))).toEqual(['allowed', 'flag', null, null, null]);
    expect(figures(ask(given, 'seats', '10'))).toEqual(['allowed', 'limit', '10', null, '10']);
    expect(figures(ask(given, 'seats', '11'))).toEqual(['limit_reached', 'limit', '10', null, '10']);
  });

  it('adds limits of several sources, and counts events once that several prices count', () => {
    const two = [subscription({ plan: calls() }), subscription({ id: 'sub_2', plan: calls({ included: '250' }) })];

    expect(figures(ask(used(two, 600), 'calls', '150'))).toEqual(['allowed', 'included', '750', '600', '150']);
    expect(figures(ask(used(two, 600), 'calls', '151'))).toEqual(['limit_reached', 'included', '750', '600', '150']);
  });

  it('takes the larger where the plan says so', () => {
    const sized = (code: string, limit: string) => plan({ code, features: FEATURES, grants: [{ feature: 'storage', limit, combine: 'max' }] });
    const given = facts([subscription({ plan: sized('a', '100') }), subscription({ id: 'sub_2', plan: sized('b', '40') })]);

    expect(figures(ask(given, 'storage', '100'))).toEqual(['allowed', 'limit', '100', null, '100']);
    expect(ask(given, 'storage', '101').reason).toBe('limit_reached');
  });

  it.each([
    ['no subscription', [], 'no_active_subscription', null],
    ['one to come', [subscription({ plan: both, startsAt: '2026-02-01' })], 'no_active_subscription', '2026-02-01T00:00:00Z'],
    ['a pause with an end', [subscription({ plan: both, changes: [phase(both, '2026-01-15', false, { isPaused: true }), phase(both, '2026-01-25', true, { keepsLater: true })] })], 'subscription_paused', '2026-01-25T00:00:00Z'],
    ['a plan without it', [subscription({ plan: calls() })], 'feature_not_granted', null],
    ['a plan that will have it', [subscription({ plan: calls(), plans: [both], changes: [phase(both, '2026-02-01')] })], 'feature_not_granted', '2026-02-01T00:00:00Z'],
  ])('with %s says why not, and when it lifts', (_case, subscriptions, reason, lifts) => {
    const answer = ask(facts(subscriptions), 'sso');

    expect([answer.isAllowed, answer.reason, answer.liftsAt === null ? null : instantText(answer.liftsAt)]).toEqual([false, reason, lifts]);
  });
});

describe('overrides', () => {
  const given = (n: number, ...overrides: ReturnType<typeof override>[]) => used(subscription({ plan: calls() }), n, { overrides });

  it.each([
    [{ limit: '800', reason: 'x' }, ['allowed', 'override', '800', '600', '200']],
    [{ limit: '200', combine: 'add' as const, reason: 'x' }, ['allowed', 'limit', '700', '600', '100']],
    [{ limit: '650', combine: 'max' as const, reason: 'x' }, ['allowed', 'limit', '650', '600', '50']],
    [{ limit: 'unlimited', reason: 'x' }, ['allowed', 'override', 'unlimited', '600', null]],
    [{ granted: false, reason: 'x' }, ['feature_not_granted', 'override', '0', '600', '0']],
  ])('%j decide as they say', (input, expected) => {
    expect(figures(ask(given(600, override('calls', input)), 'calls', '1'))).toEqual(expected);
  });

  it('end by the clock', () => {
    const until = override('calls', { limit: '100', reason: 'x', expiresAt: '2026-01-25T00:00:00Z' });
    const refused = ask(given(200, until), 'calls');

    expect([refused.reason, refused.liftsAt]).toEqual(['limit_reached', at('2026-01-25')]);
    expect(figures(ask(given(200, until), 'calls', '1', at('2026-01-25')))).toEqual(['allowed', 'included', '500', '200', '300']);
  });

  it('grant what no plan knows', () => {
    expect(figures(ask(used(subscription({ plan: calls() }), 0, { overrides: [override('sso', { reason: 'x' })] }), 'sso'))).toEqual(['allowed', 'flag', null, null, null]);
  });
});

describe('units that holds have set aside', () => {
  it('are not there for others, until they expire', () => {
    const refused = ask(used(subscription({ plan: calls() }), 300, { holds: [hold('150', '2026-01-21'), hold('50', '2026-01-22')] }), 'calls', '60');

    expect([figures(refused), decimalText(refused.held), refused.liftsAt]).toEqual([['limit_reached', 'included', '500', '300', '0'], '200', at('2026-01-21')]);
  });

  it('are those of the state', () => {
    const given = used(subscription({ plan: calls() }), 300, { holds: [hold('150', '2026-01-21')] });
    const [entitlement] = billingState(given, NOW).entitlements;

    expect([shown(entitlement?.remaining ?? null), shown(ask(given, 'calls').remaining)]).toEqual(['50', '50']);
  });
});

describe('a use of what is left', () => {
  const part = (given: CustomerFacts, quantity: string) => decideUse(given, question('calls', quantity, { isPartial: true }), NOW).answer;

  it('is as much as a limit leaves, and nothing where nothing is left', () => {
    const given = used(subscription({ plan: calls() }), 499.5);

    expect([part(given, '10')].map((answer) => [decimalText(answer.quantity), shown(answer.used), shown(answer.remaining)])).toEqual([['0.5', '500', '0']]);
    expect(figures(part(used(subscription({ plan: calls() }), 500), '10'))).toEqual(['limit_reached', 'included', '500', '500', '0']);
  });

  it('is as many whole units as the wallet or a cap pays for', () => {
    const paid = subscription({ plan: calls({ included: '1', overage: 'allowed', paid_from: 'wallet', model: { type: 'per_unit', amount: '0.30' } }) });
    const capped = subscription({ plan: calls({ included: '0', overage: 'allowed', overage_cap: '10' }) });

    expect(decimalText(part(used(paid, 0, wallet('1.00')), '1000000000000').quantity)).toBe('4');
    expect(decimalText(part(used(capped, 3), '50').quantity)).toBe('7');
  });

  it('is the largest that would be allowed whole', () => {
    const tiers = [{ up_to: '5', unit_amount: '0.10' }, { up_to: null, unit_amount: '0.25' }];
    fc.assert(
      fc.property(fc.nat(30), fc.nat(12), fc.integer({ min: 1, max: 60 }), (before, cents, asked) => {
        const one = subscription({ plan: calls({ included: '2', overage: 'allowed', paid_from: 'wallet', model: { type: 'graduated', tiers } }) });
        const given = used(one, before, wallet((cents / 2 + 5).toFixed(2)));
        const taken = Number(decimalText(part(given, String(asked)).quantity));
        const allowed = (quantity: number): boolean => quantity === 0 || ask(given, 'calls', String(quantity)).isAllowed;

        expect([taken <= asked, allowed(taken), taken === asked || !allowed(taken + 1)]).toEqual([true, true, true]);
      }),
    );
  });
});

describe('a use that is made of the answer', () => {
  it('leaves the state that the answer tells', () => {
    const one = subscription({ plan: calls({ rollover: {} }) });
    fc.assert(
      fc.property(fc.nat(500), fc.integer({ min: 1, max: 600 }), (before, quantity) => {
        const { answer } = decideUse(used(one, before), question('calls', String(quantity)), NOW);
        const after = answer.isAllowed ? before + quantity : before;
        const state = billingState(facts([one], [event('e', '2026-01-05', after)]), NOW);

        expect([shown(answer.used), shown(answer.remaining)]).toEqual([String(after), String(500 - after)]);
        expect(shown(state.entitlements[0]?.remaining ?? null)).toBe(shown(answer.remaining));
        expect(answer.isAllowed).toBe(before + quantity <= 500);
      }),
    );
  });
});
