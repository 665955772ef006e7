import { describe, expect, it } from 'vitest';
import { at, canceled, fixed, phase, plan, pointersOf, refusalOf, subscription, usage } from '../../test/support/core.js';
import type { CouponTerms } from './coupon.js';
import { decimal } from './decimal.js';
import { instantText } from './instant.js';
import type { Period } from './period.js';
import type { Plan } from './plan.js';
import {
  decideCancel, decideChange, decideClearSchedule, decideCoupon, decideCouponRemoval, decideCreate, decidePause, decidePhase, decideReactivate, decideResume, decideTrialEnding,
  decideTrialGain, decideTrialLoss, type ChangeSubscription,
} from './subscription-change.js';
import {
  NO_PRORATION, billingPeriodAt, isLive, phaseAt, statusAt, usagePriceAt, usageWindowAt, type Proration, type Subscription, type SubscriptionChange,
} from './subscription.js';

const PRO = plan({ code: 'pro', prices: [fixed('base', '30', { per_seat: true }), usage('calls')] });
const TEAM = plan({ code: 'team', prices: [fixed('base', '60'), usage('calls')] });
const YEARLY = plan({ code: 'yearly', interval: { unit: 'year', count: 1 }, prices: [fixed('base', '300'), usage('calls', { window: { unit: 'month', count: 1 } })] });

const PRORATED: Proration = { mode: 'prorate', policy: 'by_second' };

function days(period: Period): string[] {
  return [period.startsAt, period.endsAt].map((moment) => instantText(moment).replace('T00:00:00Z', ''));
}

function windowOf(of: Subscription, code: string, moment: string): string[] {
  const price = usagePriceAt(of, code, at(moment));
  if (price === undefined) throw new Error(`no price ${code}`);
  return days(usageWindowAt(of, price, at(moment)));
}

function create(over: Partial<Parameters<typeof decideCreate>[0]> = {}): ReturnType<typeof decideCreate> {
  return decideCreate({ plan: PRO, zone: 'UTC', madeAt: at('2026-01-01'), startsAt: at('2026-01-01'), trialDays: undefined, quantities: {}, multipliers: {}, overage: true, ...over });
}

function follow(of: Subscription, to: Plan, input: { at: string; startsAt?: string }): Extract<SubscriptionChange, { type: 'phase_scheduled' }> {
  const startsAt = input.startsAt === undefined ? undefined : at(input.startsAt);
  return decidePhase(of, { plan: to, startsAt, at: at(input.at), proration: NO_PRORATION, quantities: {}, multipliers: {}, overage: true });
}

describe('creation', () => {
  it.each([[undefined, 14, '2026-01-15'], [0, 14, null], [30, 0, '2026-01-31']])('with %s days of trial on a plan with %i ends the trial at %s', (asked, planned, expected) => {
    const { trialEndsAt } = create({ plan: plan({ trial_days: planned }), trialDays: asked });
    expect(trialEndsAt === null ? null : instantText(trialEndsAt).slice(0, 10)).toBe(expected);
  });

  it.each([
    [{ quantities: { base: '-1' } }, '/quantities/base'],
    [{ quantities: { base: 'two' } }, '/quantities/base'],
    [{ quantities: { calls: '2' } }, '/quantities/calls'],
    [{ plan: TEAM, quantities: { base: '2' } }, '/quantities/base'],
    [{ multipliers: { nope: '1' } }, '/multipliers/nope'],
    [{ multipliers: { calls: '-0.5' } }, '/multipliers/calls'],
    // RFC 6901: "~" is written "~0" and "/" is written "~1".
    [{ quantities: { 'a/b~c': '1' } }, '/quantities/a~1b~0c'],
  ])('refuses %j at %s', (over, pointer) => {
    expect(pointersOf(() => create(over))).toEqual([pointer]);
  });

  it('keeps quantities in their plain form', () => {
    expect(create({ quantities: { base: '007.50' }, multipliers: { calls: '.5' } }).terms).toMatchObject({ quantities: { base: '7.5' }, multipliers: { calls: '0.5' } });
  });
});

