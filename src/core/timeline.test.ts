import { describe, expect, it } from 'vitest';
import { at, fixed, plan, pointersOf, refusalOf } from '../../test/support/core.js';
import { FOREVER, instantText } from './instant.js';
import { checkItems, itemsAfter, itemsFrom, timelineStatus, type Timeline, type TimelineItem, type TimelineItemAsked } from './timeline.js';

const SEATS = plan({ code: 'seats', prices: [fixed('seat', '10', { per_seat: true })] });
const EUROS = plan({ code: 'euros', currency: 'EUR' });

const DRAFT: Timeline = { id: 'stl_1', customerId: 'cus_1', planId: SEATS.id, subscriptionId: null, createdAt: at('2026-01-01'), updatedAt: at('2026-01-01') };
const STARTED: Timeline = { ...DRAFT, subscriptionId: 'sub_1' };

/** From one day to another; for ever without it. */
function asked(from: string, to?: string, over: Partial<TimelineItemAsked> = {}): TimelineItemAsked {
  return { startsAt: at(from), endsAt: to === undefined ? FOREVER : at(to), plan: SEATS, quantities: {}, multipliers: {}, ...over };
}

function item(from: string, to?: string): TimelineItem {
  const { plan: { id: planId }, ...rest } = asked(from, to);
  return { ...rest, id: `stli_${from}`, planId, createdAt: at('2026-01-01') };
}

const spans = (items: readonly TimelineItem[]): string[] => items.map(({ startsAt, endsAt }) => `${instantText(startsAt).slice(0, 10)} ${endsAt === FOREVER ? 'ever' : instantText(endsAt).slice(0, 10)}`);

describe('items of a timeline', () => {
  it('follow each other without gap, the last one with or without an end', () => {
    const existing = [item('2026-01-01', '2026-02-01')];

    expect(() => checkItems({ timeline: DRAFT, existing, currency: SEATS.currency, added: [asked('2026-02-01', '2026-05-01', { quantities: { seat: '2.5' }, multipliers: { seat: '0' } }), asked('2026-05-01')] })).not.toThrow();
    expect(() => checkItems({ timeline: DRAFT, existing: [], currency: undefined, added: [asked('2030-01-01')] })).not.toThrow();
  });

  it.each<[string, readonly TimelineItemAsked[], string[]]>([
    ['a gap', [asked('2026-02-02')], ['/items/0/starts_at']],
    ['an overlap', [asked('2026-01-31')], ['/items/0/starts_at']],
    ['an order of their own', [asked('2026-03-01', '2026-04-01'), asked('2026-02-01', '2026-03-01')], ['/items/0/starts_at', '/items/1/starts_at']],
    ['something after what has no end', [asked('2026-02-01'), asked('2026-03-01')], ['/items/1/starts_at']],
    ['an end before the start', [asked('2026-02-01', '2026-01-15')], ['/items/0/ends_at']],
    ['no length', [asked('2026-02-01', '2026-02-01')], ['/items/0/ends_at']],
    ['an end that calendars do not reach', [asked('2026-02-01', '2200-01-02')], ['/items/0/ends_at']],
    ['a quantity of what is not sold', [asked('2026-02-01', undefined, { quantities: { gift: '1' } })], ['/items/0/quantities/gift']],
    ['a negative quantity', [asked('2026-02-01', undefined, { quantities: { seat: '-1' } })], ['/items/0/quantities/seat']],
    ['a multiplier of what is not sold', [asked('2026-02-01', undefined, { multipliers: { 'a/b': '1' } })], ['/items/0/multipliers/a~1b']],
    ['another currency', [asked('2026-02-01', undefined, { plan: EUROS })], ['/items/0/plan']],
  ])('are refused with %s', (_why, added, pointers) => {
    expect(pointersOf(() => checkItems({ timeline: DRAFT, existing: [item('2026-01-01', '2026-02-01')], currency: SEATS.currency, added }))).toEqual(pointers);
  });

  it('are refused before 1970, beyond a hundred, in two currencies among themselves, and once the timeline was started', () => {
    const days = Array.from({ length: 101 }, (_, index) => asked(instantText(at('2026-01-01') + index * 86_400_000 as Timeline['createdAt']), instantText(at('2026-01-02') + index * 86_400_000 as Timeline['createdAt'])));

    expect(pointersOf(() => checkItems({ timeline: DRAFT, existing: [], currency: undefined, added: [asked('1969-12-31')] }))).toEqual(['/items/0/starts_at']);
    expect(pointersOf(() => checkItems({ timeline: DRAFT, existing: [], currency: undefined, added: days }))).toEqual(['/items']);
    expect(pointersOf(() => checkItems({ timeline: DRAFT, existing: [], currency: undefined, added: [asked('2026-01-01', '2026-02-01'), asked('2026-02-01', undefined, { plan: EUROS })] }))).toEqual(['/items/1/plan']);
    expect(refusalOf(() => checkItems({ timeline: STARTED, existing: [], currency: undefined, added: [asked('2026-01-01')] })).slug).toBe('phase_conflict');
  });
});

describe('a timeline that is started', () => {
  const items = [item('2026-01-01', '2026-02-01'), item('2026-02-01', '2026-03-01'), item('2026-03-01')];

  it.each([
    ['2025-12-01', ['2026-01-01 2026-02-01', '2026-02-01 2026-03-01', '2026-03-01 ever']],
    ['2026-01-01', ['2026-01-01 2026-02-01', '2026-02-01 2026-03-01', '2026-03-01 ever']],
    ['2026-01-20', ['2026-01-20 2026-02-01', '2026-02-01 2026-03-01', '2026-03-01 ever']],
    ['2026-02-01', ['2026-02-01 2026-03-01', '2026-03-01 ever']],
    ['2027-01-01', ['2027-01-01 ever']],
  ])('from %s on has what has not ended by then', (from, expected) => {
    expect(spans(itemsFrom({ timeline: DRAFT, items, from: at(from) }))).toEqual(expected);
  });

  it.each([
    ['2025-12-01', '2026-01-01', ['2026-01-01 2026-02-01', '2026-02-01 2026-03-01', '2026-03-01 ever']],
    ['2026-01-20', '2026-02-01', ['2026-02-01 2026-03-01', '2026-03-01 ever']],
    ['2027-01-01', 'ever', []],
  ])('behind terms that begin on %s goes on with what has not begun', (from, end, expected) => {
    const after = itemsAfter({ timeline: DRAFT, items, from: at(from) });

    expect([after.endsAt === FOREVER ? 'ever' : instantText(after.endsAt).slice(0, 10), spans(after.items)]).toEqual([end, expected]);
  });

  it('is refused without items, when it is over, and when it was started before', () => {
    const detail = (timeline: Timeline, of: readonly TimelineItem[]): string => refusalOf(() => itemsFrom({ timeline, items: of, from: at('2026-03-01') })).message;

    expect(detail(DRAFT, [])).toContain('no items');
    expect(detail(DRAFT, items.slice(0, 2))).toBe('The timeline ended at 2026-03-01T00:00:00Z.');
    expect(detail(STARTED, items)).toContain('sub_1');
  });

  it('is what its subscription is', () => {
    const statuses = ['scheduled', 'trialing', 'active', 'paused', 'canceled'] as const;

    expect(statuses.map((status) => timelineStatus(STARTED, status))).toEqual(['pending', 'active', 'active', 'active', 'completed']);
    expect(timelineStatus(DRAFT, undefined)).toBe('draft');
    expect(() => timelineStatus(STARTED, undefined)).toThrow('has a subscription');
  });
});
