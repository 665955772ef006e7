import type { EventInput } from '../../core/event.js';
import type { FeatureDefinition } from '../../core/feature.js';
import { instant, instantText, type Instant } from '../../core/instant.js';
import type { MeterDefinition } from '../../core/meter.js';
import { boundaryAt, periodContaining, plusLocalDays, startOfLocalDay, type Schedule } from '../../core/period.js';
import type { PlanDefinition } from '../../core/plan.js';
import { putFeature, putMeter, putPlan } from '../../service/catalog.js';
import { createCustomer } from '../../service/customer.js';
import { inUnit, type Engine } from '../../service/engine.js';
import { ingestEvents } from '../../service/event.js';
import { performCommand } from '../../service/command.js';
import { subscribe } from '../../service/subscribe.js';
import { scheduleNextPhase } from '../../service/subscription.js';

const EXTERNAL_ID = 'diga-project';
const ZONE = 'Europe/Madrid';
/** About how far into its month the project is. */
const DAYS_INTO_WINDOW = 12;

const MONTH = { unit: 'month', count: 1 } as const;
const WEEK = { unit: 'week', count: 1 } as const;
const MEGABYTE = 1_048_576;

/** Calls count by the second and are sold by the begun minute (contracts/diga.md section 4 and 5.4). */
const METERS: Readonly<Record<string, MeterDefinition>> = {
  diga_minutes: { name: 'Call minutes', event_name: 'call.ended', aggregation: 'sum', property: 'seconds', unit: 'minute', conversion: { divide_by: '60', round: 'up' } },
  diga_knowledge_bytes: { name: 'Knowledge storage', event_name: 'knowledge.measured', aggregation: 'last', property: 'bytes', unit: 'byte' },
  diga_knowledge_items: { name: 'Knowledge items', event_name: 'knowledge.measured', aggregation: 'last', property: 'items', unit: 'item' },
  diga_workflows: { name: 'Workflows', event_name: 'workflows.measured', aggregation: 'last', property: 'workflows', unit: 'workflow' },
  diga_copilot: { name: 'Copilot', event_name: 'copilot.asked', aggregation: 'sum', property: 'credits', unit: 'credit' },
};

/** The codes that the Diga surface looks for: docs/surfaces/diga.md. */
const FEATURES: Readonly<Record<string, FeatureDefinition>> = {
  concurrent_calls: { name: 'Concurrent calls', type: 'limit', combine: 'max' },
  knowledge_storage: { name: 'Knowledge storage', type: 'metered', unit: 'size', meter: 'diga_knowledge_bytes' },
  knowledge_items: { name: 'Knowledge items', type: 'metered', meter: 'diga_knowledge_items' },
  workflows: { name: 'Workflows', type: 'metered', meter: 'diga_workflows' },
  copilot: { name: 'Copilot', type: 'metered', meter: 'diga_copilot' },
};

interface Offer {
  readonly name: string;
  /** Euro a month. The contract tells none, so these are made up: about what the minutes would cost as overage. */
  readonly fee: string;
  readonly minutes: number;
  /** Euro a minute above what is included and carried; null when calls stop there. */
  readonly overage: string | null;
  readonly calls: number;
  readonly megabytes: number;
  readonly workflows: number;
}

/** What the vendor sold in July 2026: contracts/diga.md section 4. */
const OFFERS: Readonly<Record<string, Offer>> = {
  diga_free: { name: 'Free', fee: '0', minutes: 30, overage: null, calls: 1, megabytes: 2, workflows: 2 },
  diga_basic: { name: 'Basic', fee: '29.00', minutes: 350, overage: '0.08', calls: 3, megabytes: 20, workflows: 10 },
  diga_pro: { name: 'Pro', fee: '99.00', minutes: 1400, overage: '0.07', calls: 5, megabytes: 100, workflows: 20 },
  diga_scale: { name: 'Scale', fee: '299.00', minutes: 5000, overage: '0.06', calls: 15, megabytes: 500, workflows: 50 },
};

/**
 * Loads the project of Diga's documentation into a store without these plans: on Pro, 450 of 1,400 minutes used and
 * 350 carried, Basic to follow. Every figure holds on whatever day it is loaded.
 */
export async function loadDigaDemo(engine: Engine): Promise<{ id: string; externalId: string }> {
  const now = engine.clock.now();
  const { startsAt, events } = inventDigaUse(EXTERNAL_ID, now);
  // What is done through this one happened when the project began.
  const begun: Engine = { ...engine, clock: { now: () => startsAt } };
  await inUnit(begun, async (unit) => {
    for (const [code, definition] of Object.entries(METERS)) await putMeter(begun, unit, { code, definition });
    for (const [code, definition] of Object.entries(FEATURES)) await putFeature(begun, unit, { code, definition });
    for (const [code, offer] of Object.entries(OFFERS)) await putPlan(begun, unit, { code, definition: planOf(offer) });
  });
  const { customerId, subscriptionId } = await inUnit(begun, async (unit) => {
    const profile = { externalId: EXTERNAL_ID, name: 'Aurora Voice', email: 'billing@aurora-voice.example', currency: 'EUR', timezone: ZONE };
    const { customer } = await createCustomer(begun, unit, profile);
    const { subscription } = await subscribe(begun, unit, { customerId: customer.id, plan: 'diga_pro', startsAt });
    return { customerId: customer.id, subscriptionId: subscription.id };
  });
  const outcomes = await ingestEvents(engine, events);
  const wrong = outcomes.find((outcome) => outcome.status !== 'accepted');
  if (wrong !== undefined) throw new Error(`an event of the demo was not accepted: ${JSON.stringify(wrong)}`);
  await inUnit(engine, (unit) => performCommand(engine, unit, { customerId, decide: scheduleNextPhase(engine, { subscriptionId, plan: 'diga_basic' }) }));
  return { id: customerId, externalId: EXTERNAL_ID };
}

