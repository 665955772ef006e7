import { meterFault, parseEvent, readEventInput, type EventInput } from '../core/event.js';
import type { Instant } from '../core/instant.js';
import type { Intake } from '../core/intake.js';
import { findCustomerIds } from './customer.js';
import type { Engine, EventToRecord } from './engine.js';

/** What came of one event of a call. `pointer` is relative to the event. */
export type EventOutcome =
  | ({ readonly id: string } & Extract<Intake, { status: 'accepted' | 'duplicate' }>)
  | { readonly id: string; readonly status: 'refused'; readonly pointer: string; readonly reason: string };

/** Takes each event for itself: what is wrong with one leaves the others as they are. Resolves after the commit. */
export async function ingestEvents(engine: Engine, values: readonly unknown[]): Promise<EventOutcome[]> {
  const now = engine.clock.now();
  const inputs = values.map(readEventInput);
  const readable = inputs.filter((input): input is EventInput => !('fault' in input));
  if (readable.some((input) => engine.catalog.metersOf(input.name).length === 0)) await engine.catalog.refresh();
  const customers = await findCustomerIds(engine, readable.map((input) => input.customer));
  const outcomes = inputs.map((input, index) => {
    if ('fault' in input) return refused(idOf(values[index]), input.fault.pointer, input.fault.detail);
    return checkEvent(engine, { input, customerId: customers.get(input.customer), now });
  });
  const toRecord = outcomes.filter((outcome): outcome is EventToRecord => 'event' in outcome);
  const recorded = await engine.events.submit(toRecord);
  let next = 0;
  return outcomes.map((outcome): EventOutcome => {
    if (!('event' in outcome)) return outcome;
    const { id } = outcome.event;
    const intake = recorded[next];
    next += 1;
    if (intake === undefined) return refused(id, '/customer', 'there is no such customer');
    if (intake.status === 'decided' || intake.status === 'refused') throw new Error('a reported event was taken for a use to decide');
    return { id, ...intake };
  });
}

function checkEvent(engine: Engine, context: { input: EventInput; customerId: string | undefined; now: Instant }): EventToRecord | Extract<EventOutcome, { status: 'refused' }> {
  const { input, customerId, now } = context;
  const parsed = parseEvent(input, now);
  if ('fault' in parsed) return refused(input.id, parsed.fault.pointer, parsed.fault.detail);
  const wrong = meterFault(parsed.event, engine.catalog.metersOf(parsed.event.name));
  if (wrong !== undefined) return refused(input.id, wrong.pointer, wrong.detail);
  if (customerId === undefined) return refused(input.id, '/customer', `there is no customer "${input.customer}"`);
  return { customerId, event: parsed.event };
}

/** The id that unreadable input seems to have, so that its sender finds it again. */
function idOf(value: unknown): string {
  const id = (value as { id?: unknown } | null)?.id;
  return typeof id === 'string' ? id : '';
}

function refused(id: string, pointer: string, reason: string): Extract<EventOutcome, { status: 'refused' }> {
  return { id, status: 'refused', pointer, reason };
}
