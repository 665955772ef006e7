import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyStore } from '../../src/service/verify.js';
import { STORES, startPaidup, type TestPaidup } from '../support/app.js';
import { at } from '../support/core.js';
import { LIMITS, defineGateCatalog, gateCustomer } from '../support/gate-catalog.js';

const NOW = at('2026-03-10T12:00:00Z');
const ASKED = 1000;
const LEFT = 500;

describe.each(STORES)('a thousand at once against 500 left, on the %s store', (store) => {
  let paidup: TestPaidup;

  beforeAll(async () => {
    paidup = await startPaidup({ store, now: NOW });
    await defineGateCatalog(paidup.call);
  });
  afterAll(async () => {
    expect((await verifyStore(paidup.engine, { isRepair: false })).differences).toEqual([]);
    await paidup.stop();
  });

  const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers of every shape
  const post = async (url: string, body: object): Promise<any> => (await sent(url, body)).body;
  /** A store that is overloaded says so (503), has done nothing, and is asked again. */
  const sent = async (url: string, body: object): ReturnType<TestPaidup['call']> => {
    const answer = await paidup.call('POST', url, body);
    return answer.status === 503 ? sent(url, body) : answer;
  };
  const allowedOf = <Answer extends { allowed: boolean }>(answers: readonly Answer[]): Answer[] => answers.filter(({ allowed }) => allowed);
  const total = (quantities: readonly string[]): number => quantities.reduce((sum, quantity) => sum + Number(quantity), 0);
  async function figures(url: string): Promise<{ used: string; held: string; available: string }> {
    const { entitlements, wallet } = (await paidup.call('GET', `${url}/state`)).body;
    return { used: entitlements[0].used, held: entitlements[0].held, available: wallet[0].available };
  }

  describe.each(LIMITS)('from $name', (limit) => {
    const name = (what: string): string => `${limit.plans.join('-')}-${what}`;

    it('accepts exactly 500 consumes of 1', async () => {
      const url = await gateCustomer(paidup.call, name('consume'), limit);
      const answers = await Promise.all(numbers(ASKED).map((n) => post(`${url}/consume`, { id: `c-${n}`, feature: 'calls', remedies: false })));

      expect(allowedOf(answers)).toHaveLength(LEFT);
      expect(new Set(allowedOf(answers).map(({ used }) => used)).size).toBe(LEFT);
      expect(await figures(url)).toMatchObject({ used: String(LEFT), held: '0', available: '0.00' });
    });

    it('takes exactly 500 in parts of 7', async () => {
      const url = await gateCustomer(paidup.call, name('partial'), limit);
      const answers = await Promise.all(numbers(90).map((n) => post(`${url}/consume`, { id: `c-${n}`, feature: 'calls', quantity: '7', partial: true, remedies: false })));

      expect(allowedOf(answers).map(({ quantity }) => Number(quantity)).sort((left, right) => left - right)).toEqual([3, ...numbers(71).map(() => 7)]);
      expect((await figures(url)).used).toBe(String(LEFT));
    });

    it('keeps to it with consumes, holds and events at once', async () => {
      const url = await gateCustomer(paidup.call, name('mixed'), limit);
      const reported = 40;
      const ways = [
        (n: number) => post(`${url}/consume`, { id: `c-${n}`, feature: 'calls', quantity: '6', remedies: false }),
        (n: number) => post(`${url}/holds`, { feature: 'calls', quantity: '12', expires_in: 60 + n }),
      ];
      const [answers] = await Promise.all([
        Promise.all(numbers(60).map((n) => (ways[n % 2] as (typeof ways)[0])(n))),
        ...numbers(reported).map((n) => post('/v1/events', { events: [{ id: `e-${n}`, customer: name('mixed'), name: 'call' }] })),
      ]);
      const consumed = allowedOf(answers).filter(({ remedies }) => remedies !== undefined);
      const held = allowedOf(answers).filter(({ remedies }) => remedies === undefined);
      const before = await figures(url);
      // Some for less, and what that leaves is used by others.
      const settled = await Promise.all(held.map(({ id }, n) => post(`${url}/holds/${String(id)}/settle`, { quantity: String(n % 6) })));
      const rest = await Promise.all(numbers(400).map((n) => post(`${url}/consume`, { id: `r-${n}`, feature: 'calls', remedies: false })));

      expect(before).toMatchObject({ used: String(6 * consumed.length + reported), held: String(12 * held.length) });
      // What was reported late counts above the limit; what is asked for never does.
      expect(6 * consumed.length + 12 * held.length).toBeLessThanOrEqual(LEFT);
      expect(settled.map(({ status }) => status)).toEqual(held.map(() => 'settled'));
      const accepted = total([...consumed, ...allowedOf(rest)].map(({ quantity }) => quantity)) + total(settled.map(({ feature }) => feature.settled));
      expect(accepted + reported).toBe(Number((await figures(url)).used));
      expect(Number((await figures(url)).used)).toBe(LEFT);
    });
  });

  it('sets aside exactly 500 units, and settles no more', async () => {
    const url = await gateCustomer(paidup.call, 'holds', { plans: ['hard'] });
    const answers = await Promise.all(numbers(ASKED).map(() => post(`${url}/holds`, { feature: 'calls', quantity: '5', expires_in: 60 })));
    const between = await figures(url);
    const settled = await Promise.all(allowedOf(answers).map(({ id }) => post(`${url}/holds/${String(id)}/settle`, {})));

    expect(total(allowedOf(answers).map(({ feature }) => feature.quantity))).toBe(LEFT);
    expect(between).toMatchObject({ used: '0', held: String(LEFT) });
    expect(total(settled.map(({ feature }) => feature.settled))).toBe(LEFT);
    expect(await figures(url)).toMatchObject({ used: String(LEFT), held: '0' });
  });

  it('sets aside exactly the money that is there, for an amount and for units', async () => {
    const url = await gateCustomer(paidup.call, 'money', { plans: ['paid'], credit: '5.00' });
    const ways = [{ amount: '0.05' }, { feature: 'calls', quantity: '5' }];
    const opened = (await Promise.all(numbers(140).map((n) => sent(`${url}/holds`, { expires_in: 60, ...ways[n % 2] })))).filter(({ status }) => status === 201);
    const between = await figures(url);
    await Promise.all(opened.map(({ body }) => post(`${url}/holds/${String((body as { id: string }).id)}/settle`, {})));
    const { wallet } = (await paidup.call('GET', `${url}/state`)).body;

    expect([opened.length, between.available]).toEqual([LEFT / 5, '0.00']);
    expect(wallet[0]).toMatchObject({ held: '0.00', available: '0.00' });
  });
});
