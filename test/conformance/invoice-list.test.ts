import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STORES, startPaidup, type TestPaidup } from '../support/app.js';
import { at } from '../support/core.js';

const MONTH = { unit: 'month', count: 1 } as const;

interface Listed {
  id: string;
  customer_external_id: string | null;
  customer_name: string | null;
  status: string;
  date: string;
}

interface Page {
  data: Listed[];
  next_cursor: string | null;
}

describe.each(STORES)('the list of invoices on %s', (store) => {
  let paidup: TestPaidup;
  const read = async (query: string): Promise<Page> => {
    const { status, body } = await paidup.call<Page>('GET', `/v1/invoices?${query}`);
    expect(status, query).toBe(200);
    return body;
  };
  const told = ({ data }: Page): string[] => data.map(({ customer_external_id: customer, date, status }) => `${customer ?? ''} ${date.slice(0, 10)} ${status}`);

  // Each is invoiced when it begins: "failed" by a card that declines, "paid" by one that does not, the others by hand.
  beforeAll(async () => {
    paidup = await startPaidup({ store, now: at('2026-03-01T00:00:00Z') });
    const { call, clock, engine } = paidup;
    const prices = [{ code: 'base', type: 'fixed', amount: '10' }];
    for (const [code, currency, collection] of [['sent', 'EUR', 'send'], ['dollars', 'USD', 'send'], ['charged', 'EUR', 'charge']]) {
      await call('PUT', `/v1/plans/${code ?? ''}`, { currency, interval: MONTH, collection, prices });
    }
    const begin = async (name: string, plan: string, day: string, card?: string): Promise<string> => {
      clock.set(at(day));
      await call('PUT', `/v1/customers/${name}`, { currency: plan === 'dollars' ? 'USD' : 'EUR', name: name.toUpperCase() });
      if (card !== undefined) await call('PUT', `/v1/customers/${name}/payment-method`, { token: card });
      const { invoices } = (await call<{ invoices: string[] }>('POST', `/v1/customers/${name}/subscriptions`, { plan })).body;
      await engine.charges.idle();
      return invoices[0] ?? '';
    };
    await begin('old', 'sent', '2026-03-01');
    await begin('failed', 'charged', '2026-03-02', 'card_declines');
    await begin('paid', 'charged', '2026-03-03', 'card_succeeds');
    const mended = await begin('mended', 'charged', '2026-03-04', 'card_declines');
    const voided = await begin('voided', 'sent', '2026-03-05');
    await begin('dollar', 'dollars', '2026-03-10');
    await begin('young', 'sent', '2026-03-19');
    await call('POST', `/v1/invoices/${voided}/void`, {});
    await call('POST', `/v1/invoices/${mended}/pay`, {});
    clock.set(at('2026-03-20'));
  });
  afterAll(() => paidup.stop());

  it('has those of all customers, newest or oldest first, page by page without a gap', async () => {
    for (const order of ['newest', 'oldest']) {
      const whole = await read(`order=${order}`);
      const paged: string[] = [];
      let cursor: string | null = null;
      do {
        const page: Page = await read(`order=${order}&limit=3${cursor === null ? '' : `&cursor=${cursor}`}`);
        paged.push(...page.data.map(({ id }) => id));
        cursor = page.next_cursor;
      } while (cursor !== null);
      expect(paged).toEqual(whole.data.map(({ id }) => id));
    }
    expect(told(await read('order=oldest'))).toEqual([
      'old 2026-03-01 open', 'failed 2026-03-02 open', 'paid 2026-03-03 paid', 'mended 2026-03-04 paid', 'voided 2026-03-05 void', 'dollar 2026-03-10 open', 'young 2026-03-19 open',
    ]);
    expect((await read('limit=1')).data[0]).toMatchObject({ customer_external_id: 'young', customer_name: 'YOUNG' });
  });

  it.each([
    ['status=paid', ['mended', 'paid']],
    ['status=void', ['voided']],
    ['currency=USD', ['dollar']],
    ['currency=usd&status=open', ['dollar']],
    ['currency=EUR&status=open', ['young', 'failed', 'old']],
    ['from=2026-03-02T00:00:00Z&to=2026-03-04T00:00:00Z', ['paid', 'failed']],
    ['customer=old', ['old']],
    ['customer=old&status=paid', []],
    ['status=draft', []],
  ])('is narrowed by %s', async (query, names) => {
    const { data } = await read(query);

    expect(data.map(({ customer_external_id: name }) => name)).toEqual(names);
  });

  it.each([
    ['attention=payment_failed', ['failed']],
    // 14 days ago is 6 March.
    ['attention=overdue', ['old']],
    ['attention=overdue&overdue_days=1', ['dollar', 'old']],
    ['attention=overdue&overdue_days=0&currency=EUR', ['young', 'old']],
  ])('says what needs attention: %s', async (query, names) => {
    expect((await read(query)).data.map(({ customer_external_id: name }) => name)).toEqual(names);
  });

  it('no longer calls failed what is being charged again, or was paid', async () => {
    const [{ id } = { id: '' }] = (await read('attention=payment_failed')).data;
    await paidup.call('PUT', '/v1/customers/failed/payment-method', { token: 'card_succeeds' });
    await paidup.call('POST', `/v1/invoices/${id}/charge`);
    const during = await read('attention=payment_failed');
    await paidup.engine.charges.idle();

    expect(during.data).toEqual([]);
    expect((await read('attention=payment_failed')).data).toEqual([]);
    expect(told(await read('customer=failed'))).toEqual(['failed 2026-03-02 paid']);
  });

  it('refuses what makes no sense', async () => {
    const status = async (query: string): Promise<number> => (await paidup.call('GET', `/v1/invoices?${query}`)).status;

    expect([await status('currency=XXQ'), await status('from=soon'), await status('attention=all'), await status('cursor=x'), await status('customer=nobody')]).toEqual([400, 400, 400, 400, 404]);
  });
});
