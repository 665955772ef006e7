import type { Customer, UsageEvent } from '@paidup/sdk';
import { instantText, parseInstant, type Instant } from '../core/instant.js';
import type { Period } from '../core/period.js';
import type { LarkApi, LarkMetric, LarkSubject, LarkSubscription, LarkSummary } from '../reader/lark-api.js';
import { isImported } from './code.js';
import type { CarriedCard, LarkCatalogCarrier } from './lark-catalog.js';
import type { LarkTimelines } from './lark-timeline.js';
import { areDaysOf, eventsToCatchUp, figureBeyond, stretchesOf, type CountedUsage } from './lark-usage.js';
import type { Tally } from './tally.js';
import { carried, type Target } from './target.js';

/** What carrying a subject needs. */
export interface SubjectWork {
  readonly source: LarkApi;
  readonly target: Target;
  readonly tally: Tally;
  readonly catalog: LarkCatalogCarrier;
  readonly timelines: LarkTimelines;
  /** In which days and months are counted: Lark tells none. */
  readonly zone: string;
}

/** A subscription with its card, in force or to come. */
export interface Going {
  readonly subscription: LarkSubscription;
  readonly card: CarriedCard;
}

/** Whose usage is carried. */
export interface Using {
  readonly subject: LarkSubject;
  /** Undefined in a dry run of one that is not there yet. */
  readonly customer: Customer | undefined;
  /** Made in this run: nothing of it can have been counted. */
  readonly isNew: boolean;
  readonly going: readonly Going[];
}

/** A stretch of time of one metric. */
interface Stretch {
  readonly metric: LarkMetric;
  readonly meter: { readonly id: string; readonly code: string };
  readonly period: Period;
  /** What the source's billing state says is used of it, where that is one figure of one window. */
  readonly used: string | undefined;
}

/** A metric counts an event once, whatever rates and subscriptions it concerns: so does what is carried. @throws Stopped. */
export async function carryUsage(work: SubjectWork, using: Using): Promise<void> {
  const windows = new Map<string, Period[]>();
  for (const { subscription, card } of using.going) {
    const period = periodOf(subscription);
    if (subscription.status !== 'active' || period === undefined) continue;
    for (const metricId of new Set(card.card.usageRates.map((rate) => rate.metricId ?? ''))) windows.set(metricId, [...(windows.get(metricId) ?? []), period]);
  }
  // Before the summaries: what is used in the meantime is in them, and not in the state.
  const usage = windows.size === 0 ? undefined : await carried(() => work.source.state(using.subject.id), (reason) => work.tally.lost('usage', subjectName(using.subject), { reason }));
  for (const [metricId, periods] of windows) {
    const metric = work.catalog.metric(metricId);
    const meter = work.catalog.meter(metricId);
    if (metric === undefined || meter === undefined) continue;
    const stretches = stretchesOf(periods);
    const used = new Set(usage?.usage.filter((each) => each.metricId === metricId).map(({ usedUnits }) => usedUnits));
    const isOne = stretches.length === 1 && used.size === 1;
    for (const period of stretches) await carryStretch(work, using, { metric, meter, period, used: isOne ? [...used][0] : undefined });
  }
}

async function carryStretch(work: SubjectWork, using: Using, stretch: Stretch): Promise<void> {
  const { tally, target } = work;
  const { metric, meter, period } = stretch;
  const name = `${subjectName(using.subject)}, ${metric.name} from ${instantText(period.startsAt)}`;
  const refused = (reason: string): void => tally.lost('usage', name, { reason });
  const told = await carried(() => readSource(work, using.subject, stretch), refused);
  if (told === undefined || told.source.length === 0) return;
  const { customer } = using;
  if (customer === undefined || meter.id === '') {
    if (tally.isDry) tally.made('usage', name, null);
    return;
  }
  const counted = using.isNew ? { target: [], hasOwn: false, happenedAt: [] } : await carried(() => readTarget(work, customer, { ...stretch, granularity: told.granularity }), refused);
  if (counted === undefined) return;
  const { events, ahead } = eventsToCatchUp({ ...told, ...counted, metric, meterCode: meter.code, customerId: customer.id, readAt: target.clock.now() });
  for (const each of ahead) tally.lost('usage', name, { field: [each.start, ...Object.values(each.coordinates)].join(' '), reason: `Paidup counts ${each.target} already, the source ${each.source}: left as it is` });
  if (events.length === 0) tally.found('usage');
  else if (tally.isDry) tally.made('usage', name, null);
  else await send(work, { name, events, refused });
}

