import { ZERO, decimal, decimalText, larger, subtract, sum } from '../core/decimal.js';
import { instant, instantText, parseInstant, type Instant } from '../core/instant.js';
import type { Period } from '../core/period.js';
import type { UsageEvent } from '@paidup/sdk';
import type { LarkMetric, LarkSummary, Texts } from '../reader/lark-api.js';
import { keyOf } from './code.js';

/** What one metric counted for one customer, stretch by stretch, on both sides. */
export interface CountedUsage {
  readonly metric: LarkMetric;
  readonly meterCode: string;
  /** Paidup's id of the customer. */
  readonly customerId: string;
  readonly source: readonly LarkSummary[];
  readonly target: readonly LarkSummary[];
  /** The source's without dimensions, where they matter: of several last values one is the last of all. */
  readonly totals: readonly LarkSummary[];
  /** Of last values: whether Paidup has counted something of its own for the metric, beside what was brought in. */
  readonly hasOwn: boolean;
  /** Of last values: when the events happened that Paidup has of the metric. */
  readonly happenedAt: readonly Instant[];
  readonly readAt: Instant;
}

/** A figure that is not brought up: Paidup counts more already, or something else. */
export interface Ahead {
  readonly start: string;
  readonly coordinates: Texts;
  readonly source: string;
  readonly target: string;
}

const DAY_MS = 86_400_000;

/** The stretches of time in which the figures of all windows can be told apart, in order: cut wherever one begins or ends. */
export function stretchesOf(windows: readonly Period[]): Period[] {
  const cuts = [...new Set(windows.flatMap(({ startsAt, endsAt }) => [startsAt, endsAt]))].sort((left, right) => left - right);
  return cuts.slice(0, -1).flatMap((startsAt, index) => {
    const endsAt = cuts[index + 1] as Instant;
    return windows.some((window) => window.startsAt <= startsAt && window.endsAt >= endsAt) ? [{ startsAt, endsAt }] : [];
  });
}

/** Whether all summaries are of days counted from the start of the stretch: what is asked of two systems then means the same. */
export function areDaysOf(stretch: Period, summaries: readonly LarkSummary[]): boolean {
  return summaries.every(({ start, end }) => {
    const [from, to] = [parseInstant(start), parseInstant(end)];
    if (from === undefined || to === undefined || (from - stretch.startsAt) % DAY_MS !== 0) return false;
    return to === Math.min(from + DAY_MS, stretch.endsAt);
  });
}

/**
 * The figure of a whole stretch where its days do not come to what the source's billing state says: it counts by another
 * window than it tells, or what is older than the period. Undefined where they do, or where dimensions are told apart.
 */
export function figureBeyond(metric: LarkMetric, input: { readonly stretch: Period; readonly daily: readonly LarkSummary[]; readonly used: string | undefined }): LarkSummary | undefined {
  const { stretch, daily, used } = input;
  if (used === undefined || metric.dimensions.length > 0 || decimal(used).eq(0)) return undefined;
  const values = daily.map(({ value }) => decimal(value ?? '0'));
  const isBeyond = metric.aggregation === 'last' ? values.length === 0 : decimal(used).gt(metric.aggregation === 'max' ? values.reduce(larger, ZERO) : sum(values));
  return isBeyond ? { start: instantText(stretch.startsAt), end: instantText(stretch.endsAt), coordinates: {}, value: used } : undefined;
}

/**
 * The events that bring Paidup's figures up to the source's. Each follows from what both sides say, id and all: the same
 * comparison gives the same events, so that they count once.
 */
