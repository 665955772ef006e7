import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPaidup, STORES, type TestPaidup } from '../support/app.js';
import { at } from '../support/core.js';

describe.each(STORES)('the sandbox clock on the %s store', (store) => {
  let paidup: TestPaidup;
  const move = (body: object, headers?: Record<string, string>) => paidup.call('POST', '/v1/sandbox/clock', body, headers);

  beforeAll(async () => {
    paidup = await startPaidup({ store, now: at('2026-01-31T12:00:00Z'), isSandbox: true });
    await paidup.call('PUT', '/v1/plans/pro', { currency: 'EUR', interval: { unit: 'month', count: 1 }, prices: [{ code: 'base', type: 'fixed', amount: '10.00' }] });
    await paidup.call('PUT', '/v1/customers/acme', { currency: 'EUR' });
    await paidup.call('POST', '/v1/customers/acme/subscriptions', { plan: 'pro' });
  });
  afterAll(() => paidup.stop());

  it('does everything that falls due on the way, each at its own moment, in order', async () => {
    expect((await move({ advance: { days: 90 } })).body).toEqual({ now: '2026-05-01T12:00:00Z' });
    const { body } = await paidup.call('GET', '/v1/invoices?customer=acme');
    const told = (body.data as Array<{ number: string; date: string; issued_at: string }>).map(({ number, date, issued_at: issued }) => [number, date, issued]).reverse();
    expect(told).toEqual([
      ['INV-000001', '2026-01-31T12:00:00Z', '2026-01-31T12:00:00Z'], ['INV-000002', '2026-02-28T12:00:00Z', '2026-02-28T12:00:00Z'],
      ['INV-000003', '2026-03-31T12:00:00Z', '2026-03-31T12:00:00Z'], ['INV-000004', '2026-04-30T12:00:00Z', '2026-04-30T12:00:00Z'],
    ]);
  });

  it('moves once per idempotency key', async () => {
    const before = (await paidup.call('GET', '/v1/sandbox/clock')).body.now as string;
    const once = await move({ advance: { hours: 1 } }, { 'idempotency-key': 'k' });
    const again = await move({ advance: { hours: 1 } }, { 'idempotency-key': 'k' });
    expect(again.body).toEqual(once.body);
    expect(Date.parse(once.body.now as string) - Date.parse(before)).toBe(3_600_000);
  });

  it.each([
    [{ set: '2020-01-01T00:00:00Z' }, '/set'], [{ set: '2500-01-01T00:00:00Z' }, '/set'], [{ set: 'soon' }, '/set'], [{}, '/set'], [{ set: '2030-01-01T00:00:00Z', advance: { days: 1 } }, '/set'],
    [{ advance: { years: 1_000_000 } }, '/advance'], [{ advance: { days: -1 } }, '/advance/days'], [{ advance: { fortnights: 1 } }, '/advance'],
  ])('refuses %j', async (body, pointer) => {
    const { status, body: problem } = await move(body);
    expect(status).toBe(400);
    expect((problem.errors as Array<{ pointer: string }>)[0]?.pointer).toBe(pointer);
  });

  it('moves that come at once wait for each other', async () => {
    const before = Date.parse((await paidup.call('GET', '/v1/sandbox/clock')).body.now as string);
    await Promise.all(Array.from({ length: 5 }, () => move({ advance: { days: 10 } })));
    const after = Date.parse((await paidup.call('GET', '/v1/sandbox/clock')).body.now as string);
    expect(after - before).toBe(50 * 86_400_000);
  });
});

it('is refused outside of a sandbox, with a problem that says what would work', async () => {
  const paidup = await startPaidup();
  const { status, body } = await paidup.call('POST', '/v1/sandbox/clock', { advance: { days: 1 } });
  expect([status, body.type]).toEqual([409, '/problems/sandbox_only']);
  expect(body.detail).toContain('--sandbox');
  await paidup.stop();
});