async function send({ target, tally }: SubjectWork, work: { name: string; events: UsageEvent[]; refused: (reason: string) => void }): Promise<void> {
  const { name, events, refused } = work;
  const answer = await carried(() => target.client.ingestEvents(events), refused);
  const wrong = answer?.results.find(({ status }) => status === 'refused');
  if (wrong !== undefined) refused(wrong.reason ?? 'refused');
  else if (answer !== undefined) tally.made('usage', name, `${events.length} ${events.length === 1 ? 'event' : 'events'}`);
}

interface Told {
  readonly source: LarkSummary[];
  readonly totals: LarkSummary[];
  readonly granularity: 'day' | null;
}

/** By days, so that series go on looking like what happened; as one where the source counts its days, or its total, otherwise. */
async function readSource({ source, catalog }: SubjectWork, subject: LarkSubject, { metric, period, used }: Stretch): Promise<Told> {
  const asked = { metricId: metric.id, subjectId: subject.id, start: instantText(period.startsAt), end: instantText(period.endsAt) };
  const daily = await source.summaries({ ...asked, granularity: 'day', dimensions: metric.dimensions });
  const beyond = figureBeyond(metric, { stretch: period, daily, used });
  if (beyond !== undefined) return { source: [beyond], totals: [], granularity: null };
  const granularity = areDaysOf(period, daily) && !catalog.isConverted(metric.id) ? 'day' : null;
  const found = granularity === 'day' ? daily : await source.summaries({ ...asked, granularity, dimensions: metric.dimensions });
  const hasSeveral = metric.aggregation === 'last' && metric.dimensions.length > 0;
  return { source: found, totals: hasSeveral ? await source.summaries({ ...asked, granularity, dimensions: [] }) : [], granularity };
}

async function readTarget({ target }: SubjectWork, customer: Customer, stretch: Omit<Stretch, 'used'> & Pick<Told, 'granularity'>): Promise<Pick<CountedUsage, 'target' | 'hasOwn' | 'happenedAt'>> {
  const { metric, meter, period, granularity } = stretch;
  const span = { start: instantText(period.startsAt), end: instantText(period.endsAt) };
  const found = await target.lark.summaries({ ...span, metricId: meter.id.replace(/^mtr_/, 'pmtr_'), subjectId: larkId(customer), granularity, dimensions: metric.dimensions });
  if (metric.aggregation !== 'last' || found.length === 0) return { target: found, hasOwn: false, happenedAt: [] };
  let hasOwn = false;
  const happenedAt: Instant[] = [];
  for await (const event of target.client.events(customer.id, { meter: meter.code, from: span.start, to: span.end, limit: 200 })) {
    hasOwn ||= !isImported(event.id);
    happenedAt.push(parseInstant(event.timestamp) ?? period.startsAt);
  }
  return { target: found, hasOwn, happenedAt };
}

/** The period under way; undefined while there is none. */
export function periodOf({ period }: LarkSubscription): Period | undefined {
  const [startsAt, endsAt] = [parseInstant(period?.start ?? ''), parseInstant(period?.end ?? '')];
  return startsAt === undefined || endsAt === undefined || endsAt <= startsAt ? undefined : { startsAt, endsAt };
}

/** What people know the subject by. */
export function subjectName({ externalId, id }: LarkSubject): string {
  return externalId ?? id;
}

/** What follows the prefix is the same in both dialects: docs/surfaces/lark.md. */
export function larkId(customer: Customer): string {
  return customer.id.replace(/^cus_/, 'subj_');
}
