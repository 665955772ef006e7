import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { fault, startDocspace, type Portal } from '../support/docspace.js';

const TOO_MANY = fault(429, 'Too many requests', 'none');
const MINUTE_MS = 60_000;

describe('limits of the DocSpace surface', () => {
  let portal: Portal;
  beforeAll(async () => {
    portal = await startDocspace();
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  afterAll(() => portal.paidup.stop());

  /** The machine's clock stands still from now on; Paidup's own is another. */
  const holdClock = (): void => void vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  const headersOf = ({ headers }: { headers: Readonly<Record<string, unknown>> }) => ['limit', 'remaining', 'reset'].map((name) => headers[`x-ratelimit-${name}`]);

  it('take ten calls a minute of a key and a path that pays, counted from the first', async () => {
    holdClock();
    const [as, other] = [await portal.paidup.customerKey(portal.id), await portal.paidup.customerKey(portal.id)];
    const change = (key: string, path = 'payment/update') => portal.ask(path === 'payment/deposit' ? 'POST' : 'PUT', path, { as: key, body: {} });
    const reset = String(Math.ceil((Date.now() + MINUTE_MS) / 1000));
    const first = await change(as);
    for (let count = 2; count <= 9; count += 1) await change(as, count % 2 === 0 ? 'payment/update/' : 'payment/update');
    const [tenth, eleventh] = [await change(as), await change(as)];
    const elsewhere = [await change(other), await change(as, 'payment/deposit'), await portal.ask('GET', 'payment/customerinfo', { as })];
    vi.setSystemTime(Date.now() + MINUTE_MS);
    const later = await change(as);

    expect([first.status, headersOf(first)]).toEqual([400, ['10', '9', reset]]);
    expect([tenth.status, headersOf(tenth), tenth.headers['retry-after']]).toEqual([400, ['10', '0', reset], undefined]);
    expect([eleventh.status, eleventh.body, headersOf(eleventh), eleventh.headers['retry-after']]).toEqual([429, TOO_MANY, ['10', '0', reset], '60']);
    expect(elsewhere.map(({ status }) => status)).toEqual([400, 400, 200]);
    expect(later.status).toBe(400);
  });

  it('take 1,500 calls a minute of a key in all', async () => {
    holdClock();
    const as = await portal.paidup.customerKey(portal.id);
    const read = () => portal.ask('HEAD', 'payment/topupsettings', { as });
    const first = await portal.ask('GET', 'payment/topupsettings', { as });
    for (let asked = 1; asked < 1499; asked += 107) await Promise.all(Array.from({ length: 107 }, read));
    const [last, refused] = [await portal.ask('GET', 'payment/topupsettings', { as }), await portal.ask('GET', 'payment/topupsettings', { as })];

    expect([first.status, headersOf(first).slice(0, 2)]).toEqual([200, ['1500', '1499']]);
    expect([last.status, headersOf(last)[1]]).toEqual([200, '0']);
    expect([refused.status, refused.body]).toEqual([429, TOO_MANY]);
    expect((await portal.ask('GET', 'payment/topupsettings')).status).toBe(200);
  });

  it('count nothing of who is refused by key or role', async () => {
    const as = await portal.paidup.customerKey(portal.id, ['docspace:user']);
    for (let count = 1; count <= 12; count += 1) {
      const answer = await portal.ask('PUT', 'payment/update', { as, body: {} });
      expect([answer.status, answer.headers['x-ratelimit-limit']]).toEqual([403, undefined]);
    }
  });
});

describe('addresses of the DocSpace surface', () => {
  let portal: Portal;
  beforeAll(async () => {
    portal = await startDocspace();
  });
  afterAll(() => portal.paidup.stop());

  it.each([
    ['payment/topupsettings', 'GET, HEAD, POST'],
    ['payment/deposit', 'POST'],
    ['payment/update', 'PUT'],
    ['payment/url', 'PUT'],
    ['payment/request', 'POST'],
    ['payment/customer/aibalance', 'GET, HEAD'],
    ['payment/accounting/prices/backup', 'GET, HEAD'],
    ['tariff', 'GET, HEAD'],
    ['quota/right', 'GET, HEAD'],
  ])('%s takes %s, and no other method', async (path, allowed) => {
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const) {
      for (const url of [path, `${path}/`]) {
        const answer = await portal.ask(method, url, method === 'GET' || method === 'HEAD' ? {} : { body: {} });
        const isTaken = allowed.split(', ').includes(method);
        expect([method, url, isTaken ? answer.status !== 405 : [answer.status, answer.body, answer.headers.allow]]).toEqual([method, url, isTaken ? true : [405, null, allowed]]);
      }
    }
  });

  it.each(['', 'payment', 'payment/', 'payment/nothing', 'payment/customer', 'payment/accounting/prices', 'payment/deposit/1', 'nothing', 'tariff/upcoming/1'])('"%s" is unknown, without a body', async (path) => {
    for (const method of ['GET', 'POST', 'DELETE'] as const) {
      const answer = await portal.ask(method, path);
      expect([method, answer.status, answer.body]).toEqual([method, 404, null]);
    }
  });

  it('answer HEAD as GET, without the body', async () => {
    for (const path of ['payment/quota', 'tariff', 'usedspace']) {
      const head = await portal.ask('HEAD', path);
      expect([path, head.status, head.body, head.headers['content-type']]).toEqual([path, 200, null, 'application/json; charset=utf-8']);
    }
  });

  it('say 401 before anything of the body is looked at', async () => {
    const answer = await portal.ask('POST', 'payment/deposit', { as: `sk-${'0'.repeat(64)}`, body: 'nonsense', headers: { 'content-type': 'text/plain' } });
    expect([answer.status, answer.body.error.message]).toEqual([401, 'Unauthorized']);
  });
});
