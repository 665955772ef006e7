import { describe, expect, it } from 'vitest';
import { parseInstant, type Instant } from '../core/instant.js';
import type { LarkTimelineItem } from '../reader/lark-api.js';
import type { CarriedCard } from './lark-catalog.js';
import { courseOf } from './lark-timeline.js';

const day = (date: string): string => `2026-${date}T00:00:00Z`;
const item = (start: string, end: string | null, cardId = 'rc_1'): LarkTimelineItem => ({ start: day(start), end: end === null ? null : day(end), cardId, quantities: { base: '2' }, multipliers: {} });
const planOf = (id: string): CarriedCard | undefined => (id === 'rc_lost' ? undefined : { card: {} as CarriedCard['card'], planCode: `plan of ${id}` });
const course = (...items: LarkTimelineItem[]) => courseOf(items, parseInstant(day('03-12')) as Instant, planOf);
const phase = (plan: string, end?: string) => ({ plan: `plan of ${plan}`, quantities: { base: '2' }, multipliers: {}, ...(end === undefined ? {} : { ends_at: day(end) }) });

describe('what a timeline says is to come', () => {
  it.each([
    ['nothing, where its last item has no end', course(item('01-01', null)), {}],
    ['an end', course(item('01-01', '06-01')), { ends_at: day('06-01') }],
    ['what follows the item under way, up to the last end', course(item('01-01', '02-01', 'rc_0'), item('02-01', '06-01'), item('06-01', '07-01', 'rc_2'), item('07-01', null, 'rc_3')), { ends_at: day('06-01'), phases: [phase('rc_2', '07-01'), phase('rc_3')] }],
    ['nothing, once all of it has passed', course(item('01-01', '02-01')), {}],
    ['more than a subscription can be, with a gap', course(item('01-01', '04-01'), item('05-01', null)), undefined],
    ['more than can be carried, with a card that was not', course(item('01-01', '04-01'), item('04-01', null, 'rc_lost')), undefined],
  ])('is %s', (_name, found, expected) => {
    expect(found).toEqual(expected);
  });
});