describe('cancellation', () => {
  const running = subscription({ plan: PRO });

  it('at the period end leaves the period, now cuts it', () => {
    expect(decideCancel(running, { at: at('2026-01-20'), atPeriodEnd: true, reason: null }).endsAt).toBe(at('2026-02-01'));
    expect(decideCancel(running, { at: at('2026-01-20'), atPeriodEnd: false, reason: null }).endsAt).toBe(at('2026-01-20'));
  });

  it('before the start leaves nothing to live through', () => {
    const { endsAt } = decideCancel(running, { at: at('2025-12-01'), atPeriodEnd: false, reason: null });
    const none = subscription({ plan: PRO, changes: [canceled('2025-12-01', instantText(endsAt))] });

    expect(endsAt).toBe(at('2026-01-01'));
    expect([at('2025-12-31'), at('2026-01-01'), at('2026-01-02')].map((moment) => isLive(none, moment))).toEqual([false, false, false]);
  });

  it('at the end of the trial while it lasts', () => {
    const trial = subscription({ plan: PRO, trialDays: 14 });
    expect(decideCancel(trial, { at: at('2026-01-02'), atPeriodEnd: true, reason: null }).endsAt).toBe(at('2026-01-15'));
  });

  it('may still come sooner, never later, and not after the end', () => {
    const ending = subscription({ plan: PRO, changes: [canceled('2026-01-10', '2026-01-25')] });

    expect(decideCancel(ending, { at: at('2026-01-12'), atPeriodEnd: true, reason: null }).endsAt).toBe(at('2026-01-25'));
    expect(decideCancel(ending, { at: at('2026-01-12'), atPeriodEnd: false, reason: null }).endsAt).toBe(at('2026-01-12'));
    expect(refusalOf(() => decideCancel(ending, { at: at('2026-01-25'), atPeriodEnd: false, reason: null })).slug).toBe('subscription_ended');
  });
});

describe('a following phase', () => {
  const running = subscription({ plan: PRO });

  it('begins by default when the period ends and keeps the count', () => {
    const change = follow(running, TEAM, { at: '2026-01-20' });

    expect(change).toMatchObject({ startsAt: at('2026-02-01'), isAnchor: false });
    const changed = subscription({ plan: PRO, plans: [TEAM], changes: [change] });
    expect([phaseAt(changed, at('2026-01-31')).plan.code, phaseAt(changed, at('2026-02-01')).plan.code]).toEqual(['pro', 'team']);
  });

  it('keeps the anchor day of the first phase', () => {
    const late = subscription({ plan: PRO, startsAt: '2026-01-31' });
    const change = follow(late, TEAM, { at: '2026-02-10' });
    const changed = subscription({ plan: PRO, startsAt: '2026-01-31', plans: [TEAM], changes: [change] });

    expect(change.startsAt).toBe(at('2026-02-28'));
    expect(days(billingPeriodAt(changed, at('2026-03-01')))).toEqual(['2026-02-28', '2026-03-31']);
  });

  it('in the middle of a period ends that and begins a new count', () => {
    const change = follow(running, TEAM, { at: '2026-01-20', startsAt: '2026-02-10' });
    const changed = subscription({ plan: PRO, plans: [TEAM], changes: [change] });

    expect(change.isAnchor).toBe(true);
    expect(['2026-02-05', '2026-02-10', '2026-03-10'].map((day) => days(billingPeriodAt(changed, at(day))))).toEqual([
      ['2026-02-01', '2026-02-10'], ['2026-02-10', '2026-03-10'], ['2026-03-10', '2026-04-10'],
    ]);
  });

  it('begins a new count where the interval changes', () => {
    const change = follow(running, YEARLY, { at: '2026-01-20' });
    const changed = subscription({ plan: PRO, plans: [YEARLY], changes: [change] });

    expect(change.isAnchor).toBe(true);
    expect(days(billingPeriodAt(changed, at('2026-06-01')))).toEqual(['2026-02-01', '2027-02-01']);
    expect(windowOf(changed, 'calls', '2026-06-10')).toEqual(['2026-06-01', '2026-07-01']);
  });

  it('asked for twice at the same moment is one phase', () => {
    const once = follow(running, TEAM, { at: '2026-01-20', startsAt: '2026-02-10' });
    const changed = subscription({ plan: PRO, plans: [TEAM], changes: [once] });
    const again = follow(changed, TEAM, { at: '2026-01-21', startsAt: '2026-02-10' });

    expect(again).toEqual({ ...once, madeAt: at('2026-01-21') });
    expect(subscription({ plan: PRO, plans: [TEAM], changes: [once, again] }).phases.map((each) => each.plan.code)).toEqual(['pro', 'team']);
  });

  it('replaces those that would begin later', () => {
    const changed = subscription({ plan: PRO, plans: [TEAM, YEARLY], changes: [phase(YEARLY, '2026-05-01', true), phase(TEAM, '2026-03-01')] });

    expect(changed.phases.map((each) => each.plan.code)).toEqual(['pro', 'team']);
  });

  it('during a trial does not make the days after the trial free', () => {
    const trial = subscription({ plan: PRO, trialDays: 30 });
    const change = follow(trial, TEAM, { at: '2026-01-05', startsAt: '2026-01-15' });
    const changed = subscription({ plan: PRO, trialDays: 30, plans: [TEAM], changes: [change] });

    // The trial ends on 31 January; a billing period must begin there, whatever was sold in between.
    expect(days(billingPeriodAt(changed, at('2026-01-31')))).toEqual(['2026-01-31', '2026-02-28']);
  });

  it.each([
    ['now', { at: '2026-01-20', startsAt: '2026-01-20' }, 'phase_conflict'],
    ['in the past', { at: '2026-01-20', startsAt: '2026-01-10' }, 'phase_conflict'],
    ['at the start', { at: '2025-12-20', startsAt: '2026-01-01' }, 'phase_conflict'],
  ])('cannot begin %s', (_what, input, slug) => {
    expect(refusalOf(() => follow(running, TEAM, input)).slug).toBe(slug);
  });

  it('cannot begin at or after the end', () => {
    const ending = subscription({ plan: PRO, changes: [canceled('2026-01-10', '2026-02-01')] });

    expect(refusalOf(() => follow(ending, TEAM, { at: '2026-01-20' })).slug).toBe('phase_conflict');
    expect(refusalOf(() => follow(ending, TEAM, { at: '2026-02-01', startsAt: '2026-03-01' })).slug).toBe('subscription_ended');
  });
});

