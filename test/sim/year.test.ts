import { describe, expect, it } from 'vitest';
import { verifyStore } from '../../src/service/verify.js';
import { STORES } from '../support/app.js';
import { ANNUAL, GROWTH, STARTER, defineCatalog, liveThrough, withWorld, type Invoice, type World } from '../support/year.js';

/* What the year in test/support/year.ts must cost is worked out here in whole cents and milliseconds, by other means than the engine's. */

/** Cents times the part of [from, to) that lies after `moment`, rounded half away from zero. */
function rest(cents: number, moment: string, from: string, to: string): number {
  const exact = BigInt(cents) * BigInt(Date.parse(to) - Date.parse(moment)) * 2n;
  const whole = BigInt(Date.parse(to) - Date.parse(from));
  return Number((exact + whole) / (2n * whole));
}

/** 21 % of a rounded subtotal, half away from zero. */
function withVat(cents: number): number {
  const sign = cents < 0 ? -1 : 1;
  return cents + sign * Math.floor((Math.abs(cents) * 21 + 50) / 100);
}

const PERIODS = ['2026-01-24T09:00:00Z', '2026-02-24T09:00:00Z', '2026-03-24T09:00:00Z', '2026-04-24T08:00:00Z', '2026-05-24T08:00:00Z', '2026-06-24T08:00:00Z', '2026-07-24T08:00:00Z'] as const;

/** What each invoice must come to before tax, in order. */
function expectedSubtotals(): Array<[date: string, cents: number]> {
  const [p0, p1, p2, p3, p4, p5, p6] = PERIODS;
  const change = (moment: string, span: readonly [string, string], legs: readonly number[]): number => legs.reduce((sum, cents) => sum + Math.sign(cents) * rest(Math.abs(cents), moment, span[0], span[1]), 0);
  return [
    [p0, STARTER.base + 3 * STARTER.seat],
    ['2026-02-10T12:00:00Z', change('2026-02-10T12:00:00Z', [p0, p1], [-STARTER.base, -3 * STARTER.seat, GROWTH.base, 3 * GROWTH.seat])],
    [p1, GROWTH.base + 3 * GROWTH.seat],
    ['2026-03-05T00:00:00Z', change('2026-03-05T00:00:00Z', [p1, p2], [-3 * GROWTH.seat, 7 * GROWTH.seat])],
    ['2026-03-15T00:00:00Z', change('2026-03-15T00:00:00Z', [p1, p2], [-7 * GROWTH.seat, 5 * GROWTH.seat])],
    [p2, GROWTH.base + 5 * GROWTH.seat],
    // 1,500 calls, 1,000 included, 0.02 each above.
    [p3, GROWTH.base + 5 * GROWTH.seat + 500 * 2],
    // The downgrade takes effect; 100 calls of the month before came late.
    [p4, STARTER.base + 5 * STARTER.seat + 100 * 2],
    [p5, STARTER.base + 5 * STARTER.seat],
    ['2026-06-30T10:00:00Z', change('2026-06-30T10:00:00Z', [p5, p6], [-STARTER.base, -5 * STARTER.seat])],
    ['2026-08-01T09:00:00Z', STARTER.base + 5 * STARTER.seat],
    ['2026-09-01T09:00:00Z', STARTER.base + 5 * STARTER.seat],
    // The yearly plan begins a new count: the month is given back from then on, the year charged.
    ['2026-09-10T00:00:00Z', change('2026-09-10T00:00:00Z', ['2026-09-01T09:00:00Z', '2026-10-01T09:00:00Z'], [-STARTER.base, -5 * STARTER.seat]) + ANNUAL],
    ['2026-12-01T00:00:00Z', change('2026-12-01T00:00:00Z', ['2026-09-10T00:00:00Z', '2027-09-10T00:00:00Z'], [-ANNUAL])],
  ];
}

/** Asks for the preview, then does it: what is due at once must be the same, line by line. */
async function command({ call }: World, path: string, body: object = {}): Promise<{ id: string }> {
  const preview = await call('POST', `${path}/preview`, body);
  const done = await call('POST', path, body);
  const issued: Invoice[] = await Promise.all((done.invoices as string[]).map((id) => call('GET', `/v1/invoices/${id}?explain=true`)));
  const shape = (invoices: Invoice[]): unknown => invoices.map(({ date, lines, subtotal, tax, total }) => ({ date, lines: lines.map((line) => ({ ...line, subscription: '' })), subtotal, tax, total }));
  expect(shape(issued), path).toEqual(shape(preview.due_now.invoices as Invoice[]));
  const upcoming = await call('GET', '/v1/customers/acme/upcoming-invoice?explain=true');
  expect(shape([upcoming]), path).toEqual(shape([preview.next_invoice]));
  expect(done.current_period).toEqual(preview.current_period);
  return done;
}

