import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at, event, facts, meter, phase, plan, subscription, usage, type UsageDefinition } from '../../test/support/core.js';
import { parseAlert, withFiring, type AlertDefinition, type UsageAlert } from './alert.js';
import { alertStates, decideAlerts, mayFire, nextAlertAt } from './alert-firing.js';
import type { UsageEvent } from './event.js';
import { FOREVER, type Instant } from './instant.js';
import { decimal } from './decimal.js';
import type { Subscription } from './subscription.js';
import { servingUsage } from './usage.js';

const MONTH = { unit: 'month', count: 1 } as const;

function alert(threshold: AlertDefinition['threshold'], over: Partial<AlertDefinition> & { id?: string } = {}): UsageAlert {
  const { id = 'alr_1', ...definition } = over;
  return parseAlert({ id, createdAt: at('2026-01-01'), changedAt: at('2026-01-01') }, { meter: 'calls', threshold, ...definition });
}
const percent = (text: string, of?: 'included' | 'available'): UsageAlert => alert({ type: 'percent', percent: text, of });
const quantity = (text: string): UsageAlert => alert({ type: 'quantity', quantity: text });
const FORECAST = alert({ type: 'forecast' });

function onPlan(price: Partial<UsageDefinition> = {}, over: Partial<Parameters<typeof plan>[0]> = {}): Subscription {
  return subscription({ plan: plan({ prices: [usage('calls', { included: '100', ...price })], ...over }) });
}
const known = (owner: Subscription, events: readonly UsageEvent[], alerts: readonly UsageAlert[]) => facts([owner], events, { alerts });

describe('a threshold', () => {
  it.each<[what: string, alert: UsageAlert, price: Partial<UsageDefinition>, used: string, isDue: boolean]>([
    ['a percentage is reached exactly', percent('80'), {}, '80', true],
    ['a percentage is not reached before', percent('80'), {}, '79.999999', false],
    ['a percentage is passed', percent('80'), {}, '1000', true],
    ['all of it is used', percent('100'), {}, '100', true],
    ['more than is included', percent('150'), {}, '150', true],
    ['a part of a percent', percent('0.5'), {}, '0.5', true],
    ['a part of what has no limit', percent('1'), { included: 'unlimited' }, '1000000', false],
    ['a part of nothing', percent('1'), { included: '0' }, '1000000', false],
    ['a quantity is reached exactly', quantity('40'), {}, '40', true],
    ['a quantity is not reached', quantity('40'), {}, '39.9', false],
    ['a quantity of what has no limit', quantity('40'), { included: 'unlimited' }, '40', true],
    ['a quantity where nothing is included', quantity('40'), { included: '0' }, '40', true],
    ['nothing was used', percent('80'), {}, '0', false],
  ])('%s: %#', (_what, one, price, used, isDue) => {
    const firings = decideAlerts(known(onPlan(price), [event('e', '2026-01-10', used)], [one]), at('2026-01-15'));
    expect(firings.map(({ used: told }) => told)).toEqual(isDue ? [used] : []);
  });

  it('is measured in sold units, as the window tells them', () => {
    const minutes = meter('calls', { conversion: { divide_by: '60', round: 'up' } });
    const owner = subscription({ plan: plan({ meters: [minutes], prices: [usage('calls', { included: '10' })] }) });
    // 421 seconds are 8 begun minutes of 10.
    expect(decideAlerts(known(owner, [event('e', '2026-01-10', 421)], [percent('80')]), at('2026-01-15'))).toMatchObject([{ used: '8', limit: '10', percent: '80' }]);
    expect(decideAlerts(known(owner, [event('e', '2026-01-10', 420)], [percent('80')]), at('2026-01-15'))).toEqual([]);
  });

  it('of what is included leaves out what was carried in, of what is available does not', () => {
    const owner = onPlan({ rollover: { cap: null } });
    const events = [event('a', '2026-01-10', 40), event('b', '2026-02-10', 100)];
    const alerts = [alert({ type: 'percent', percent: '100', of: 'included' }), alert({ type: 'percent', percent: '100' }, { id: 'alr_2' })];
    // 60 were left of January: 160 are available in February.
    expect(decideAlerts(known(owner, events, alerts), at('2026-02-15'))).toMatchObject([{ alertId: 'alr_1', limit: '100', percent: '100' }]);
    expect(decideAlerts(known(owner, [...events, event('c', '2026-02-11', 60)], alerts), at('2026-02-15')).map(({ alertId, limit }) => [alertId, limit])).toEqual([['alr_1', '100'], ['alr_2', '160']]);
  });

  it('counts all combinations of a price by dimension together', () => {
    const cells = ['eu', 'us'].map((region) => ({ values: { region }, model: { type: 'per_unit', amount: '1' } as const }));
    const owner = subscription({ plan: plan({ meters: [meter('calls', { dimensions: ['region'] })], prices: [usage('calls', { included: '100', model: { type: 'dimensional', dimensions: ['region'], cells } })] }) });
    const events = [event('a', '2026-01-10', 50, { properties: { region: 'eu' } }), event('b', '2026-01-11', 30, { properties: { region: 'us' } })];
    expect(decideAlerts(known(owner, events, [percent('80')]), at('2026-01-15'))).toMatchObject([{ used: '80', percent: '80' }]);
  });

  it('tells a percentage that is cut, so that 100 means all of it', () => {
    const owner = onPlan({ included: '3' });
    expect(decideAlerts(known(owner, [event('a', '2026-01-10', '2.99999')], [percent('66')]), at('2026-01-15'))).toMatchObject([{ percent: '99.99' }]);
  });
});