function change(of: Subscription, over: Partial<ChangeSubscription> & { readonly at: ChangeSubscription['at'] }): ReturnType<typeof decideChange> {
  return decideChange(of, {
    plan: undefined, quantities: {}, multipliers: {}, overage: undefined, when: 'now', proration: PRORATED, usage: 'keep', invoice: 'now', usedPerSeat: () => undefined, ...over,
  });
}

describe('a change', () => {
  const running = subscription({ plan: PRO, quantities: { base: '3' }, multipliers: { calls: '0.5' } });

  it('keeps what is not named and the new plan still has', () => {
    expect(change(running, { at: at('2026-01-10'), overage: false }).terms).toEqual({ planVersionId: 'plnv_pro', quantities: { base: '3' }, multipliers: { calls: '0.5' }, overage: false });
    expect(change(running, { at: at('2026-01-10'), plan: TEAM }).terms).toEqual({ planVersionId: 'plnv_team', quantities: {}, multipliers: { calls: '0.5' }, overage: true });
  });

  it('takes effect now or at the end of the period', () => {
    expect(change(running, { at: at('2026-01-10'), plan: TEAM })).toMatchObject({ startsAt: at('2026-01-10'), isAnchor: false, proration: PRORATED });
    expect(change(running, { at: at('2026-01-10'), plan: TEAM, when: 'period_end' })).toMatchObject({ startsAt: at('2026-02-01'), isAnchor: false });
  });

  it('begins a new count where the interval is another', () => {
    expect(change(running, { at: at('2026-01-10'), plan: YEARLY }).isAnchor).toBe(true);
  });

  it('leaves what is scheduled for later when the plan stays, and forgets it when the plan changes', () => {
    expect([change(running, { at: at('2026-01-10'), quantities: { base: '4' } }).keepsLater, change(running, { at: at('2026-01-10'), plan: TEAM }).keepsLater]).toEqual([true, false]);
  });

  it.each([
    ['to the same terms', running, { quantities: { base: '3.0' } }, 'phase_conflict'],
    ['to another currency', running, { plan: plan({ code: 'eur', currency: 'EUR' }) }, 'phase_conflict'],
    ['to a quantity of what is not per seat', running, { plan: TEAM, quantities: { base: '2' } }, 'invalid_request'],
    ['after the end', subscription({ plan: PRO, changes: [canceled('2026-01-02', '2026-01-05')] }), { plan: TEAM }, 'subscription_ended'],
    ['at a period’s end that is the end', subscription({ plan: PRO, changes: [canceled('2026-01-02', '2026-02-01')] }), { plan: TEAM, when: 'period_end' as const }, 'phase_conflict'],
    ['while paused', subscription({ plan: PRO, changes: [phase(PRO, '2026-01-05', true, { isPaused: true })] }), { plan: TEAM }, 'phase_conflict'],
  ])('is refused %s', (_what, of, over, slug) => {
    expect(refusalOf(() => change(of, { at: at('2026-01-10'), ...over })).slug).toBe(slug);
  });

  it('does not go below what is in use where the price forbids it, but may come nearer', () => {
    const strict = plan({ code: 'strict', prices: [fixed('base', '30', { per_seat: true, below_usage: 'refused' })] });
    const seats = subscription({ plan: strict, quantities: { base: '5' } });
    const ask = (base: string): unknown => change(seats, { at: at('2026-01-10'), quantities: { base }, usedPerSeat: () => decimal(4) });

    expect(refusalOf(() => ask('3')).slug).toBe('quantity_below_usage');
    expect(() => ask('4')).not.toThrow();
    expect(() => ask('6')).not.toThrow();
  });
});

