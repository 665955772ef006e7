import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at, canceled, event, meter, phase, plan, subscription, usage, type UsageDefinition } from '../../test/support/core.js';
import { decimalText } from './decimal.js';
import type { UsageEvent } from './event.js';
import { instant, instantText } from './instant.js';
import type { Plan } from './plan.js';
import type { Subscription } from './subscription.js';
import { WindowBook, deriveWindows, type Member } from './window-book.js';
import { compareWindows, matchEvent, seriesText, type UsageWindow } from './window.js';

/** Windows in a form that compares by value. */
function plainWindows(windows: readonly UsageWindow[]): unknown[] {
  return windows.toSorted(compareWindows).map((window) => ({
    ...window, carried: decimalText(window.carried), tally: { ...window.tally, used: decimalText(window.tally.used) },
  }));
}

function plainMembers(members: readonly Member[]): string[] {
  return members.map((member) => JSON.stringify([seriesText(member), member.startsAt, member.member])).sort();
}

/** What each window of a price says, in order: month and day, used, carried. */
function story(windows: readonly UsageWindow[], code = 'calls'): string[] {
  return windows.filter((window) => window.priceCode === code).map((window) => `${instantText(window.startsAt).slice(5, 10)} ${decimalText(window.tally.used)} ${decimalText(window.carried)}`);
}

const rolling = (over: Partial<UsageDefinition> = {}): UsageDefinition => usage('calls', { included: '100', rollover: {}, ...over });

describe('counting', () => {
  const sold = plan({
    meters: [meter('calls', { dimensions: ['region'] }), meter('users', { event_name: 'calls', aggregation: 'unique', property: 'user' })],
    prices: [
      usage('calls', { included: '10' }),
      usage('daily', { meter: 'calls', window: { unit: 'day', count: 1 } }),
      usage('ever', { meter: 'calls', window: { unit: 'lifetime' } }),
      usage('users'),
      usage('regional', { meter: 'calls', model: { type: 'dimensional', dimensions: ['region'], cells: [{ values: { region: 'eu' }, model: { type: 'per_unit', amount: '1' } }] } }),
    ],
  });
  const bought = subscription({ plan: sold });
  const call = (id: string, moment: string, n: number, region: string, user = 'u'): UsageEvent => event(id, moment, n, { properties: { region, user } });

  it('puts an event into a window of each price whose meter takes it', () => {
    const book = new WindowBook([], []);

    const counted = book.count([bought], call('a', '2026-01-05T12:00:00Z', 12, 'eu'));

    expect(counted.map((one) => [one.price.code, decimalText(one.usage.used), decimalText(one.usage.overage)])).toEqual([
      ['calls', '12', '2'], ['daily', '12', '12'], ['ever', '12', '12'], ['users', '1', '1'], ['regional', '12', '12'],
    ]);
  });

  it('leaves out a price for which the event lacks the property', () => {
    const matches = matchEvent([bought], { id: 'e', name: 'calls', occurredAt: at('2026-01-02'), properties: { n: 1 } });

    expect(matches.map((match) => match.price.code)).toEqual(['calls', 'daily', 'ever', 'regional']);
  });

  it('counts from the start (in) to the end (out) of a subscription, in each that is live', () => {
    const other = subscription({ id: 'sub_2', plan: sold, changes: [canceled('2026-01-03', '2026-01-10')] });
    const matched = (moment: string): string[] => [...new Set(matchEvent([bought, other], call('e', moment, 1, 'eu')).map((match) => match.subscription.id))];

    expect(['2025-12-31T23:59:59.999Z', '2026-01-01', '2026-01-09T23:59:59.999Z', '2026-01-10'].map(matched)).toEqual([[], ['sub_1', 'sub_2'], ['sub_1', 'sub_2'], ['sub_1']]);
  });

  it('keeps combinations of dimension values apart and shows their sum', () => {
    const book = new WindowBook([], []);
    book.count([bought], call('a', '2026-01-05', 3, 'eu'));
    const counted = book.count([bought], call('b', '2026-01-06', 4, 'us'));

    expect(book.allWindows().filter((window) => window.priceCode === 'regional').map((window) => [window.dimensionKey, decimalText(window.tally.used)])).toEqual([
      ['["eu"]', '3'], ['["us"]', '4'],
    ]);
    expect(counted.filter((one) => one.price.code === 'regional').map((one) => decimalText(one.usage.used))).toEqual(['7']);
  });

  it('counts a member once in each window', () => {
    const { windows, members } = deriveWindows([bought], [call('a', '2026-01-05', 1, 'eu', 'x'), call('b', '2026-01-06', 1, 'eu', 'x'), call('c', '2026-01-06', 1, 'eu', 'y'), call('d', '2026-02-06', 1, 'eu', 'x')]);

    expect(story(windows, 'users')).toEqual(['01-01 2 0', '02-01 1 0']);
    expect(members.map((member) => [instantText(member.startsAt).slice(0, 10), member.member])).toEqual([['2026-01-01', 'x'], ['2026-01-01', 'y'], ['2026-02-01', 'x']]);
  });

  it('chains windows that have a row', () => {
    const { windows } = deriveWindows([bought], [call('a', '2026-03-05', 1, 'eu'), call('b', '2026-01-05', 1, 'eu')]);

    expect(windows.filter((window) => window.priceCode === 'calls').map((window) => window.supersededAt)).toEqual([at('2026-03-01'), Number.POSITIVE_INFINITY]);
  });
});

