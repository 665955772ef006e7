import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STORES, startPaidup, type TestPaidup } from '../support/app.js';
import { at } from '../support/core.js';

const MONTH = { unit: 'month', count: 1 } as const;
const NOW = '2026-03-20T00:00:00Z';

interface Listed {
  external_id: string;
  status: string;
  subscriptions: Array<{ plan: { code: string }; status: string }>;
}

interface Page {
  data: Listed[];
  next_cursor: string | null;
}

/** Customers in the order in which they were made, each with what it is for. */
const MADE: ReadonlyArray<{ id: string; name?: string; currency?: string; plan?: string; over?: object; deed?: 'cancel' | 'pause' | 'cancel_later'; card?: string; uses?: number }> = [
  { id: 'bare', name: 'zebra' },
  { id: 'active', name: 'Anna', plan: 'pro' },
  { id: 'trial', name: 'Émile', plan: 'tried' },
  { id: 'paused', plan: 'pro', deed: 'pause' },
  { id: 'gone', name: 'anna', plan: 'pro', deed: 'cancel' },
  { id: 'leaving', plan: 'pro', deed: 'cancel_later' },
  { id: 'later', plan: 'other', over: { starts_at: '2026-04-01T00:00:00Z' } },
  { id: 'dollar', name: 'Max', currency: 'USD', plan: 'dollars' },
  { id: 'unpaid', plan: 'charged', card: 'card_declines' },
  { id: 'spent', plan: 'limited', uses: 3 },
  { id: 'frugal', plan: 'limited', uses: 2 },
];