describe('a pause', () => {
  const running = subscription({ plan: PRO });
  const pause = (over: Partial<Parameters<typeof decidePause>[1]> = {}): ReturnType<typeof decidePause> => decidePause(running, { at: at('2026-01-10'), when: 'now', resumesAt: undefined, proration: PRORATED, ...over });

  it('gives nothing until it is resumed, when a new count begins', () => {
    const paused = subscription({ plan: PRO, changes: pause() });
    const resumed = subscription({ plan: PRO, changes: [...pause(), decideResume(paused, at('2026-02-15'))] });

    expect([statusAt(paused, at('2026-01-09')), statusAt(paused, at('2026-01-10')), statusAt(resumed, at('2026-02-15'))]).toEqual(['active', 'paused', 'active']);
    expect(days(billingPeriodAt(resumed, at('2026-02-20')))).toEqual(['2026-02-15', '2026-03-15']);
  });

  it('ends by itself when told', () => {
    const paused = subscription({ plan: PRO, changes: pause({ when: 'period_end', resumesAt: at('2026-03-10') }) });

    expect(['2026-01-31', '2026-02-01', '2026-03-09', '2026-03-10'].map((day) => statusAt(paused, at(day)))).toEqual(['active', 'paused', 'paused', 'active']);
  });

  it('is refused where it makes no sense', () => {
    expect(pointersOf(() => pause({ resumesAt: at('2026-01-10') }))).toEqual(['/resumes_at']);
    expect(refusalOf(() => pause({ at: at('2025-12-01') })).slug).toBe('phase_conflict');
    expect(refusalOf(() => decidePause(subscription({ plan: PRO, changes: pause() }), { at: at('2026-01-11'), when: 'now', resumesAt: undefined, proration: PRORATED })).slug).toBe('phase_conflict');
  });
});

describe('taking back', () => {
  const running = subscription({ plan: PRO });

  it('undoes a cancellation and a pause that have not happened yet', () => {
    const ending = subscription({ plan: PRO, changes: [canceled('2026-01-10', '2026-02-01')] });
    const pausing = subscription({ plan: PRO, changes: decidePause(running, { at: at('2026-01-10'), when: 'period_end', resumesAt: undefined, proration: PRORATED }) });

    expect([decideResume(ending, at('2026-01-20')).type, decideResume(pausing, at('2026-01-20')).type]).toEqual(['cancel_undone', 'schedule_cleared']);
    expect(subscription({ plan: PRO, changes: [canceled('2026-01-10', '2026-02-01'), decideResume(ending, at('2026-01-20'))] }).ending).toBeNull();
  });

  it('is refused when nothing stops, and when all is over', () => {
    const over = subscription({ plan: PRO, changes: [canceled('2026-01-10', '2026-02-01')] });

    expect(refusalOf(() => decideResume(running, at('2026-01-20'))).slug).toBe('phase_conflict');
    expect(refusalOf(() => decideResume(over, at('2026-02-01'))).slug).toBe('subscription_ended');
  });

  it('clears what is scheduled and has not begun', () => {
    const scheduled = subscription({ plan: PRO, plans: [TEAM], changes: [phase(TEAM, '2026-03-01')] });
    const cleared = subscription({ plan: PRO, plans: [TEAM], changes: [phase(TEAM, '2026-03-01'), decideClearSchedule(scheduled, at('2026-01-20'))] });

    expect(cleared.phases.map((each) => each.plan.code)).toEqual(['pro']);
    expect(refusalOf(() => decideClearSchedule(scheduled, at('2026-03-01'))).slug).toBe('phase_conflict');
  });

  it('begins an ended subscription anew after a gap that gives nothing', () => {
    const end = canceled('2026-01-10', '2026-01-20');
    const over = subscription({ plan: PRO, changes: [end], quantities: { base: '2' } });
    const again = subscription({ plan: PRO, changes: [end, decideReactivate(over, { at: at('2026-03-05'), asked: undefined })], quantities: { base: '2' } });

    expect(['2026-01-19', '2026-01-20', '2026-03-04', '2026-03-05'].map((day) => statusAt(again, at(day)))).toEqual(['active', 'paused', 'paused', 'active']);
    expect(days(billingPeriodAt(again, at('2026-03-10')))).toEqual(['2026-03-05', '2026-04-05']);
    expect(phaseAt(again, at('2026-03-10')).quantities['base']).toEqual(decimal(2));
    expect(refusalOf(() => decideReactivate(over, { at: at('2026-01-15'), asked: undefined })).slug).toBe('phase_conflict');
  });
});

