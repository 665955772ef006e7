import { describe, expect, it } from 'vitest';
import { at, canceled, facts, fixed, phase, plan, subscription, type SubscriptionParts } from '../../test/support/core.js';
import { FOREVER, instantText, type Instant } from './instant.js';
import { outlineOf, spansOf } from './outline.js';
import { billingState } from './state.js';
import { statusAt } from './subscription.js';

const PRO = plan({ code: 'pro', prices: [fixed('base', '10', { per_seat: true }), fixed('more', '5')] });
const YEARLY = plan({ code: 'yearly', interval: { unit: 'year', count: 1 }, prices: [fixed('base', '100')] });

const day = (moment: Instant): string => (moment === FOREVER ? '' : instantText(moment).slice(0, 10));
const told = (parts: Partial<SubscriptionParts>) => spansOf(subscription({ plan: PRO, ...parts })).map(({ startsAt, endsAt, status, planCode, amount }) => `${day(startsAt)} ${day(endsAt)} ${status} ${planCode} ${amount.toFixed()}`);

describe('the spans of a subscription', () => {
  it.each<[string, Partial<SubscriptionParts>, string[]]>([
    ['active for good', {}, ['2026-01-01  active pro 15']],
    ['quantities and multipliers', { quantities: { base: '3' }, multipliers: { more: '0.5' } }, ['2026-01-01  active pro 32.5']],
    ['a trial brings nothing in', { trialDays: 10 }, ['2026-01-01 2026-01-11 trialing pro 0', '2026-01-11  active pro 15']],
    ['another plan follows', { plans: [YEARLY], changes: [phase(YEARLY, '2026-03-01')] }, ['2026-01-01 2026-03-01 active pro 15', '2026-03-01  active yearly 100']],
    ['a change to the same is no other span', { changes: [phase(PRO, '2026-03-01')] }, ['2026-01-01  active pro 15']],
    ['canceled at the end of a period', { changes: [canceled('2026-01-10', '2026-02-01')] }, ['2026-01-01 2026-02-01 active pro 15', '2026-02-01  canceled pro 0']],
    ['what was to follow the end never comes', { plans: [YEARLY], changes: [phase(YEARLY, '2026-03-01'), canceled('2026-01-10', '2026-02-01')] }, ['2026-01-01 2026-02-01 active pro 15', '2026-02-01  canceled pro 0']],
    ['canceled in the trial', { trialDays: 31, changes: [canceled('2026-01-10', '2026-01-10')] }, ['2026-01-01 2026-01-10 trialing pro 0', '2026-01-10  canceled pro 0']],
    ['paused', { changes: [phase(PRO, '2026-02-01', true, { isPaused: true }), phase(PRO, '2026-03-01', true)] }, ['2026-01-01 2026-02-01 active pro 15', '2026-02-01 2026-03-01 paused pro 0', '2026-03-01  active pro 15']],
  ])('%s', (_case, parts, expected) => {
    expect(told(parts).map((text) => text.trim())).toEqual(expected);
  });

  it('end with the turn that the wallet cannot pay, though nobody has written that down yet', () => {
    const bought = subscription({ plan: plan({ code: 'bought', prices: [fixed('base', '10', { paid_from: 'wallet' })] }) });
    const given = facts([bought], [], { cursors: [{ subscriptionId: 'sub_1', at: at('2026-01-01'), revision: 1 }] });
    const [before, after] = ['2026-01-31', '2026-02-03'].map((moment) => outlineOf(given, at(moment)));
    const statuses = ['2026-01-31', '2026-02-03'].map((moment) => billingState(given, at(moment)).subscriptions.map(({ status }) => status));

    expect(statuses).toEqual([['active'], ['canceled']]);
    expect(before?.until).toBe(at('2026-02-01'));
    expect(after?.spans.map(({ startsAt, status }) => `${day(startsAt)} ${status}`)).toEqual(['2026-01-01 active', '2026-02-01 canceled']);
  });

  it('tile all time from when it was made, and say at each moment what it is', () => {
    const sold = subscription({ plan: PRO, trialDays: 10, plans: [YEARLY], changes: [phase(YEARLY, '2026-02-01'), canceled('2026-02-10', '2027-02-01')] });
    const spans = spansOf(sold);

    spans.slice(1).forEach((span, index) => expect(span.startsAt).toBe(spans[index]?.endsAt));
    expect(spans.at(-1)?.endsAt).toBe(FOREVER);
    for (const moment of ['2026-01-01', '2026-01-10', '2026-01-11', '2026-01-31', '2026-02-01', '2026-07-01', '2027-01-31', '2027-02-01', '2030-01-01'].map(at)) {
      expect(spans.find(({ startsAt, endsAt }) => startsAt <= moment && moment < endsAt)?.status).toBe(statusAt(sold, moment));
    }
  });
});
