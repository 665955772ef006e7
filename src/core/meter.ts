import { ONE, ZERO, add, decimalFromJson, divide, larger, parseDecimal, isPositive, type Decimal } from './decimal.js';
import type { Instant } from './instant.js';
import { checkCode, nameFault } from './name.js';
import { invalidInput, type InputError } from './problems.js';

export type Aggregation = 'count' | 'sum' | 'max' | 'last' | 'unique';

/** Turns what is counted into what is sold: seconds into minutes, say. Applied to a window's total, not per event. */
export interface Conversion {
  readonly divideBy: Decimal;
  readonly round: 'up' | 'none';
}

/** How events turn into a quantity. Fixed from the moment a plan names it. */
export interface Meter {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly eventName: string;
  readonly aggregation: Aggregation;
  /** The event property that is added, compared or told apart; null for `count`. */
  readonly property: string | null;
  readonly unit: string | null;
  readonly dimensions: readonly string[];
  readonly conversion: Conversion | null;
}

/** A meter as the API takes it. */
export interface MeterDefinition {
  readonly name?: string | undefined;
  readonly event_name: string;
  readonly aggregation: Aggregation;
  readonly property?: string | null | undefined;
  readonly unit?: string | null | undefined;
  readonly dimensions?: readonly string[] | null | undefined;
  readonly conversion?: { readonly divide_by: string; readonly round?: 'up' | 'none' | undefined } | null | undefined;
}

/** Decimal places of a conversion that is not rounded up to whole units; half away from zero. */
export const CONVERSION_SCALE = 16;

/** @throws Refusal `invalid_request` naming each wrong field. */
export function parseMeter(input: { id: string; code: string; definition: MeterDefinition }): Meter {
  const { definition } = input;
  const errors: InputError[] = [];
  checkCode(input.code, '/code', errors);
  const nameWrong = nameFault(definition.event_name);
  if (nameWrong !== undefined) errors.push({ pointer: '/event_name', detail: nameWrong });
  const property = definition.property ?? null;
  if (definition.aggregation !== 'count' && (property === null || property === '')) {
    errors.push({ pointer: '/property', detail: `is needed for the aggregation "${definition.aggregation}"` });
  }
  const divideBy = definition.conversion == null ? ONE : parseDecimal(definition.conversion.divide_by);
  if (divideBy === undefined || !isPositive(divideBy)) errors.push({ pointer: '/conversion/divide_by', detail: 'must be a decimal above zero' });
  const dimensions = definition.dimensions ?? [];
  if (new Set(dimensions).size !== dimensions.length) errors.push({ pointer: '/dimensions', detail: 'must not name a dimension twice' });
  if (errors.length > 0) throw invalidInput(errors);
  return {
    id: input.id,
    code: input.code,
    name: definition.name ?? input.code,
    eventName: definition.event_name,
    aggregation: definition.aggregation,
    property: definition.aggregation === 'count' ? null : property,
    unit: definition.unit ?? null,
    dimensions,
    conversion: definition.conversion == null ? null : { divideBy: divideBy ?? ONE, round: definition.conversion.round ?? 'none' },
  };
}

const OWN_NAME = 'meter:';

/**
 * The name of events that this meter alone counts: what is brought in from elsewhere as its total must not be counted by
 * others of the same event name.
 */
export function ownEventName(meterCode: string): string {
  return `${OWN_NAME}${meterCode}`;
}

/** The names of the events that the meter counts. */
export function eventNamesOf({ eventName, code }: Pick<Meter, 'eventName' | 'code'>): [string, string] {
  return [eventName, ownEventName(code)];
}

/** Whether the meter counts events of this name. */
export function isCountedBy(meter: Meter, eventName: string): boolean {
  // Nearly every event has an ordinary name: no other is put together for it.
  return meter.eventName === eventName || (eventName.startsWith(OWN_NAME) && eventName === ownEventName(meter.code));
}

/** True when two meters count alike; names and units are only words. */
export function isSameCounting(left: Meter, right: Meter): boolean {
  return countingText(left) === countingText(right);
}

/** How the meter counts; equal texts count alike. */
export function countingText({ eventName, aggregation, property, dimensions, conversion }: Meter): string {
  return JSON.stringify([eventName, aggregation, property, dimensions, conversion === null ? null : [conversion.divideBy.toFixed(), conversion.round]]);
}

/** What one event is to one meter. */
export interface Measurement {
  readonly eventId: string;
  readonly occurredAt: Instant;
  /** What is added or compared; for `count` how often it happened, for `unique` one. */
  readonly value: Decimal;
  /** What `unique` tells apart; null for the others. */
  readonly member: string | null;
}