describe('rollover', () => {
  it('carries through months without use up to the cap', () => {
    const bought = subscription({ plan: plan({ prices: [rolling({ rollover: { cap: { units: '250' } } })] }) });
    const { windows } = deriveWindows([bought], [event('a', '2026-01-05', 40), event('b', '2026-02-05', 10), event('c', '2026-08-05', 5)]);

    expect(story(windows)).toEqual(['01-01 40 0', '02-01 10 60', '08-01 5 250']);
  });

  it('changes all later carries when an event comes late', () => {
    const bought = subscription({ plan: plan({ prices: [rolling()] }) });
    const { windows } = deriveWindows([bought], [event('b', '2026-02-05', 10), event('c', '2026-04-05', 5), event('a', '2026-01-05', 130)]);

    expect(story(windows)).toEqual(['01-01 130 0', '02-01 10 0', '04-01 5 190']);
  });

  it('carries from a trial into the first paid period', () => {
    const bought = subscription({ plan: plan({ prices: [rolling()] }), trialDays: 10 });

    expect(story(deriveWindows([bought], [event('a', '2026-01-05', 30), event('b', '2026-01-12', 1)]).windows)).toEqual(['01-01 30 0', '01-11 1 70']);
  });

  it('carries into a phase with other terms by that phase’s cap', () => {
    const next = plan({ code: 'next', prices: [rolling({ included: '20', rollover: { cap: { multiple: '2' } } })] });
    const bought = subscription({ plan: plan({ prices: [rolling()] }), plans: [next], changes: [phase(next, '2026-03-01')] });

    expect(story(deriveWindows([bought], [event('b', '2026-02-05', 10), event('c', '2026-03-05', 1), event('d', '2026-04-05', 1)]).windows)).toEqual(['02-01 10 100', '03-01 1 40', '04-01 1 40']);
  });

  it('carries nothing through a phase without rollover', () => {
    const none = plan({ code: 'none', prices: [usage('calls', { included: '100' })] });
    const again = plan({ code: 'again', prices: [rolling()] });
    const bought = subscription({ plan: plan({ prices: [rolling()] }), plans: [none, again], changes: [phase(none, '2026-02-01'), phase(again, '2026-04-01')] });
    const late = [event('d', '2026-05-05', 1), event('b', '2026-02-05', 10), event('a', '2026-01-05', 1)];

    expect(story(deriveWindows([bought], late).windows)[1]).toBe('02-01 10 0');
  });

  it('is told to a later phase even when the earlier one has no rollover of its own', () => {
    const none = plan({ code: 'none', prices: [usage('calls', { included: '100' })] });
    const next = plan({ code: 'next', prices: [rolling()] });
    const bought = subscription({ plan: none, plans: [next], changes: [phase(next, '2026-02-01')] });
    const events = [event('a', '2026-01-05', 30), event('b', '2026-02-05', 1)];

    expect(story(deriveWindows([bought], events.toReversed()).windows)).toEqual(story(deriveWindows([bought], events).windows));
  });

  it('equals a model that goes month by month', () => {
    const cap = fc.option(fc.integer({ min: 0, max: 400 }));
    const uses = fc.array(fc.tuple(fc.integer({ min: 0, max: 11 }), fc.integer({ min: 0, max: 300 })), { minLength: 1, maxLength: 15 });
    fc.assert(
      fc.property(cap, uses, (units, used) => {
        const bought = subscription({ plan: plan({ prices: [rolling({ rollover: { cap: units === null ? null : { units: String(units) } } })] }) });
        const { windows } = deriveWindows([bought], used.map(([month, n], index) => event(`e${index}`, `2026-${String(month + 1).padStart(2, '0')}-15`, n)));
        let carried = 0;
        for (let month = 0; month < 12; month += 1) {
          const total = used.filter(([each]) => each === month).reduce((all, [, n]) => all + n, 0);
          const row = windows.find((window) => window.startsAt === Date.UTC(2026, month, 1));
          expect(row === undefined ? undefined : decimalText(row.carried)).toBe(used.some(([each]) => each === month) ? String(carried) : undefined);
          carried = Math.min(units ?? Infinity, Math.max(0, 100 + carried - total));
        }
      }),
    );
  });
});

