import { ONE, parseDecimal, type Decimal } from './decimal.js';
import { parseInstant, instantText, type Instant } from './instant.js';
import { measure, unfitDimension, type Meter } from './meter.js';
import { nameFault } from './name.js';
import { pointerToken, type InputError } from './problems.js';

/** A report that usage happened. Facts: kept for ever as they came. */
export interface UsageEvent {
  readonly id: string;
  readonly name: string;
  readonly occurredAt: Instant;
  readonly properties: Readonly<Record<string, unknown>>;
  /** A whole number: how many occurrences it stands for, to meters that count events. One unless told. */
  readonly occurrences?: Decimal;
}

/** An event as the API takes it. `timestamp` is RFC 3339, by default the moment it arrives. */
export interface EventInput {
  readonly id: string;
  readonly customer: string;
  readonly name: string;
  readonly timestamp?: string | undefined;
  readonly properties?: Readonly<Record<string, unknown>> | undefined;
  /** A whole number above zero, as a decimal. */
  readonly occurrences?: string | undefined;
}

/** How far ahead of the clock an event may lie: room for clocks that are off, none for mistakes. One hour. */
export const MAX_EVENT_FUTURE_MS = 3_600_000;

/** The oldest moment an event may name, 1900-01-01: older than any usage, and safe in every calendar involved. */
export const MIN_EVENT_AT = Date.UTC(1900, 0, 1) as Instant;

/** How long an event's properties may be as JSON, in UTF-16 units. */
export const MAX_PROPERTIES_LENGTH = 16_384;

/** How deep an event's properties may be nested: more than reports of usage ever are, far less than a parser's stack. */
export const MAX_PROPERTIES_DEPTH = 32;

const WHOLE = 'must be a whole number above zero, as a decimal string';

/** The input as an event's, or what is wrong with its shape; for input that nobody has looked at. */
export function readEventInput(value: unknown): EventInput | { readonly fault: InputError } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return fault('', 'must be an object');
  const fields = value as Readonly<Record<string, unknown>>;
  for (const field of ['id', 'customer', 'name'] as const) {
    if (typeof fields[field] !== 'string') return fault(`/${field}`, fields[field] === undefined ? 'is needed' : 'must be a string');
  }
  if (fields.timestamp !== undefined && typeof fields.timestamp !== 'string') return fault('/timestamp', 'must be an RFC 3339 date-time, such as 2026-01-31T09:30:00Z');
  if (fields.occurrences !== undefined && typeof fields.occurrences !== 'string') return fault('/occurrences', WHOLE);
  const { properties } = fields;
  if (properties !== undefined && (typeof properties !== 'object' || properties === null || Array.isArray(properties))) return fault('/properties', 'must be an object');
  return fields as unknown as EventInput;
}

/** The event, or what is wrong with it. Pointers are relative to the event. */
export function parseEvent(input: EventInput, now: Instant): { readonly event: UsageEvent } | { readonly fault: InputError } {
  for (const field of ['id', 'customer', 'name'] as const) {
    const wrong = nameFault(input[field]);
    if (wrong !== undefined) return fault(`/${field}`, wrong);
  }
  const occurredAt = input.timestamp === undefined ? now : parseInstant(input.timestamp);
  if (occurredAt === undefined) return fault('/timestamp', 'must be an RFC 3339 date-time, such as 2026-01-31T09:30:00Z');
  if (occurredAt < MIN_EVENT_AT) return fault('/timestamp', `must not be before ${instantText(MIN_EVENT_AT)}`);
  if (occurredAt > now + MAX_EVENT_FUTURE_MS) {
    return fault('/timestamp', `lies more than ${MAX_EVENT_FUTURE_MS / 60_000} minutes in the future; it is ${instantText(now)} here`);
  }
  const properties = input.properties ?? {};
  const wrong = propertiesFault(properties);
  if (wrong !== undefined) return { fault: wrong };
  const occurrences = input.occurrences === undefined ? ONE : parseDecimal(input.occurrences);
  if (occurrences === undefined || !occurrences.gt(0) || !occurrences.round(0, 0).eq(occurrences)) return fault('/occurrences', WHOLE);
  const event = { id: input.id, name: input.name, occurredAt, properties };
  return { event: occurrences.eq(ONE) ? event : { ...event, occurrences } };
}

/** What is wrong with an event's properties whatever counts them, or undefined. */
export function propertiesFault(properties: Readonly<Record<string, unknown>>): InputError | undefined {
  if (isDeeper(properties, MAX_PROPERTIES_DEPTH)) return { pointer: '/properties', detail: `must not be nested deeper than ${MAX_PROPERTIES_DEPTH} levels` };
  if (JSON.stringify(properties).length > MAX_PROPERTIES_LENGTH) return { pointer: '/properties', detail: `must not be longer than ${MAX_PROPERTIES_LENGTH} characters as JSON` };
  return undefined;
}

/** What is wrong with the event for the meters that count it (those with its name), or undefined. */
export function meterFault(event: UsageEvent, meters: readonly Meter[]): InputError | undefined {
  if (meters.length === 0) return { pointer: '/name', detail: `no meter counts events named "${event.name}"` };
  for (const meter of meters) {
    const unfit = unfitDimension(meter.dimensions, event.properties);
    if (unfit !== undefined) return { pointer: `/properties/${pointerToken(unfit)}`, detail: 'is not a value to count by: too long, or with control characters' };
    const measured = measure(meter, event);
    if ('fault' in measured) return { pointer: `/properties/${pointerToken(measured.property)}`, detail: measured.fault };
  }
  return undefined;
}

/** Whether the value has more than `levels` objects or arrays inside each other. */
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}

function fault(pointer: string, detail: string): { fault: InputError } {
  return { fault: { pointer, detail } };
}