/** The measurement of an event's properties, or a sentence that says which property is wrong. */
export function measure(
  meter: Meter,
  event: { id: string; occurredAt: Instant; properties: Readonly<Record<string, unknown>>; occurrences?: Decimal },
): Measurement | { readonly property: string; readonly fault: string } {
  const base = { eventId: event.id, occurredAt: event.occurredAt };
  if (meter.property === null) return { ...base, value: event.occurrences ?? ONE, member: null };
  const given = event.properties[meter.property];
  if (given === undefined || given === null) return { property: meter.property, fault: `is needed by the meter "${meter.code}"` };
  if (meter.aggregation === 'unique') {
    if (typeof given !== 'string' && typeof given !== 'number') return { property: meter.property, fault: 'must be a string or a number' };
    const wrong = nameFault(String(given));
    return wrong === undefined ? { ...base, value: ONE, member: String(given) } : { property: meter.property, fault: wrong };
  }
  const value = decimalFromJson(given);
  if (value === undefined) return { property: meter.property, fault: 'must be a number or a plain decimal string' };
  return { ...base, value, member: null };
}

/** What a window has counted so far, in the meter's raw units (before conversion). */
export interface Tally {
  readonly used: Decimal;
  readonly events: number;
  /** The event that `last` stands on: the greatest by (occurredAt, eventId); null for other aggregations. */
  readonly last: { readonly at: Instant; readonly eventId: string } | null;
}

export const EMPTY_TALLY: Tally = { used: ZERO, events: 0, last: null };

/**
 * The tally with one more event. The result does not depend on the order of events: `last` breaks ties of time
 * by event id. `isNewMember` matters for `unique` only.
 */
export function tallyEvent(input: { aggregation: Aggregation; tally: Tally; measurement: Measurement; isNewMember: boolean }): Tally {
  const { tally, measurement } = input;
  const events = tally.events + 1;
  switch (input.aggregation) {
    case 'count':
    case 'sum':
      return { used: add(tally.used, measurement.value), events, last: null };
    case 'unique':
      return { used: input.isNewMember ? add(tally.used, ONE) : tally.used, events, last: null };
    case 'max':
      return { used: tally.events === 0 ? measurement.value : larger(tally.used, measurement.value), events, last: null };
    case 'last':
      return isLater(measurement, tally.last)
        ? { used: measurement.value, events, last: { at: measurement.occurredAt, eventId: measurement.eventId } }
        : { ...tally, events };
  }
}

/** Raw units turned into sold units. */
export function convert(meter: Meter, raw: Decimal): Decimal {
  if (meter.conversion === null) return raw;
  const { divideBy, round } = meter.conversion;
  return round === 'up'
    ? divide({ dividend: raw, divisor: divideBy, scale: 0, rounding: 'away_from_zero' })
    : divide({ dividend: raw, divisor: divideBy, scale: CONVERSION_SCALE, rounding: 'half_away_from_zero' });
}

/** How long the values of all dimensions of an event may be together, in UTF-16 units: they become part of a key. */
export const MAX_COORDINATES_LENGTH = 800;

/**
 * The values of dimensions in an event, in their order; what is missing or cannot be counted by is the empty string.
 * (Events are refused for such values when they come in; those that were there before a meter had its dimensions are not.)
 */
export function coordinates(dimensions: readonly string[], properties: Readonly<Record<string, unknown>>): string[] {
  const values = dimensions.map((dimension) => (unfitCoordinate(dimension, properties) ? '' : coordinateText(properties[dimension])));
  return values.join('').length > MAX_COORDINATES_LENGTH ? values.map(() => '') : values;
}

/** The first dimension whose value cannot be counted by: too long, alone or with the others, or with control characters. */
export function unfitDimension(dimensions: readonly string[], properties: Readonly<Record<string, unknown>>): string | undefined {
  const unfit = dimensions.find((dimension) => unfitCoordinate(dimension, properties));
  if (unfit !== undefined) return unfit;
  const together = dimensions.reduce((length, dimension) => length + coordinateText(properties[dimension]).length, 0);
  return together > MAX_COORDINATES_LENGTH ? dimensions[0] : undefined;
}

function unfitCoordinate(dimension: string, properties: Readonly<Record<string, unknown>>): boolean {
  const text = coordinateText(properties[dimension]);
  return text !== '' && nameFault(text) !== undefined;
}

function coordinateText(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}


function isLater(measurement: Measurement, last: Tally['last']): boolean {
  if (last === null || measurement.occurredAt > last.at) return true;
  return measurement.occurredAt === last.at && measurement.eventId > last.eventId;
}