export function eventsToCatchUp(usage: CountedUsage): { readonly events: UsageEvent[]; readonly ahead: Ahead[] } {
  const known = new Map(usage.target.map((summary) => [placeOf(summary), summary.value]));
  const events: UsageEvent[] = [];
  const ahead: Ahead[] = [];
  for (const group of byStart(usage)) {
    const wanted = group.flatMap((summary) => {
      const before = known.get(placeOf(summary)) ?? null;
      const rest = missing(usage, summary.value ?? '0', before);
      if (rest === 'ahead') ahead.push({ start: summary.start, coordinates: summary.coordinates, source: summary.value ?? '0', target: before ?? '0' });
      return rest === 'nothing' || rest === 'ahead' ? [] : [{ summary, before, value: rest.value }];
    });
    wanted.forEach(({ summary, before, value }, rank) => events.push(eventOf(usage, { summary, before, value, at: momentOf(usage, summary, { rank, count: wanted.length }) })));
  }
  return { events, ahead };
}

/** Summaries of one stretch together; among last values, that which is the last of all comes last. */
function byStart({ source, totals, metric }: CountedUsage): LarkSummary[][] {
  const groups = new Map<string, LarkSummary[]>();
  for (const summary of source) groups.set(summary.start, [...(groups.get(summary.start) ?? []), summary]);
  if (metric.aggregation !== 'last') return [...groups.values()];
  const lastOf = new Map(totals.map(({ start, value }) => [start, value]));
  return [...groups.entries()].map(([start, group]) => group.sort((left, right) => Number(left.value === lastOf.get(start)) - Number(right.value === lastOf.get(start))));
}

/** What an event has to say so that Paidup says what the source does, if it does not already. */
function missing({ metric, hasOwn }: CountedUsage, source: string, target: string | null): { readonly value: string } | 'ahead' | 'nothing' {
  const there = decimal(source);
  const here = target === null ? null : decimal(target);
  if (here !== null && here.eq(there)) return 'nothing';
  switch (metric.aggregation) {
    case 'max':
      return here === null || there.gt(here) ? { value: source } : 'ahead';
    case 'last':
      // Which of two last values is the later one cannot be told once Paidup counts by itself.
      return here !== null && hasOwn ? 'ahead' : { value: source };
    default: {
      const rest = here === null ? there : subtract(there, here);
      if (rest.eq(0)) return 'nothing';
      return here !== null && rest.lt(0) ? 'ahead' : { value: decimalText(rest) };
    }
  }
}

/** Within the stretch: at its beginning, but for last values, which have to come after all that came before them. */
function momentOf({ metric, readAt, happenedAt }: CountedUsage, summary: LarkSummary, place: { rank: number; count: number }): Instant {
  const start = parseInstant(summary.start) ?? readAt;
  const end = parseInstant(summary.end) ?? readAt;
  if (metric.aggregation !== 'last') return start;
  const free = happenedAt.reduce((from, at) => (at >= start && at < end ? Math.max(from, at + 1) : from), start as number);
  // Of a longer stretch it is not known when it happened: what happens from now on comes later.
  const latestAt = end - start > DAY_MS ? start : Math.min(end - 1, readAt);
  const first = Math.max(free, latestAt - (place.count - 1));
  return instant(Math.min(first + place.rank, end - 1));
}

function eventOf(usage: CountedUsage, change: { summary: LarkSummary; before: string | null; value: string; at: Instant }): UsageEvent {
  const { metric, meterCode, customerId } = usage;
  const { summary, before, value, at } = change;
  // A dimension without a value was not named by the events.
  const named = Object.fromEntries(Object.entries(summary.coordinates).filter(([, text]) => text !== ''));
  return {
    id: keyOf('lark', metric.id, placeOf(summary), before, value),
    customer: customerId,
    name: `meter:${meterCode}`,
    timestamp: instantText(at),
    properties: metric.valueField === null ? named : { ...named, [metric.valueField]: value },
    ...(metric.valueField === null ? { occurrences: value } : {}),
  };
}

function placeOf({ start, coordinates }: LarkSummary): string {
  return JSON.stringify([parseInstant(start) ?? start, Object.entries(coordinates).filter(([, text]) => text !== '').sort(([left], [right]) => (left < right ? -1 : 1))]);
}
