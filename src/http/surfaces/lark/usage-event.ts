import { Type, type Static } from 'typebox';
import { invalidInput } from '../../../core/problems.js';
import { ingestEvents } from '../../../service/event.js';
import { Nullable } from '../../schema.js';
import { subjectNotFound } from './failure.js';
import type { Call, Route } from './route.js';

/** A report of usage in Lark's words. Source: contracts/lark.md sections 3 and 4. */

const EventBody = Type.Object({
  event_name: Type.String(),
  idempotency_key: Type.String({ description: 'The same key counts once for a subject, for ever' }),
  subject_id: Type.String(),
  data: Type.Record(Type.String(), Type.Any(), { description: 'Strings and numbers by name; what the metric adds up must be there' }),
  timestamp: Type.Optional(Nullable(Type.String({ description: 'ISO 8601; now unless told' }))),
});

export const USAGE_EVENT_ROUTES: readonly Route[] = [
  // Safe to send again by its key, so the answer may be kept after the commit.
  { method: 'POST', path: '/usage-events', right: 'events:write', summary: 'Report usage', body: EventBody, result: Type.Object({}), work: { act: takeEvent } },
];

/** Paidup's names of an event's fields, in Lark's. */
const FIELDS: Record<string, string> = { id: 'idempotency_key', customer: 'subject_id', name: 'event_name', properties: 'data' };

/** A key that is known already is answered alike: nothing counts twice. */
async function takeEvent({ engine, request, subject }: Call): Promise<Record<string, never>> {
  const { event_name: name, idempotency_key: id, subject_id: subjectId, data, timestamp } = request.body as Static<typeof EventBody>;
  const customer = await subject(subjectId);
  const [outcome] = await ingestEvents(engine, [{ id, customer, name, properties: data, ...(timestamp == null ? {} : { timestamp }) }]);
  if (outcome?.status !== 'refused') return {};
  const [, field = '', ...rest] = outcome.pointer.split('/');
  if (field === 'customer') throw subjectNotFound();
  throw invalidInput([{ pointer: ['', FIELDS[field] ?? field, ...rest].join('/'), detail: outcome.reason }]);
}
