import { describe, expect, it } from 'vitest';
import { at, event, meter } from '../../test/support/core.js';
import { MAX_PROPERTIES_LENGTH, meterFault, parseEvent, type EventInput } from './event.js';
import { instant, instantText } from './instant.js';

const NOW = at('2026-01-31T12:00:00Z');
const INPUT: EventInput = { id: 'e-1', customer: 'acme', name: 'calls', timestamp: '2026-01-31T11:00:00+01:00', properties: { n: 1 } };

function pointerOf(over: Partial<EventInput>): string | undefined {
  const parsed = parseEvent({ ...INPUT, ...over }, NOW);
  return 'fault' in parsed ? parsed.fault.pointer : undefined;
}

describe('parseEvent', () => {
  it('takes the moment from the timestamp, or else now', () => {
    expect(parseEvent(INPUT, NOW)).toEqual({ event: { id: 'e-1', name: 'calls', occurredAt: at('2026-01-31T10:00:00Z'), properties: { n: 1 } } });
    expect(parseEvent({ id: 'e', customer: 'c', name: 'n' }, NOW)).toEqual({ event: { id: 'e', name: 'n', occurredAt: NOW, properties: {} } });
  });

  it.each<[Partial<EventInput>, string]>([
    [{ id: '' }, '/id'], [{ id: 'x'.repeat(256) }, '/id'], [{ id: 'a\u0000' }, '/id'], [{ id: 'a\nb' }, '/id'], [{ id: '\udc00' }, '/id'],
    [{ customer: '' }, '/customer'], [{ name: '' }, '/name'], [{ timestamp: 'yesterday' }, '/timestamp'], [{ timestamp: '2026-02-30T00:00:00Z' }, '/timestamp'],
    [{ properties: { text: 'x'.repeat(MAX_PROPERTIES_LENGTH) } }, '/properties'],
  ])('refuses %j', (over, pointer) => {
    expect(pointerOf(over)).toBe(pointer);
  });

  it('takes any age since 1900, and up to an hour ahead', () => {
    expect(pointerOf({ timestamp: '1900-01-01T00:00:00Z' })).toBeUndefined();
    expect(pointerOf({ timestamp: '1899-12-31T23:59:59.999Z' })).toBe('/timestamp');
    expect(pointerOf({ timestamp: instantText(instant(NOW + 3_600_000)) })).toBeUndefined();
    expect(pointerOf({ timestamp: instantText(instant(NOW + 3_600_001)) })).toBe('/timestamp');
  });

  it('takes names in any script', () => {
    expect(pointerOf({ id: '訂單-1 🧾', name: 'llamada número uno' })).toBeUndefined();
  });
});

describe('meterFault', () => {
  it('names the event when nothing counts it', () => {
    expect(meterFault(event('e', '2026-01-01'), [])?.pointer).toBe('/name');
  });

  it('names the first property that does not fit, as a JSON pointer', () => {
    expect(meterFault(event('e', '2026-01-01', 'x'), [meter()])?.pointer).toBe('/properties/n');
    expect(meterFault(event('e', '2026-01-01'), [meter('calls', { property: 'a/b~c' })])?.pointer).toBe('/properties/a~1b~0c');
  });

  it('finds nothing wrong with what every meter takes', () => {
    expect(meterFault(event('e', '2026-01-01', '1.5'), [meter(), meter('other', { aggregation: 'count' })])).toBeUndefined();
  });
});