describe('a trial that needs a payment method', () => {
  const trial = plan({ trial_days: 14, trial_requires_payment_method: true });

  it('ends the subscription with it, until one is on file', () => {
    const created = create({ plan: trial });
    const end = decideTrialEnding(created, trial);
    if (end === undefined) throw new Error('the trial ends nothing');
    const waiting = subscription({ plan: trial, changes: [end] });

    expect(statusAt(waiting, at('2026-01-15'))).toBe('canceled');
    expect([decideTrialGain(waiting, at('2026-01-14'))?.type, decideTrialGain(waiting, at('2026-01-15'))]).toEqual(['cancel_undone', undefined]);
  });

  it('ends after all when the payment method goes before the trial does', () => {
    const going = subscription({ plan: trial });

    expect(decideTrialLoss(going, at('2026-01-10'))).toMatchObject({ type: 'canceled', endsAt: at('2026-01-15') });
    expect(decideTrialLoss(going, at('2026-01-15'))).toBeUndefined();
    expect(decideTrialLoss(subscription({ plan: plan({ trial_days: 14 }) }), at('2026-01-10'))).toBeUndefined();
  });

  it('is none where the plan has no trial or asks for nothing', () => {
    expect(decideTrialEnding(create({ plan: trial, trialDays: 0 }), trial)).toBeUndefined();
    expect(decideTrialEnding(create({ plan: plan({ trial_days: 14 }) }), plan({ trial_days: 14 }))).toBeUndefined();
  });
});

describe('an add-on', () => {
  const main = subscription({ id: 'sub_main', plan: PRO, startsAt: '2026-01-31', zone: 'Asia/Kolkata' });

  it('is counted with the main one', () => {
    const added = create({ plan: TEAM, startsAt: at('2026-03-10'), zone: 'UTC', addonOf: main });

    expect(added).toMatchObject({ addonOf: 'sub_main', zone: 'Asia/Kolkata', anchorAt: at('2026-01-31') });
  });

  it('cannot be added to what is over, nor to an add-on', () => {
    const over = subscription({ plan: PRO, changes: [canceled('2026-01-10', '2026-01-20')] });

    expect(refusalOf(() => create({ plan: TEAM, startsAt: at('2026-02-01'), addonOf: over })).slug).toBe('subscription_ended');
    expect(refusalOf(() => create({ plan: TEAM, addonOf: { ...main, addonOf: 'sub_0' } })).slug).toBe('phase_conflict');
  });
});

describe('a coupon', () => {
  const running = subscription({ plan: PRO });
  const euros: CouponTerms = { code: 'ten', name: 'Ten', percentOff: null, amountOff: '10', currency: 'EUR' as CouponTerms['currency'], periods: 1 };
  const half: CouponTerms = { code: 'half', name: 'Half', percentOff: '50', amountOff: null, currency: null, periods: null };

  it('is applied once at a time and can be taken off', () => {
    const applied = subscription({ plan: PRO, changes: [decideCoupon(running, { at: at('2026-01-10'), coupon: half })] });
    const removed = subscription({ plan: PRO, changes: [decideCoupon(running, { at: at('2026-01-10'), coupon: half }), decideCouponRemoval(applied, { at: at('2026-01-20'), code: 'half' })] });

    expect(refusalOf(() => decideCoupon(applied, { at: at('2026-01-11'), coupon: half })).slug).toBe('coupon_conflict');
    expect(() => decideCoupon(removed, { at: at('2026-01-21'), coupon: half })).not.toThrow();
    expect(refusalOf(() => decideCouponRemoval(removed, { at: at('2026-01-21'), code: 'half' })).slug).toBe('coupon_conflict');
  });

  it('of an amount is in the currency of the subscription', () => {
    expect(refusalOf(() => decideCoupon(running, { at: at('2026-01-10'), coupon: euros })).slug).toBe('coupon_conflict');
  });
});
