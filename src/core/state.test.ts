import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at, canceled, currency, event, facts, feature, fixed, meter, phase, plan, subscription, usage } from '../../test/support/core.js';
import { decimalText } from './decimal.js';
import type { UsageEvent } from './event.js';
import type { CustomerFacts } from './facts.js';
import { FOREVER, instant, instantText, type Instant } from './instant.js';
import { EMPTY_BOOKS, postTransaction } from './ledger.js';
import { moneyText } from './money.js';
import { parseOverride } from './override.js';
import { billingState, nextChangeAt, type BillingState } from './state.js';
import type { Subscription } from './subscription.js';
import { depositTransaction } from './wallet.js';

function usageText(state: BillingState): string[] {
  return state.usage.map(({ price, figures, amount }) => {
    const parts = [figures.included, figures.carried, figures.used, figures.remaining, figures.overage].map((value) => (value === null ? '-' : decimalText(value)));
    return `${price.code} ${parts.join(' ')} ${moneyText(amount)}`;
  });
}

const PRO = plan({ prices: [fixed('base', '30'), usage('calls', { included: '100', rollover: { cap: { multiple: '1' } }, model: { type: 'per_unit', amount: '0.07' } })] });

describe('billing state', () => {
  it('of a customer with nothing is empty and gives no access', () => {
    const state = billingState(facts([], [], { revision: 7 }), at('2026-01-10'));

    expect(state).toMatchObject({ subscriptions: [], usage: [], entitlements: [], upcomingInvoice: null, revision: 7, asOf: at('2026-01-10') });
    expect(state.access.reasons.map((reason) => reason.code)).toEqual(['no_active_subscription']);
    expect(state.wallets.map((wallet) => [wallet.currency, wallet.isOpen])).toEqual([['USD', false]]);
  });

  it('is right the moment a period turns, without any row for the new one', () => {
    const given = facts([subscription({ plan: PRO })], [event('a', '2026-01-05', 30)]);

    expect(usageText(billingState(given, at('2026-01-31T23:59:59.999Z')))).toEqual(['calls 100 0 30 70 0 0.00']);
    expect(usageText(billingState(given, at('2026-02-01')))).toEqual(['calls 100 70 0 170 0 0.00']);
    expect(usageText(billingState(given, at('2026-03-01')))).toEqual(['calls 100 100 0 200 0 0.00']);
  });

  it('prices what is used above included and carried', () => {
    const given = facts([subscription({ plan: PRO })], [event('a', '2026-01-05', 30), event('b', '2026-02-05', 200)]);

    expect(usageText(billingState(given, at('2026-02-10')))).toEqual(['calls 100 70 200 0 30 2.10']);
  });

  it('is the same for a moment whatever happened after it', () => {
    const bought = subscription({ plan: PRO });
    const before = facts([bought], [event('a', '2026-01-05', 30)]);
    const after = facts([bought], [event('a', '2026-01-05', 30), event('b', '2026-02-05', 10), event('c', '2026-03-05', 10)]);

    expect(usageText(billingState(after, at('2026-01-20')))).toEqual(usageText(billingState(before, at('2026-01-20'))));
  });

  it('shows periods and phases of subscriptions to come, running and ended', () => {
    const next = plan({ code: 'next' });
    const state = billingState(
      facts([
        subscription({ plan: PRO, plans: [next], changes: [phase(next, '2026-02-01')] }),
        subscription({ id: 'sub_2', plan: PRO, startsAt: '2026-03-01' }),
        subscription({ id: 'sub_3', plan: PRO, startsAt: '2025-01-01', changes: [canceled('2025-06-01', '2025-07-01')] }),
      ]),
      at('2026-01-20'),
    );

    expect(state.subscriptions.map((one) => [one.status, one.currentPeriod === null ? null : instantText(one.currentPeriod.endsAt).slice(0, 10), one.nextPhase?.plan.code])).toEqual([
      ['active', '2026-02-01', 'next'], ['scheduled', null, undefined], ['canceled', null, undefined],
    ]);
  });

  it('shows no phase that would begin after the end', () => {
    const next = plan({ code: 'next' });
    const ending = subscription({ plan: PRO, plans: [next], changes: [phase(next, '2026-03-01'), canceled('2026-01-10', '2026-02-01')] });

    expect(billingState(facts([ending]), at('2026-01-20')).subscriptions[0]?.nextPhase).toBeNull();
  });

  it('of a subscription that ended when it began is that of none', () => {
    const never = subscription({ plan: PRO, changes: [canceled('2025-12-01', '2026-01-01')] });
    const state = billingState(facts([never], [event('a', '2026-01-01', 30)]), at('2026-01-01'));

    expect([state.usage, state.upcomingInvoice, state.access.isAllowed, state.subscriptions[0]?.status]).toEqual([[], null, false, 'canceled']);
  });

  it('works for prices named as what every object has', () => {
    const odd = plan({ prices: [fixed('constructor', '30'), usage('valueOf', { meter: 'calls' })] });

    expect(() => billingState(facts([subscription({ plan: odd })], [event('a', '2026-01-05', 30)]), at('2026-01-20'))).not.toThrow();
  });
});

