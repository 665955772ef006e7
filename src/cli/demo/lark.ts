import type { EventInput } from '../../core/event.js';
import { instant, instantText, type Instant } from '../../core/instant.js';
import { plusLocalDays, startOfLocalDay } from '../../core/period.js';
import { putMeter, putPlan } from '../../service/catalog.js';
import { createCustomer } from '../../service/customer.js';
import { inUnit, type Engine } from '../../service/engine.js';
import { ingestEvents } from '../../service/event.js';
import { subscribe } from '../../service/subscribe.js';

const EXTERNAL_ID = 'user_1234567890';
const ZONE = 'UTC';
/** How long ago the subject took its rate card: less than the shortest month, so that all use is in one window. */
const AGE_DAYS = 11;
/** Hours of each run; together 100. */
const RUNS = ['12.5', '4', '20.25', '8', '16.75', '6.5', '22', '10'];

/**
 * Loads the subject of Lark's documentation into a store without its rate card: one subscription with 100 of 300
 * compute hours used. Every figure holds on whatever day it is loaded.
 */
export async function loadLarkDemo(engine: Engine): Promise<{ id: string; externalId: string }> {
  const { startsAt, events } = inventLarkUse(EXTERNAL_ID, engine.clock.now());
  // What is done through this one happened when the subject began.
  const begun: Engine = { ...engine, clock: { now: () => startsAt } };
  await inUnit(begun, async (unit) => {
    const definition = { name: 'Compute hours', event_name: 'compute.finished', aggregation: 'sum', property: 'hours', unit: 'hour' } as const;
    await putMeter(begun, unit, { code: 'lark_compute_hours', definition });
    await putPlan(begun, unit, {
      code: 'lark_compute',
      definition: {
        name: 'Compute',
        currency: 'USD',
        interval: { unit: 'month', count: 1 },
        prices: [
          { code: 'base_fee', name: 'Base Fee', type: 'fixed', amount: '25.00' },
          { code: 'compute_hours', name: 'Compute Hours', type: 'usage', meter: 'lark_compute_hours', included: '300', model: { type: 'per_unit', amount: '0.10' } },
        ],
      },
    });
  });
  const customerId = await inUnit(begun, async (unit) => {
    const profile = { externalId: EXTERNAL_ID, name: 'John Doe', email: 'john.doe@example.com', currency: 'USD', timezone: ZONE };
    const { customer } = await createCustomer(begun, unit, profile);
    await subscribe(begun, unit, { customerId: customer.id, plan: 'lark_compute', startsAt });
    return customer.id;
  });
  const outcomes = await ingestEvents(engine, events);
  const wrong = outcomes.find((outcome) => outcome.status !== 'accepted');
  if (wrong !== undefined) throw new Error(`an event of the demo was not accepted: ${JSON.stringify(wrong)}`);
  return { id: customerId, externalId: EXTERNAL_ID };
}

/** When the subject subscribed and what it has run since, seen from `now`. */
export function inventLarkUse(customer: string, now: Instant): { startsAt: Instant; events: EventInput[] } {
  const startsAt = startOfLocalDay(plusLocalDays(now, -AGE_DAYS, ZONE), ZONE);
  const events = RUNS.map((hours, index): EventInput => {
    const at = instant(startsAt + Math.floor(((now - startsAt) * (index + 1)) / (RUNS.length + 1)));
    return { id: `run-${index + 1}`, customer, name: 'compute.finished', timestamp: instantText(at), properties: { hours } };
  });
  return { startsAt, events };
}