describe('a forecast', () => {
  // January has 31 days: a tenth of it is 3 days and 2.4 hours.
  it.each<[what: string, used: string, moment: string, price: Partial<UsageDefinition>, isDue: boolean]>([
    ['is not made at 9 percent of the window', '99', '2026-01-03T18:57:36Z', {}, false],
    ['is made at 10 percent of the window', '11', '2026-01-04T02:24:00Z', {}, true],
    ['takes what runs out exactly at the end for enough', '10', '2026-01-04T02:24:00Z', {}, false],
    ['takes a little more for too much', '10.000001', '2026-01-04T02:24:00Z', {}, true],
    ['is due in the middle', '51', '2026-01-16T12:00:00Z', {}, true],
    ['is not due while use is slow', '49', '2026-01-16T12:00:00Z', {}, false],
    ['is due when all is used', '100', '2026-01-31T23:59:59Z', {}, true],
    ['is not due on the last moment with a little left', '99.9', '2026-01-31T23:59:59.999Z', {}, false],
    ['is never due where nothing limits', '1000', '2026-01-16T12:00:00Z', { included: 'unlimited' }, false],
    ['is never due where nothing is included', '1000', '2026-01-16T12:00:00Z', { included: '0' }, false],
    ['is never made of a lifetime', '99', '2026-01-16T12:00:00Z', { window: { unit: 'lifetime' } }, false],
  ])('%s', (_what, used, moment, price, isDue) => {
    const firings = decideAlerts(known(onPlan(price), [event('e', '2026-01-02', used)], [FORECAST]), at(moment));
    expect(firings).toHaveLength(isDue ? 1 : 0);
  });

  it('tells what will have been used when the window ends', () => {
    expect(decideAlerts(known(onPlan(), [event('e', '2026-01-02', 30)], [FORECAST]), at('2026-01-08T18:00:00Z'))).toMatchObject([{ used: '30', limit: '100', percent: '30', projected: '120' }]);
  });

  it('counts with what was carried in', () => {
    const owner = onPlan({ rollover: { cap: null } });
    // 200 are available in February; half of it is over on the 15th.
    expect(decideAlerts(known(owner, [event('e', '2026-02-02', 99)], [FORECAST]), at('2026-02-15'))).toEqual([]);
    expect(decideAlerts(known(owner, [event('e', '2026-02-02', 101)], [FORECAST]), at('2026-02-15'))).toMatchObject([{ limit: '200', projected: '202' }]);
  });
});

