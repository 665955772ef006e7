import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp } from '../../src/http/app.js';
import { createApiKey } from '../../src/service/api-key.js';
import { startPaidup, type TestPaidup } from '../support/app.js';
import { at } from '../support/core.js';
import { DIGA_NOW, defineDigaCatalog, startDigaProject } from '../support/diga.js';

/** Listed by `--cors-origin`, and another. */
const LISTED = 'https://app.example.com';
const OTHER = 'https://shop.example.net';
const ASKED = 'authorization,x-api-key,x-stainless-lang';

type Kind = 'secret' | 'publishable' | 'customer' | 'unknown';

describe('what pages in browsers may read', () => {
  let paidup: TestPaidup;
  let app: Awaited<ReturnType<typeof buildApp>>;
  let project: Awaited<ReturnType<typeof startDigaProject>>;
  const keys: Record<Kind, string> = { secret: '', publishable: '', customer: '', unknown: 'nobody' };

  beforeAll(async () => {
    paidup = await startPaidup({ now: at(DIGA_NOW) });
    await defineDigaCatalog(paidup);
    project = await startDigaProject(paidup, 'pro');
    app = await buildApp({ engine: paidup.engine, corsOrigins: [LISTED] });
    keys.secret = paidup.secretKey;
    keys.publishable = (await createApiKey(paidup.engine, { kind: 'publishable', name: 'page', scopes: [] })).key;
    keys.customer = project.key;
  });
  afterAll(async () => {
    await app.close();
    await paidup.stop();
  });

  const pathOf = (url: string): string => url.replace('NAME', encodeURIComponent(project.name));
  const ask = async (kind: Kind, url: string, origin: string | undefined, method: 'GET' | 'POST' | 'PATCH' | 'DELETE' = 'GET') =>
    app.inject({ method, url: pathOf(url), headers: { ...(origin === undefined ? {} : { origin }), authorization: `Bearer ${keys[kind]}`, 'x-api-key': keys[kind] }, ...(method === 'GET' ? {} : { payload: {} }) });
  const preflight = async (url: string, origin: string, method: string) =>
    app.inject({ method: 'OPTIONS', url: pathOf(url), headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': ASKED } });

  const STATE = '/v1/customers/NAME/state';
  const LARK = '/customer-access/NAME/billing-state';
  const DIGA = '/v1/billing/subscription/';

  /** By surface and kind of key: the status, and what stands in Access-Control-Allow-Origin for a page of either origin. */
  it.each<[string, Kind, number, string | undefined, string | undefined]>([
    [STATE, 'publishable', 200, '*', '*'],
    [STATE, 'secret', 200, undefined, undefined],
    [STATE, 'customer', 200, undefined, undefined],
    [STATE, 'unknown', 401, '*', '*'],
    [LARK, 'publishable', 200, '*', '*'],
    [LARK, 'secret', 200, '*', '*'],
    [LARK, 'customer', 200, '*', '*'],
    [LARK, 'unknown', 401, '*', '*'],
    [DIGA, 'customer', 200, LISTED, undefined],
    [DIGA, 'publishable', 403, LISTED, undefined],
    [DIGA, 'secret', 403, LISTED, undefined],
    [DIGA, 'unknown', 401, LISTED, undefined],
    ['/api/2.0/portal/tariff', 'customer', 200, undefined, undefined],
    ['/v1/customers/NAME', 'customer', 200, undefined, undefined],
    ['/v1/customers/NAME/upcoming-invoice', 'customer', 200, undefined, undefined],
    ['/v1/plans', 'secret', 200, undefined, undefined],
    ['/subjects/NAME', 'secret', 200, undefined, undefined],
    ['/rate-cards', 'secret', 200, undefined, undefined],
    ['/subscription-timelines', 'secret', 200, undefined, undefined],
    ['/healthz', 'unknown', 200, undefined, undefined],
  ])('%s with a %s key: %s, told to %s and %s', async (url, kind, status, listed, other) => {
    const answers = [await ask(kind, url, LISTED), await ask(kind, url, OTHER)];
    expect(answers.map(({ statusCode, headers }) => [statusCode, headers['access-control-allow-origin']])).toEqual([[status, listed], [status, other]]);
    for (const { headers } of answers) expect(headers).not.toHaveProperty('access-control-allow-credentials');
    expect((await ask(kind, url, undefined)).headers).not.toHaveProperty('access-control-allow-origin');
  });

  it.each<[string, string, string | undefined, string | undefined]>([
    [STATE, 'GET', '*', '*'],
    [LARK, 'GET', '*', '*'],
    [DIGA, 'GET', LISTED, undefined],
    ['/v1/billing/customer/', 'PATCH', LISTED, undefined],
    ['/v1/notification/usage_alert', 'POST', LISTED, undefined],
    ['/v1/customers/NAME', 'GET', undefined, undefined],
    ['/v1/customers/NAME/stream', 'GET', undefined, undefined],
    ['/v1/events', 'POST', undefined, undefined],
    ['/subjects', 'POST', undefined, undefined],
    ['/subscriptions', 'GET', undefined, undefined],
    ['/usage-events', 'POST', undefined, undefined],
    ['/subscription-timelines', 'POST', undefined, undefined],
    ['/api/2.0/portal/payment/customer/balance', 'GET', undefined, undefined],
    ['/hosted-invoices/x', 'GET', undefined, undefined],
  ])('a preflight of %s by %s is granted to %s and %s', async (url, method, listed, other) => {
    const answers = [await preflight(url, LISTED, method), await preflight(url, OTHER, method)];
    expect(answers.map(({ headers }) => headers['access-control-allow-origin'])).toEqual([listed, other]);
    for (const { headers, statusCode } of answers.filter(({ headers: { 'access-control-allow-origin': granted } }) => granted !== undefined)) {
      expect([statusCode, headers['access-control-allow-headers'], headers['access-control-max-age']]).toEqual([204, ASKED, '600']);
      expect(String(headers['access-control-allow-methods']).split(', ')).toContain(method);
      expect(headers['access-control-allow-methods']).not.toMatch(/DELETE|PUT/);
      expect(headers.vary).toContain('Origin');
    }
  });

  it('a page may read the tag of a state and come back with it', async () => {
    const first = await ask('publishable', STATE, OTHER);
    expect(first.headers).toMatchObject({ vary: 'Origin', 'access-control-expose-headers': 'ETag, Retry-After' });
    const again = await app.inject({ url: pathOf(STATE), headers: { origin: OTHER, authorization: `Bearer ${keys.publishable}`, 'if-none-match': String(first.headers.etag) } });
    expect([again.statusCode, again.headers['access-control-allow-origin']]).toEqual([304, '*']);
  });

  it('publishable keys read billing states and nothing else, on any surface', async () => {
    const { paths } = (await app.inject({ url: '/openapi.json' })).json<{ paths: Record<string, Record<string, unknown>> }>();
    const readable: string[] = [];
    for (const [path, methods] of Object.entries(paths)) {
      for (const method of Object.keys(methods)) {
        const url = path.replace(/\{(customer|subject_id)\}/, 'NAME').replaceAll(/\{\w+\}/g, 'x');
        const { statusCode } = await app.inject({ method: method.toUpperCase() as 'GET', url: pathOf(url), headers: { authorization: `Bearer ${keys.publishable}`, 'x-api-key': keys.publishable }, ...(method === 'get' ? {} : { payload: {} }) });
        if (statusCode < 400) readable.push(`${method.toUpperCase()} ${path}`);
      }
    }
    const open = ['GET /healthz', 'GET /readyz', 'GET /metrics', 'GET /openapi.json'];
    expect(readable.filter((route) => !open.includes(route)).sort()).toEqual(['GET /customer-access/{subject_id}/billing-state', 'GET /v1/customers/{customer}/state']);
  });
});