describe('any order and any batches', () => {
  const every: UsageDefinition[] = [
    rolling({ rollover: { cap: { multiple: '2' } } }),
    usage('daily', { meter: 'calls', included: '5', rollover: { cap: { units: '30' } }, window: { unit: 'day', count: 3 } }),
    usage('ever', { meter: 'calls', window: { unit: 'lifetime' } }),
    usage('year', { meter: 'calls', window: { unit: 'year', count: 1 } }),
    usage('users'), usage('last'), usage('top'),
    usage('regional', { meter: 'calls', model: { type: 'dimensional', dimensions: ['region'], cells: [{ values: { region: 'eu' }, model: { type: 'per_unit', amount: '1' } }] } }),
  ];
  const meters = [
    meter('calls', { dimensions: ['region'] }),
    meter('users', { event_name: 'calls', aggregation: 'unique', property: 'user' }),
    meter('last', { event_name: 'calls', aggregation: 'last' }),
    meter('top', { event_name: 'calls', aggregation: 'max' }),
  ];
  const whole = plan({ meters, prices: every });
  const noRollover = plan({ code: 'flat', meters, prices: every.map((price) => ({ ...price, rollover: null })) });
  const otherWindows = plan({ code: 'other', meters, prices: every.map((price) => (price.code === 'calls' ? { ...price, window: { unit: 'week' as const, count: 2 } } : price)) });
  const longer = plan({ code: 'longer', meters, prices: every.map((price) => (price.code === 'calls' ? { ...price, window: { unit: 'year' as const, count: 1 } } : price)) });
  const few = plan({ code: 'few', meters, prices: [usage('users')] });

  const arrangements: Array<[string, readonly Subscription[]]> = [
    ['one plan', [subscription({ plan: whole, zone: 'America/New_York' })]],
    ['a trial and an end', [subscription({ plan: whole, startsAt: '2026-01-31', trialDays: 7, changes: [canceled('2026-03-01', '2026-04-17')] })]],
    ['two subscriptions', [subscription({ plan: whole }), subscription({ id: 'sub_2', plan: few, startsAt: '2026-02-10' })]],
    ['a new count in the middle of a period', [subscription({ plan: whole, plans: [few, noRollover], changes: [phase(few, '2026-02-11', true), phase(noRollover, '2026-03-20', true)] })]],
    ['rollover, none, rollover', [subscription({ plan: whole, plans: [noRollover, { ...whole, versionId: 'v2' }], changes: [phase(noRollover, '2026-02-01'), phase({ ...whole, versionId: 'v2' }, '2026-04-01')] })]],
    ['no rollover, then rollover', [subscription({ plan: noRollover, plans: [whole], changes: [phase(whole, '2026-03-01')] })]],
    ['a longer window', [subscription({ plan: whole, plans: [longer], changes: [phase(longer, '2026-02-01')] })]],
    ['another window', [subscription({ plan: whole, plans: [otherWindows], changes: [phase(otherWindows, '2026-03-01')] })]],
    ['a price that is left out for a while', [subscription({ plan: whole, plans: [few, { ...whole, versionId: 'v2' }], changes: [phase(few, '2026-02-01'), phase({ ...whole, versionId: 'v2' }, '2026-04-01')] })]],
  ];

  const events = fc.array(
    fc.record({
      hour: fc.integer({ min: -48, max: 150 * 24 }), n: fc.integer({ min: -20, max: 90 }), region: fc.constantFrom('eu', 'us', ''), user: fc.constantFrom('x', 'y', 'z'),
      rank: fc.nat(), batch: fc.integer({ min: 0, max: 4 }),
    }),
    { maxLength: 25 },
  );

  it.each(arrangements)('give the same windows: %s', (_what, subscriptions) => {
    fc.assert(
      fc.property(events, (all) => {
        const made = all.map((one, index) => ({
          ...one,
          event: { id: `e${index}`, name: 'calls', occurredAt: instant(at('2026-01-01') + one.hour * 3_600_000), properties: { n: one.n, region: one.region, user: one.user } },
        }));
        const derived = deriveWindows(subscriptions, made.map((one) => one.event));
        const shuffled = made.toSorted((left, right) => left.batch - right.batch || left.rank - right.rank);
        const store = storedInBatches(subscriptions, shuffled.map((one) => ({ batch: one.batch, event: one.event })));

        expect(plainWindows(store.windows)).toEqual(plainWindows(derived.windows));
        expect(plainMembers(store.members)).toEqual(plainMembers(derived.members));
      }),
      { numRuns: 150 },
    );
  });
});