/**
 * When the project began and what it has done since, seen from `now`: one whole month with 1,050 minutes of calls,
 * which leaves 350 of 1,400 to carry, and 450 minutes in the month under way.
 */
export function inventDigaUse(customer: string, now: Instant): { startsAt: Instant; events: EventInput[] } {
  const anchorAt = startOfLocalDay(plusLocalDays(now, -DAYS_INTO_WINDOW, ZONE), ZONE);
  const startsAt = boundaryAt({ anchorAt, startsAt: anchorAt, zone: ZONE, interval: MONTH, alignment: 'anniversary' }, -1);
  const months: Schedule = { anchorAt: startsAt, startsAt, zone: ZONE, interval: MONTH, alignment: 'anniversary' };
  const windowStartsAt = boundaryAt(months, 1);
  const weekStartsAt = periodContaining({ ...months, interval: WEEK }, now).startsAt;
  const report = (id: string, name: string, at: Instant, properties: Record<string, string>): EventInput => ({ id, customer, name, timestamp: instantText(at), properties });
  const calls = (prefix: string, input: { from: Instant; to: Instant; count: number; seconds: number }): EventInput[] =>
    spread(input).map(({ at, seconds }, index) => report(`${prefix}-${index + 1}`, 'call.ended', at, { seconds: String(seconds) }));
  return {
    startsAt,
    events: [
      // 1,049 minutes and 42 seconds; 449 minutes and 33 seconds: the begun minute counts.
      ...calls('call-before', { from: startsAt, to: windowStartsAt, count: 90, seconds: 62_982 }),
      ...calls('call', { from: windowStartsAt, to: now, count: 40, seconds: 26_973 }),
      report('knowledge-1', 'knowledge.measured', between(startsAt, windowStartsAt), { bytes: String(18 * MEGABYTE), items: '9' }),
      report('knowledge-2', 'knowledge.measured', between(windowStartsAt, now), { bytes: '44302336', items: '23' }),
      report('workflows-1', 'workflows.measured', between(startsAt, windowStartsAt), { workflows: '7' }),
      report('copilot-1', 'copilot.asked', between(weekStartsAt, now), { credits: '35' }),
    ],
  };
}

function planOf(offer: Offer): PlanDefinition {
  const { name, fee, minutes, overage, calls, megabytes, workflows } = offer;
  const counting = { type: 'usage', model: { type: 'per_unit', amount: '0' }, overage: 'blocked' } as const;
  return {
    name,
    currency: 'EUR',
    interval: MONTH,
    features: [
      { feature: 'concurrent_calls', limit: String(calls) },
      { feature: 'knowledge_storage', price: 'knowledge_storage' },
      { feature: 'knowledge_items', price: 'knowledge_items' },
      { feature: 'workflows', price: 'workflows' },
      { feature: 'copilot', price: 'copilot' },
    ],
    prices: [
      { code: 'base', name: 'Plan fee', type: 'fixed', amount: fee },
      {
        code: 'minutes',
        name: 'Call minutes',
        type: 'usage',
        meter: 'diga_minutes',
        included: String(minutes),
        model: { type: 'per_unit', amount: overage ?? '0' },
        window: MONTH,
        rollover: { cap: { multiple: '2' } },
        overage: overage === null ? 'blocked' : 'allowed',
      },
      { ...counting, code: 'knowledge_storage', name: 'Knowledge storage', meter: 'diga_knowledge_bytes', included: String(megabytes * MEGABYTE), window: { unit: 'lifetime' } },
      { ...counting, code: 'knowledge_items', name: 'Knowledge items', meter: 'diga_knowledge_items', included: 'unlimited', window: { unit: 'lifetime' } },
      { ...counting, code: 'workflows', name: 'Workflows', meter: 'diga_workflows', included: String(workflows), window: { unit: 'lifetime' } },
      { ...counting, code: 'copilot', name: 'Copilot credits', meter: 'diga_copilot', included: '100', window: WEEK },
    ],
    ...(name === 'Free' ? { metadata: { 'diga.free': 'true' } } : {}),
  };
}

const LENGTHS = [3, 7, 2, 9, 4, 6, 1, 8];

/** So many calls of different length between two moments (both out) that together last exactly `seconds`. */
function spread(input: { from: Instant; to: Instant; count: number; seconds: number }): Array<{ at: Instant; seconds: number }> {
  const { from, to, count, seconds } = input;
  const lengths = Array.from({ length: count }, (_, index) => LENGTHS[index % LENGTHS.length] as number);
  const all = lengths.reduce((sum, length) => sum + length, 0);
  const until = (position: number): number => Math.floor((seconds * lengths.slice(0, position).reduce((sum, length) => sum + length, 0)) / all);
  return lengths.map((_, index) => ({
    at: instant(from + Math.floor(((to - from) * (index + 1)) / (count + 1))),
    seconds: until(index + 1) - until(index),
  }));
}

function between(from: Instant, to: Instant): Instant {
  return instant(from + Math.floor((to - from) / 2));
}