const cents = (text: string): number => Math.round(Number(text) * 100);

describe.each(STORES)('a scripted year on the %s store', (kind) => {
  it('gives the invoices that were worked out by hand, each line explained, and verify proves them', () =>
    withWorld(kind, async (world, engine) => {
      await defineCatalog(world);
      await liveThrough(world, command);

      const { data } = (await world.call('GET', '/v1/invoices?customer=acme&limit=100')) as { data: Invoice[] };
      const invoices: Invoice[] = await Promise.all(data.reverse().map(({ id }) => world.call('GET', `/v1/invoices/${id}?explain=true`)));
      expect(invoices.map((invoice) => [invoice.date, cents(invoice.subtotal.amount)])).toEqual(expectedSubtotals());
      expect(invoices.map((invoice) => cents(invoice.total.amount))).toEqual(expectedSubtotals().map(([, subtotal]) => withVat(subtotal)));
      expect(invoices.map((invoice) => invoice.number)).toEqual(invoices.map((_, index) => `INV-${String(index + 1).padStart(6, '0')}`));
      for (const { lines, subtotal } of invoices) {
        expect(lines.reduce((sum, line) => sum + cents(line.amount.amount), 0)).toBe(cents(subtotal.amount));
        for (const { explanation, amount } of lines) {
          expect(explanation.rule).not.toBe('');
          expect(Object.keys(explanation.policy)).not.toHaveLength(0);
          // The last step ends in the very amount.
          expect(explanation.steps.at(-1)).toContain(`${amount.amount} EUR`);
        }
      }
      const counted = invoices.flatMap((invoice) => invoice.lines).find((line) => line.kind === 'usage' && line.quantity === '1500');
      const events = await world.call('GET', counted?.explanation.events ?? '');
      expect((events.data as Array<{ id: string }>).map((event) => event.id)).toEqual(['busy', 'late']);

      const proof = await verifyStore(engine, { isRepair: false });
      expect(proof).toMatchObject({ invoices: invoices.length, differences: [] });
    }));

  it('says of each moment of the past what it said then', () =>
    withWorld(kind, async (world, engine) => {
      await defineCatalog(world);
      await world.call('PUT', '/v1/customers/acme', { name: 'Acme S.L.', currency: 'EUR', timezone: 'Europe/Madrid' });
      const { id } = await world.call('POST', '/v1/customers/acme/subscriptions', { plan: 'growth', quantities: { seat: '2' } });
      const said: Array<[moment: string, revision: number, state: unknown]> = [];
      const look = async (moment: string): Promise<void> => {
        await world.advanceTo(moment);
        const state = await world.call('GET', '/v1/customers/acme/state');
        said.push([moment, state.revision as number, withoutRevision(state)]);
      };
      await look('2026-01-15T00:00:00Z');
      await world.call('POST', '/v1/events', { events: [{ id: 'e1', customer: 'acme', name: 'call', timestamp: '2026-01-14T00:00:00Z', properties: { n: 1200 } }] });
      await look('2026-01-20T00:00:00Z');
      await world.call('POST', `/v1/subscriptions/${id}/change`, { quantities: { seat: '4' } });
      await look('2026-02-20T00:00:00Z');
      await world.call('POST', `/v1/subscriptions/${id}/pause`);
      await look('2026-03-20T00:00:00Z');
      for (const [moment, revision, state] of said) {
        const known = await world.call('GET', `/v1/customers/acme/state?at=${moment}&known_at_revision=${revision}`);
        expect(withoutRevision(known), moment).toEqual(state);
      }
      // By what is known today, what was used the day before it was reported had been used.
      const today = await world.call('GET', '/v1/customers/acme/state?at=2026-01-15T00:00:00Z');
      expect(today.usage[0].used).toBe('1200');
      expect((await verifyStore(engine, { isRepair: false })).differences).toEqual([]);
    }));
});

function withoutRevision(state: { revision?: number; customer?: object }): unknown {
  const { revision: _revision, customer: _customer, ...rest } = state;
  return rest;
}