describe('an alert', () => {
  const used = [event('a', '2026-01-10', 90)];

  it('tells of which window it is, and how it stood then', () => {
    const one = alert({ type: 'percent', percent: '80' }, { email: 'a@b.c', name: 'Most of it', reference: 'r' });
    expect(decideAlerts(known(onPlan(), used, [one]), at('2026-01-15'))).toEqual([
      {
        alertId: 'alr_1', subscriptionId: 'sub_1', priceCode: 'calls', windowStartsAt: at('2026-01-01'), windowEndsAt: at('2026-02-01'), madeAt: at('2026-01-15'), meter: 'calls',
        threshold: { type: 'percent', percent: '80', of: 'available' }, email: 'a@b.c', name: 'Most of it', reference: 'r', used: '90', limit: '100', percent: '90', projected: null,
      },
    ]);
  });

  it('is silent while it is switched off, for other meters, and where nothing is served', () => {
    const off = alert({ type: 'quantity', quantity: '1' }, { enabled: false });
    const other = alert({ type: 'quantity', quantity: '1' }, { meter: 'hours' });
    expect(decideAlerts(known(onPlan(), used, [off, other]), at('2026-01-15'))).toEqual([]);
    expect(decideAlerts(known(subscription({ plan: onPlan().phases[0].plan, startsAt: '2026-02-01' }), used, [quantity('1')]), at('2026-01-15'))).toEqual([]);
  });

  it('fires once in a window, and again in the next', () => {
    const owner = onPlan();
    const events = [...used, event('b', '2026-02-10', 85)];
    const before = known(owner, used, [percent('80')]);
    const fired = { ...before, firings: decideAlerts(before, at('2026-01-15')).reduce(withFiring, []) };
    expect(decideAlerts(fired, at('2026-01-16'))).toEqual([]);
    expect(decideAlerts({ ...fired, alerts: [quantity('10')] }, at('2026-01-16'))).toEqual([]);
    expect(decideAlerts({ ...fired, windows: known(owner, events, []).windows }, at('2026-02-15'))).toMatchObject([{ windowStartsAt: at('2026-02-01'), used: '85' }]);
  });

  it('does not fire again when the terms change within the window, but does when the count begins anew', () => {
    const small = plan({ prices: [usage('calls', { included: '100' })] });
    const big = plan({ code: 'big', prices: [usage('calls', { included: '200' })] });
    const kept = subscription({ plan: small, plans: [big], changes: [phase(big, '2026-01-12')] });
    const anew = subscription({ plan: small, plans: [big], changes: [phase(big, '2026-01-12', false, { usage: 'restart' })] });
    const events = [...used, event('b', '2026-01-13', 100)];
    const before = known(kept, used, [percent('80')]);
    const firings = decideAlerts(before, at('2026-01-11')).reduce(withFiring, []);
    expect(firings).toHaveLength(1);
    // 190 of 200 in the window that goes on; 100 of 200 in the one that began anew.
    expect(decideAlerts({ ...known(kept, events, [percent('80')]), firings }, at('2026-01-15'))).toEqual([]);
    expect(decideAlerts({ ...known(anew, events, [percent('50')]), firings }, at('2026-01-15'))).toMatchObject([{ windowStartsAt: at('2026-01-12'), used: '100', percent: '50' }]);
  });

  it('watches the monthly windows of a yearly plan', () => {
    const owner = onPlan({ window: MONTH }, { interval: { unit: 'year', count: 1 } });
    const events = [event('a', '2026-03-10', 80)];
    expect(decideAlerts(known(owner, events, [percent('80')]), at('2026-03-11'))).toMatchObject([{ windowStartsAt: at('2026-03-01'), windowEndsAt: at('2026-04-01') }]);
    expect(decideAlerts(known(owner, events, [percent('80')]), at('2026-04-11'))).toEqual([]);
  });

  it('watches a lifetime as one window without an end', () => {
    expect(decideAlerts(known(onPlan({ window: { unit: 'lifetime' } }), used, [percent('80')]), at('2027-01-15'))).toMatchObject([{ windowStartsAt: at('2026-01-01'), windowEndsAt: null }]);
  });

  it('watches each price that counts its meter for itself', () => {
    const owner = subscription({ plan: plan({ meters: [meter('calls')], prices: [usage('calls', { included: '100' }), usage('more', { meter: 'calls', included: '50' })] }) });
    expect(decideAlerts(known(owner, [event('a', '2026-01-10', 45)], [percent('80')]), at('2026-01-15')).map(({ priceCode }) => priceCode)).toEqual(['more']);
  });

  it('shows how it stands', () => {
    const before = known(onPlan(), used, [percent('80'), alert({ type: 'percent', percent: '50' }, { id: 'alr_2', meter: 'hours' })]);
    const firings = decideAlerts(before, at('2026-01-15')).reduce(withFiring, []);
    const [first, second] = alertStates({ ...before, firings }, servingUsage(before, at('2026-01-20')));
    expect(first?.lastFiring).toMatchObject({ madeAt: at('2026-01-15'), used: '90' });
    expect(first?.windows).toMatchObject([{ hasFired: true, limit: decimal(100), percent: decimal(90) }]);
    expect([second?.lastFiring, second?.windows]).toEqual([null, []]);
  });
});