describe('access', () => {
  const shut = plan({ prices: [usage('calls', { included: '100', overage: 'blocked' })] });
  const allowed = (subscriptions: readonly Subscription[], n: number): boolean => billingState(facts(subscriptions, [event('a', '2026-01-05', n)]), at('2026-01-20')).access.isAllowed;

  it('ends when a blocked allowance is used up, not before', () => {
    expect([allowed([subscription({ plan: shut })], 99), allowed([subscription({ plan: shut })], 100)]).toEqual([true, false]);
  });

  it('goes on into overage where it is allowed', () => {
    expect([allowed([subscription({ plan: PRO })], 1000), allowed([subscription({ plan: PRO, overage: false })], 1000)]).toEqual([true, false]);
  });
});

describe('access by features', () => {
  const calls = feature('calls', { type: 'metered' });
  const shut = (code: string, included: string) => plan({ code, features: [calls], prices: [usage('calls', { included, overage: 'blocked' })], grants: [{ feature: 'calls', price: 'calls' }] });
  const reasons = (given: CustomerFacts): string[] => billingState(given, at('2026-01-20')).access.reasons.map(({ code }) => code);
  const overridden = (limit: string) => [parseOverride(calls, { limit, reason: 'x' }, at('2026-01-02'))];

  it('looks at all that grants a feature together, not at each price', () => {
    const two = [subscription({ plan: shut('a', '100') }), subscription({ id: 'sub_2', plan: shut('b', '50') })];

    expect([reasons(facts(two, [event('a', '2026-01-05', 149)])), reasons(facts(two, [event('a', '2026-01-05', 150)]))]).toEqual([[], ['limit_reached']]);
  });

  it('follows an override', () => {
    const given = (limit: string) => facts([subscription({ plan: shut('a', '100') })], [event('a', '2026-01-05', 60)], { overrides: overridden(limit) });

    expect([reasons(given('60')), reasons(given('61'))]).toEqual([['limit_reached'], []]);
  });
});

describe('usage paid from the wallet', () => {
  const metered = plan({ prices: [usage('calls', { paid_from: 'wallet', model: { type: 'per_unit', amount: '0.335' } })] });
  const deposited = postTransaction(EMPTY_BOOKS, depositTransaction({ id: 't', money: { minor: 1000n, currency: currency('USD') }, description: '', at: at('2026-01-01') }));

  it('is taken when its window closes, and lowers what is available before', () => {
    const given = facts([subscription({ plan: metered })], [event('a', '2026-01-05', 3), event('b', '2026-02-05', 1)], deposited);
    const [wallet] = billingState(given, at('2026-02-10')).wallets;

    // 1.005 taken and 0.335 to come, each rounded on its own.
    expect([wallet?.balance, wallet?.accrued, wallet?.available].map((money) => (money === undefined ? null : moneyText(money)))).toEqual(['8.99', '0.34', '8.65']);
  });
});

describe('usage by dimension', () => {
  const model = { type: 'dimensional' as const, dimensions: ['region'], cells: [{ values: { region: 'eu' }, model: { type: 'per_unit' as const, amount: '1' } }, { values: { region: 'us' }, model: { type: 'per_unit' as const, amount: '2' } }] };
  const seconds = (over: Partial<Parameters<typeof meter>[1]> = {}): ReturnType<typeof meter> => meter('calls', { dimensions: ['region'], ...over });
  const call = (id: string, n: number, region: string): UsageEvent => event(id, '2026-01-05', n, { properties: { region } });

  it('adds up over the combinations and prices each', () => {
    const sold = plan({ meters: [seconds()], prices: [usage('calls', { included: '10', model })] });
    const state = billingState(facts([subscription({ plan: sold })], [call('a', 8, 'eu'), call('b', 5, 'us')]), at('2026-01-20'));

    expect(usageText(state)).toEqual(['calls 10 0 13 0 3 6.00']);
  });

  it('charges no more units than it shows as used', () => {
    const sold = plan({ meters: [seconds({ conversion: { divide_by: '60', round: 'up' } })], prices: [usage('calls', { included: '3', model })] });
    const state = billingState(facts([subscription({ plan: sold })], [call('a', 61, 'eu'), call('b', 61, 'us')]), at('2026-01-20'));
    const [one] = state.usage;
    if (one === undefined) throw new Error('there is usage');

    const priced = one.byDimension.reduce((total, group) => total + Number(decimalText(group.quantity)), 0);
    expect(decimalText(one.figures.used)).toBe(String(priced));
  });

  it('does not leave out of the price what it counts as used', () => {
    const sold = plan({ meters: [seconds()], prices: [usage('calls', { included: '10', model })] });
    const state = billingState(facts([subscription({ plan: sold })], [call('a', 10, 'mars'), call('b', 5, 'eu')]), at('2026-01-20'));

    // Fifteen used, ten included: five are above, and five must be priced.
    expect(usageText(state)).toEqual(['calls 10 0 15 0 5 5.00']);
  });
});

