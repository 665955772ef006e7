import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { PaidupUnreachable, createClient, type Client, type ClientOptions } from '../../sdk/src/index.js';
import { problemOf } from '../support/sdk.js';

const HOUR_MS = 3_600_000;
const ELSEWHERE = 'http://127.0.0.1:9';

describe('a server that is not well', () => {
  let stub: Server | undefined;
  afterEach(() => {
    stub?.closeAllConnections();
    stub?.close();
  });

  /** A server that gives these answers in turn; it keeps what it was asked. */
  async function flaky(...answers: Array<(response: ServerResponse) => void>): Promise<{ asked: IncomingMessage[]; make: (options?: Partial<ClientOptions>) => Client }> {
    const asked: IncomingMessage[] = [];
    stub = createServer((request, response) => {
      asked.push(request);
      request.resume().on('end', () => answers[Math.min(asked.length, answers.length) - 1]?.(response));
    });
    await listening(stub);
    const { port } = stub.address() as AddressInfo;
    return { asked, make: (options) => createClient({ url: `http://127.0.0.1:${port}/`, key: 'sk-secret-of-the-test', ...options }) };
  }
  const json = (status: number, body: unknown, headers: Record<string, string> = {}) => (response: ServerResponse): void => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
  const unavailable = json(503, { type: '/problems/store_unavailable', title: 'The store cannot be reached', detail: 'try again', instance: 'req-1' }, { 'retry-after': '0' });
  const cutOff = (response: ServerResponse): void => void response.destroy();
  const silent = (): void => undefined;

  it('repeats a read until it is answered', async () => {
    const { asked, make } = await flaky(unavailable, cutOff, json(200, { status: 'ok' }));

    expect(await make().health()).toEqual({ status: 'ok' });
    expect(asked).toHaveLength(3);
  });

  it('repeats a write under one idempotency key, and another write under another', async () => {
    const { asked, make } = await flaky(unavailable, unavailable, json(201, { id: 'cus_1' }));
    const stubbed = make();
    await stubbed.createCustomer({ external_id: 'acme' });
    await stubbed.createCustomer({ external_id: 'acme' });

    const keys = asked.map(({ headers }) => headers['idempotency-key']);
    expect(keys).toHaveLength(4);
    expect(new Set(keys.slice(0, 3)).size).toBe(1);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(keys[3]).not.toBe(keys[0]);
  });

  it('repeats events by their ids, and a deletion that then finds nothing is done', async () => {
    const events = await flaky(json(429, {}, { 'retry-after': '0' }), json(200, { results: [] }));
    await events.make().ingestEvents([{ id: 'e', customer: 'c', name: 'n' }]);
    expect(events.asked.map(({ headers }) => headers['idempotency-key'])).toEqual([undefined, undefined]);

    const deletion = await flaky(cutOff, json(404, { type: '/problems/not_found', title: 'There is no such thing', detail: 'gone' }));
    await expect(deletion.make().deleteCustomer('acme')).resolves.toBeUndefined();
  });

  it('gives up after its repeats, and never repeats the making of a key or a refusal', async () => {
    const { asked, make } = await flaky(unavailable);
    expect(await problemOf(make({ maxRetries: 1 }).getPlan('pro'))).toMatchObject({ slug: 'store_unavailable', status: 503, requestId: 'req-1' });
    expect(asked).toHaveLength(2);
    await problemOf(make().createApiKey({ kind: 'secret' }));
    expect(asked).toHaveLength(3);

    const refusing = await flaky(json(409, { type: '/problems/plan_archived', title: 'The plan is not sold any more', detail: 'no' }));
    expect((await problemOf(refusing.make().getPlan('pro'))).slug).toBe('plan_archived');
    expect(refusing.asked).toHaveLength(1);
  });

  it("sends a preview without a key, and never repeats an advance of the sandbox's clock", async () => {
    const { asked, make } = await flaky(unavailable, json(200, { due_now: {} }));
    await make().previewCancelSubscription('sub_1');
    expect(asked.map(({ url, headers }) => [url, headers['idempotency-key']])).toEqual([['/v1/subscriptions/sub_1/cancel/preview', undefined], ['/v1/subscriptions/sub_1/cancel/preview', undefined]]);

    const moving = await flaky(unavailable);
    await problemOf(moving.make().setSandboxClock({ advance: { days: 1 } }));
    expect(moving.asked).toHaveLength(1);
    await problemOf(moving.make({ maxRetries: 1 }).setSandboxClock({ set: new Date(0) }));
    expect(moving.asked).toHaveLength(3);
  });

  it('waits as long as the server asks, but not for more than a minute', async () => {
    const patient = await flaky(json(429, {}, { 'retry-after': '1' }), json(200, { status: 'ok' }));
    const startedAt = performance.now();
    await patient.make().health();
    expect(performance.now() - startedAt).toBeGreaterThan(950);

    const endless = await flaky(json(503, {}, { 'retry-after': new Date(Date.now() + HOUR_MS).toUTCString() }));
    expect(await problemOf(endless.make().health())).toMatchObject({ slug: 'unreadable_answer', status: 503 });
    expect(endless.asked).toHaveLength(1);
  });

  it('ends an attempt that takes too long', async () => {
    const { asked, make } = await flaky(silent);
    const error: unknown = await make({ timeoutMs: 50, maxRetries: 1 }).health().catch((reason: unknown) => reason);

    expect(error).toBeInstanceOf(PaidupUnreachable);
    expect(error).toMatchObject({ isTimeout: true, message: 'GET /healthz: Paidup gave no whole answer within 50 ms.' });
    expect(asked).toHaveLength(2);
  });

  it("ends at once when the caller's signal says so, in a call and between two", async () => {
    const { asked, make } = await flaky(silent);
    const reason = new Error('enough');
    const during = make().health({ signal: abortedSoon(reason) });
    await expect(during).rejects.toBe(reason);
    expect(asked).toHaveLength(1);

    const waiting = await flaky(json(503, {}, { 'retry-after': '30' }));
    await expect(waiting.make().health({ signal: abortedSoon(reason) })).rejects.toBe(reason);
    await expect(waiting.make().health({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(waiting.asked).toHaveLength(1);
  });

  it('names what answered in place of Paidup, and follows it nowhere', async () => {
    const page = await flaky((response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome to the proxy</h1>'));
    expect(await problemOf(page.make().health())).toMatchObject({ slug: 'unreadable_answer', status: 200, detail: expect.stringContaining('Welcome to the proxy') });

    expect(await problemOf(page.make().getInvoicePdf('inv_1'))).toMatchObject({ slug: 'unreadable_answer', status: 200 });
    expect(await page.make().getInvoiceHtml('inv_1')).toBe('<h1>Welcome to the proxy</h1>');

    const elsewhere = await flaky((response) => response.writeHead(307, { location: ELSEWHERE }).end());
    expect(await problemOf(elsewhere.make().health())).toMatchObject({ slug: 'unreadable_answer', status: 307 });
  });

  it('keeps the key out of errors, messages and itself', async () => {
    const key = 'sk-secret-of-the-test';
    const echoing = await flaky(json(404, { type: '/problems/not_found', title: 'There is no such thing', detail: `There is no API key "${key}".`, errors: [{ pointer: key, detail: key }] }));
    const telling: typeof fetch = (_address, init) => Promise.reject(new Error(`request failed: ${JSON.stringify(init?.headers)}`, { cause: init }));
    const shown: unknown[] = [
      echoing.make(),
      await problemOf(echoing.make().revokeApiKey(key)),
      await echoing.make({ fetch: telling, maxRetries: 0 }).revokeApiKey(key).catch((error: unknown) => error),
      await createClient({ url: await closedAddress(), key, maxRetries: 0 }).health().catch((error: unknown) => error),
      thrownBy(() => createClient({ url: ELSEWHERE, key: `${key}\n` })),
      thrownBy(() => createClient({ url: `http://user:${key}@127.0.0.1`, key })),
    ];
    for (const each of shown) {
      expect(inspect(each, { depth: 10, showHidden: true })).not.toContain(key);
      expect(JSON.stringify(each)).not.toContain(key);
    }
    expect(shown[3]).toMatchObject({ message: 'GET /healthz: Paidup could not be reached: ECONNREFUSED.', cause: expect.anything() });
    expect(shown.slice(4).every((each) => each instanceof TypeError)).toBe(true);
  });

  async function listening(server: Server): Promise<void> {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }

  /** An address where nobody listens any more. */
  async function closedAddress(): Promise<string> {
    const server = createServer();
    await listening(server);
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    return `http://127.0.0.1:${port}`;
  }

  function abortedSoon(reason: Error): AbortSignal {
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 40);
    return controller.signal;
  }

  function thrownBy(work: () => unknown): unknown {
    try {
      return work();
    } catch (error) {
      return error;
    }
  }
});