describe.each(STORES)('the list of customers on %s', (store) => {
  let paidup: TestPaidup;
  const read = async (query: string): Promise<Page> => {
    const { status, body } = await paidup.call<Page>('GET', `/v1/customers?${query}`);
    expect(status, query).toBe(200);
    return body;
  };
  const names = async (query: string): Promise<string[]> => (await read(query)).data.map(({ external_id: id }) => id);

  beforeAll(async () => {
    paidup = await startPaidup({ store, now: at('2026-03-01T00:00:00Z') });
    const { call, clock } = paidup;
    await call('PUT', '/v1/meters/calls', { event_name: 'call', aggregation: 'count' });
    const plan = (code: string, over: object = {}) => call('PUT', `/v1/plans/${code}`, { name: code.toUpperCase(), currency: 'EUR', interval: MONTH, prices: [{ code: 'base', type: 'fixed', amount: '10' }], ...over });
    for (const code of ['pro', 'other']) await plan(code);
    await plan('tried', { trial_days: 30 });
    await plan('dollars', { currency: 'USD' });
    await plan('charged', { collection: 'charge' });
    await plan('limited', { prices: [{ code: 'calls', type: 'usage', meter: 'calls', included: '3', overage: 'blocked', model: { type: 'per_unit', amount: '0' } }] });
    for (const { id, name, currency = 'EUR', plan: code, over, deed, card, uses = 0 } of MADE) {
      await call('PUT', `/v1/customers/${id}`, { currency, ...(name === undefined ? {} : { name }) });
      if (card !== undefined) await call('PUT', `/v1/customers/${id}/payment-method`, { token: card });
      if (code === undefined) continue;
      const { body } = await call('POST', `/v1/customers/${id}/subscriptions`, { plan: code, ...over });
      if (deed !== undefined) await call('POST', `/v1/subscriptions/${String(body.id)}/${deed === 'pause' ? 'pause' : 'cancel'}`, deed === 'cancel_later' ? { at_period_end: true } : {});
      if (uses > 0) await call('POST', '/v1/events', { events: Array.from({ length: uses }, (_, index) => ({ id: `e-${index}`, customer: id, name: 'call' })) });
    }
    await call('PUT', '/v1/customers/deleted', { currency: 'EUR', name: 'Deleted' });
    await call('POST', '/v1/customers/deleted/subscriptions', { plan: 'pro' });
    await call('DELETE', '/v1/customers/deleted');
    await paidup.engine.charges.idle();
    clock.set(at(NOW));
  });
  afterAll(() => paidup.stop());

  it.each([
    ['newest', MADE.map(({ id }) => id).reverse()],
    ['oldest', MADE.map(({ id }) => id)],
    // Bytes in lower case: a letter with an accent stands behind z.
    ['name', ['active', 'gone', 'frugal', 'later', 'leaving', 'dollar', 'paused', 'spent', 'unpaid', 'bare', 'trial']],
  ])('goes by %s, page by page without a gap', async (sort, expected) => {
    const paged: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Page = await read(`sort=${sort}&limit=2${cursor === null ? '' : `&cursor=${cursor}`}`);
      paged.push(...page.data.map(({ external_id: id }) => id));
      cursor = page.next_cursor;
    } while (cursor !== null);

    expect(paged).toEqual(expected);
    expect(await names(`sort=${sort}`)).toEqual(expected);
  });

  it('shows of each what it has', async () => {
    const { data } = await read('sort=oldest');

    expect(data.map(({ external_id: id, status, subscriptions }) => [id, status, subscriptions.map(({ plan, status: one }) => `${plan.code} ${one}`)])).toEqual([
      ['bare', 'none', []], ['active', 'active', ['pro active']], ['trial', 'trialing', ['tried trialing']], ['paused', 'paused', ['pro paused']], ['gone', 'canceled', []], ['leaving', 'active', ['pro active']],
      ['later', 'scheduled', ['other scheduled']], ['dollar', 'active', ['dollars active']], ['unpaid', 'active', ['charged active']], ['spent', 'active', ['limited active']], ['frugal', 'active', ['limited active']],
    ]);
  });

  it.each([
    ['status=active', ['active', 'leaving', 'dollar', 'unpaid', 'spent', 'frugal']],
    ['status=trialing', ['trial']],
    ['status=paused', ['paused']],
    ['status=scheduled', ['later']],
    ['status=canceled', ['gone']],
    ['status=none', ['bare']],
    ['plan=pro', ['active', 'paused', 'leaving']],
    ['plan=pro&status=active', ['active', 'leaving']],
    ['plan=pro&status=canceled', ['gone']],
    ['plan=tried&status=active', []],
    ['plan=nothing', []],
    ['currency=usd', ['dollar']],
    ['currency=EUR&status=trialing', ['trial']],
    ['query=ann', ['active', 'gone']],
    ['query=ann&status=active', ['active']],
    ['query=%C3%A9MILE', ['trial']],
    ['query=IAL', ['trial']],
    ['query=%25', []],
    ['query=_nna', []],
    ['attention=payment_failed', ['unpaid']],
    ['attention=overdue', ['active', 'paused', 'gone', 'leaving', 'dollar']],
    ['attention=overdue&plan=dollars', ['dollar']],
    ['attention=overdue&overdue_days=30', []],
    ['attention=limit_reached', ['spent']],
    ['attention=wallet_low', []],
  ])('is narrowed by %s', async (query, expected) => {
    expect(await names(`${query}&sort=oldest`)).toEqual(expected);
    expect(await names(`${query}&sort=newest`)).toEqual([...expected].reverse());
    expect([...(await names(`${query}&sort=name`))].sort()).toEqual([...expected].sort());
  });

  it('knows at once what has changed', async () => {
    await paidup.call('POST', '/v1/events', { events: [{ id: 'e-more', customer: 'frugal', name: 'call' }] });
    const reached = await names('attention=limit_reached&sort=oldest');
    await paidup.call('PUT', '/v1/customers/bare', { name: 'Aardvark', currency: 'EUR' });
    await paidup.call('POST', '/v1/customers/bare/subscriptions', { plan: 'other' });

    expect(reached).toEqual(['spent', 'frugal']);
    expect(await names('plan=other&status=active')).toEqual(['bare']);
    expect((await names('sort=name&limit=1'))[0]).toBe('bare');
  });

  it('refuses what makes no sense', async () => {
    const status = async (query: string): Promise<number> => (await paidup.call('GET', `/v1/customers?${query}`)).status;

    expect([await status('cursor=x'), await status('status=happy'), await status('sort=size'), await status('currency=XXQ'), await status('attention=all')]).toEqual([400, 400, 400, 400, 400]);
  });

  it('refuses the place of another order, and takes text as it stands', async () => {
    await paidup.call('PUT', '/v1/customers/strange', { currency: 'EUR', name: 'a%_\\ 😀' });
    const { next_cursor: cursor } = await read('sort=name&limit=1');
    const status = async (query: string): Promise<number> => (await paidup.call('GET', `/v1/customers?${query}`)).status;
    const forged = (text: string): string => Buffer.from(text).toString('base64url');

    expect([await status(`cursor=${cursor}`), await status(`cursor=${cursor}&sort=oldest`), await status(`cursor=${cursor}&sort=name`)]).toEqual([400, 400, 200]);
    expect([await status(`cursor=${forged('name 1 \0')}&sort=name`), await status(`cursor=${forged('newest -1 ')}`), await status('query=%00')]).toEqual([400, 400, 400]);
    for (const text of ['%', '_', '\\', '😀', 'a%_\\ 😀']) expect(await names(`query=${encodeURIComponent(text)}`)).toEqual(['strange']);
    expect(await names(`query=${'a'.repeat(800)}`)).toEqual([]);
  });

  it('loses nobody and shows nobody twice while others come and go', async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    for (let added = 0; added === 0 || cursor !== null; added += 1) {
      const page: Page = await read(`sort=name&limit=2${cursor === null ? '' : `&cursor=${cursor}`}`);
      seen.push(...page.data.map(({ external_id: id }) => id));
      cursor = page.next_cursor;
      await paidup.call('PUT', `/v1/customers/came-${added}`, { currency: 'EUR', name: 'Anna' });
      if (added === 1) await paidup.call('DELETE', '/v1/customers/frugal');
    }
    const there = MADE.map(({ id }) => id).filter((id) => id !== 'frugal');

    expect(seen.filter((id) => !id.startsWith('came') && id !== 'frugal' && id !== 'strange').sort()).toEqual([...there].sort());
    expect(new Set(seen).size).toBe(seen.length);
    expect(await names('plan=limited')).toEqual(['spent']);
  });

  it('goes on by itself when time does', async () => {
    paidup.clock.set(at('2026-04-02T00:00:00Z'));
    const later = [await names('status=trialing'), await names('status=scheduled'), await names('status=canceled&sort=oldest'), await names('attention=limit_reached')];

    expect(later).toEqual([[], [], ['gone', 'leaving'], []]);
  });
});