describe('entitlements in the state', () => {
  it('come from live subscriptions only', () => {
    const sold = plan({ features: [feature('sso', { type: 'flag' })], grants: [{ feature: 'sso' }] });
    const given = facts([subscription({ plan: sold, changes: [canceled('2026-01-10', '2026-02-01')] })]);

    expect([at('2026-01-31'), at('2026-02-01')].map((moment) => billingState(given, moment).entitlements.length)).toEqual([1, 0]);
  });
});

describe('the next change of a state', () => {
  const DAY = 86_400_000;
  const weekly = plan({ code: 'weekly', prices: [fixed('base', '5'), usage('calls', { included: '10', window: { unit: 'week', count: 1 }, rollover: { cap: null } })] });
  const daily = plan({ code: 'daily', interval: { unit: 'year', count: 1 }, prices: [usage('calls', { included: '3', window: { unit: 'day', count: 1 } })] });
  const plans = [PRO, weekly, daily];

  const customerFacts = fc
    .record({
      first: fc.constantFrom(...plans),
      second: fc.constantFrom(...plans),
      zone: fc.constantFrom('UTC', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe'),
      trialDays: fc.integer({ min: 0, max: 40 }),
      phaseDay: fc.option(fc.integer({ min: 1, max: 200 })),
      isAnchor: fc.boolean(),
      endDay: fc.option(fc.integer({ min: 1, max: 300 })),
      eventDays: fc.array(fc.integer({ min: 0, max: 299 }), { maxLength: 8 }),
      expiryMonth: fc.option(fc.integer({ min: 1, max: 12 })),
    })
    .map(({ first, second, zone, trialDays, phaseDay, isAnchor, endDay, eventDays, expiryMonth }) => {
      const day = (count: number): string => instantText(instant(at('2026-01-01') + count * DAY));
      const bought = subscription({
        plan: first,
        plans: [second],
        zone,
        trialDays,
        changes: [...(phaseDay === null ? [] : [phase(second, day(phaseDay), isAnchor)]), ...(endDay === null ? [] : [canceled(day(0), day(endDay))])],
      });
      const used = eventDays.map((count, index) => event(`e${index}`, day(count), 7));
      const paymentMethod = expiryMonth === null ? null : { id: 'pm_1', provider: 'sandbox', brand: 'visa', last4: '4242', expiryMonth, expiryYear: 2026 };
      return facts([bought], used, { paymentMethod });
    });

  /** The rows that a store would give for the moment: those in force then. */
  function seenAt(given: CustomerFacts, moment: Instant): CustomerFacts {
    return { ...given, windows: given.windows.filter((window) => window.startsAt <= moment && window.supersededAt > moment) };
  }

  function timeless(given: CustomerFacts, moment: Instant): string {
    const { asOf: _asOf, ...rest } = billingState(given, moment);
    return JSON.stringify(rest, (key, value: unknown) => (typeof value === 'bigint' ? String(value) : key === 'subscription' || key === 'phase' || key === 'plan' ? undefined : value));
  }

  it('leaves the state as it is until then, but for the moment itself', () => {
    fc.assert(
      fc.property(customerFacts, fc.integer({ min: -5, max: 320 }), fc.double({ min: 0, max: 0.999_999, noNaN: true }), (given, day, share) => {
        const from = instant(at('2026-01-01') + day * DAY);
        const seen = seenAt(given, from);
        const until = nextChangeAt(seen, from);
        const later = instant(Math.floor(from + (Math.min(until, from + 500 * DAY) - 1 - from) * share));

        expect(until).toBeGreaterThan(from);
        expect(timeless(seen, later)).toBe(timeless(seenAt(given, later), later));
        expect(timeless(seen, later)).toBe(timeless(seen, from));
        expect(nextChangeAt(seenAt(given, later), later), 'whoever looks in between is told the same').toBe(until);
      }),
      { numRuns: 400 },
    );
  });

  it('never comes for a customer with nothing', () => {
    expect(nextChangeAt(facts([]), at('2026-01-01'))).toBe(FOREVER);
  });
});