/** A store that hands each batch only what a book asks for: the row in force at the earliest event and all later ones. */
function storedInBatches(subscriptions: readonly Subscription[], events: ReadonlyArray<{ batch: number; event: UsageEvent }>): { windows: UsageWindow[]; members: Member[] } {
  const rows = new Map<string, UsageWindow>();
  const members: Member[] = [];
  for (const batch of new Set(events.map((one) => one.batch))) {
    const own = events.filter((one) => one.batch === batch).map((one) => one.event);
    const earliest = Math.min(...own.map((one) => one.occurredAt));
    const book = new WindowBook([...rows.values()].filter((row) => row.supersededAt > earliest), members);
    for (const one of own) book.count(subscriptions, one);
    for (const window of book.changedWindows()) rows.set(`${seriesText(window)} ${window.startsAt}`, window);
    members.push(...book.newMembers());
  }
  return { windows: [...rows.values()], members };
}

describe('a plan that sells less', () => {
  it('leaves the windows of the former plan as they are', () => {
    const bare: Plan = plan({ code: 'bare' });
    const bought = subscription({ plan: plan({ prices: [rolling()] }), plans: [bare], changes: [phase(bare, '2026-02-01')] });

    expect(story(deriveWindows([bought], [event('a', '2026-01-05', 30), event('b', '2026-02-05', 30)]).windows)).toEqual(['01-01 30 0']);
  });
});