describe('what only time brings', () => {
  const used = [event('a', '2026-01-02', 30)];

  it.each<[what: string, alert: UsageAlert, events: UsageEvent[], moment: string, next: Instant]>([
    ['a forecast comes due when a tenth is over', FORECAST, used, '2026-01-02', at('2026-01-04T02:24:00Z')],
    ['a forecast does not come due of little use', FORECAST, [event('a', '2026-01-02', 3)], '2026-01-02', FOREVER],
    ['a threshold that is reached is due', percent('30'), used, '2026-01-02', at('2026-01-02')],
    ['a threshold that is not reached waits for use', percent('31'), used, '2026-01-02', FOREVER],
    ['a window that was counted in before it began', percent('30'), [event('a', '2026-02-01T00:10:00Z', 30)], '2026-01-31T23:50:00Z', at('2026-02-01')],
    ['a forecast of such a window', FORECAST, [event('a', '2026-02-01T00:10:00Z', 30)], '2026-01-31T23:50:00Z', at('2026-02-03T19:12:00Z')],
    ['nothing while it is switched off', alert({ type: 'forecast' }, { enabled: false }), used, '2026-01-02', FOREVER],
  ])('%s', (_what, one, events, moment, next) => {
    expect(nextAlertAt(known(onPlan(), events, [one]), at(moment))).toBe(next);
  });

  it('is also that less is included from the middle of a window on', () => {
    const less = plan({ code: 'less', prices: [usage('calls', { included: '30' })] });
    const owner = subscription({ plan: onPlan().phases[0].plan, plans: [less], changes: [phase(less, '2026-01-20')] });
    expect(nextAlertAt(known(owner, used, [percent('100')]), at('2026-01-05'))).toBe(at('2026-01-20'));
  });
});

/** Use of one window, cut into batches in any order. */
const history = fc
  .array(fc.record({ n: fc.integer({ min: 0, max: 400 }).map((tenths) => (tenths / 10).toFixed(1)), hour: fc.integer({ min: 0, max: 200 }) }), { minLength: 1, maxLength: 25 })
  .chain((uses) => fc.record({ uses: fc.constant(uses), order: fc.shuffledSubarray(uses.map((_use, index) => index), { minLength: uses.length }), cuts: fc.array(fc.boolean(), { minLength: uses.length, maxLength: uses.length }) }));

describe('events in any order and any batches', () => {
  it.each(['sum', 'count'] as const)('make each alert of a %s fire once in the window if what was used in the end reaches it, and not otherwise', (aggregation) => {
    const counting = meter('calls', aggregation === 'sum' ? {} : { aggregation, property: null });
    const owner = subscription({ plan: plan({ meters: [counting], prices: [usage('calls', { included: '20' })] }) });
    const now = at('2026-01-15');
    const alerts = [['percent', '80'], ['percent', '100'], ['percent', '640'], ['quantity', '5'], ['quantity', '12.5']].map(([type, text = ''], index) =>
      alert(type === 'percent' ? { type, percent: text } : { type: 'quantity', quantity: text }, { id: `alr_${index}` }),
    );
    const limits = ['16', '20', '128', '5', '12.5'];
    fc.assert(
      fc.property(history, ({ uses, order, cuts }) => {
        const events = order.map((place) => event(`e${place}`, new Date(at('2026-01-02') + (uses[place]?.hour ?? 0) * 3_600_000).toISOString(), uses[place]?.n));
        let firings = known(owner, [], alerts).firings;
        const fired: string[] = [];
        let taken: UsageEvent[] = [];
        events.forEach((one, index) => {
          taken = [...taken, one];
          if (cuts[index] !== true && index < events.length - 1) return;
          const found = { ...known(owner, taken, alerts), firings };
          const due = mayFire(found, found.windows, now) ? decideAlerts(found, now) : [];
          fired.push(...due.map(({ alertId }) => alertId));
          firings = due.reduce(withFiring, firings);
        });
        const [final] = servingUsage(known(owner, events, []), now);
        const reached = alerts.filter((_one, index) => final?.figures.used.gte(limits[index] ?? '') === true).map(({ id }) => id);
        expect([...fired].sort()).toEqual(reached);
      }),
    );
  });
});
