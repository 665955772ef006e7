import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp } from '../../src/http/app.js';
import { createApiKey } from '../../src/service/api-key.js';
import { startPaidup, type TestPaidup } from '../support/app.js';
import { at } from '../support/core.js';
import { DIGA_NOW, defineDigaCatalog, startDigaProject } from '../support/diga.js';

/** What the vendor's table of endpoints has, as it writes them (contracts/diga.md section 1). */
const ADDRESSES = [
  { url: '/v1/billing/subscription/', methods: ['GET'], right: 'billing.view' },
  { url: '/v1/billing/subscription/upcoming-invoice', methods: ['GET'], right: 'billing.view' },
  { url: '/v1/billing/customer/', methods: ['PATCH'], right: 'billing.update' },
  { url: '/v1/billing/payment_method/', methods: ['GET'], right: 'billing.view' },
  { url: '/v1/knowledge/usage', methods: ['GET'], right: 'billing.view' },
] as const;
const ORIGIN = 'https://app.example.com';
const RIGHTS = ['billing.view', 'billing.update', 'notifications.view', 'notifications.update'];
const error = (code: string, message: unknown) => ({ status: 'error', error_code: code, message });
const spellingsOf = (url: string) => [url, url.endsWith('/') ? url.slice(0, -1) : `${url}/`];

describe.each(ADDRESSES)("the manners of Diga's $url", ({ url, methods: [method], right }) => {
  let paidup: TestPaidup;
  let project: Awaited<ReturnType<typeof startDigaProject>>;
  beforeAll(async () => {
    paidup = await startPaidup({ now: at(DIGA_NOW) });
    await defineDigaCatalog(paidup);
    project = await startDigaProject(paidup, 'pro');
  });
  afterAll(() => paidup.stop());

  async function answerTo(key: string | undefined, address: string = url): Promise<[number, string | undefined]> {
    const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
    const response = await paidup.inject({ method, url: address, headers, ...(method === 'PATCH' ? { payload: {} } : {}) });
    return [response.statusCode, response.json().error_code];
  }

  it('answers with and without the last slash, without a redirect', async () => {
    const [one, other] = await Promise.all(spellingsOf(url).map((address) => paidup.inject({ method, url: address, headers: { authorization: `Bearer ${project.key}` }, ...(method === 'PATCH' ? { payload: {} } : {}) })));
    expect([one?.statusCode, other?.statusCode, other?.body]).toEqual([200, 200, one?.body]);
    expect(one?.headers['content-type']).toMatch(/^application\/json/);
  });

  it('refuses who shows no key, or one that is not known, with 401', async () => {
    for (const address of spellingsOf(url)) {
      const response = await paidup.inject({ method, url: address });
      expect([response.statusCode, response.json()]).toEqual([401, error('INVALID_API_KEY', 'Invalid or missing API key')]);
      expect(await answerTo('sk-0000', address)).toEqual([401, 'INVALID_API_KEY']);
    }
  });

  it('refuses keys without its permission with 403, and the keys of no project', async () => {
    const { key: publishable } = await createApiKey(paidup.engine, { kind: 'publishable', name: 'p', scopes: [] });
    const narrow = await paidup.customerKey(project.name, RIGHTS.filter((other) => other !== right));
    const response = await paidup.inject({ method, url, headers: { authorization: `Bearer ${narrow}` }, ...(method === 'PATCH' ? { payload: { name: 'No' } } : {}) });
    expect([response.statusCode, response.json()]).toEqual([403, error('MISSING_PERMISSIONS', 'Missing required permissions')]);
    for (const key of [publishable, paidup.secretKey]) expect(await answerTo(key)).toEqual([403, 'MISSING_PERMISSIONS']);
    expect(await answerTo(await paidup.customerKey(project.name, [right]))).toEqual([200, undefined]);
    expect((await project.native()).name).toBe('Aurora Voice');
  });

  it('refuses other methods with 405 and says which it takes', async () => {
    const allow = method === 'GET' ? 'GET, HEAD, OPTIONS' : 'PATCH, OPTIONS';
    for (const address of spellingsOf(url)) {
      for (const other of (['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const).filter((each) => each !== method)) {
        const response = await paidup.inject({ method: other, url: address });
        expect([response.statusCode, response.headers.allow, response.json()]).toEqual([405, allow, error('METHOD_NOT_ALLOWED', 'Method Not Allowed')]);
      }
    }
  });

  it('lets pages of listed origins use its method, and no others', async () => {
    const app = await buildApp({ engine: paidup.engine, corsOrigins: [ORIGIN] });
    const preflight = (origin: string, address: string) =>
      app.inject({ method: 'OPTIONS', url: address, headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': 'authorization,content-type' } });
    for (const address of spellingsOf(url)) {
      const allowed = await preflight(ORIGIN, address);
      expect([allowed.statusCode, allowed.headers]).toMatchObject([204, { 'access-control-allow-origin': ORIGIN, 'access-control-allow-methods': method, 'access-control-allow-headers': 'authorization,content-type', vary: 'Origin' }]);
      expect((await preflight('https://evil.example', address)).headers).not.toHaveProperty('access-control-allow-origin');
    }
    const answer = await app.inject({ method, url, headers: { origin: ORIGIN, authorization: `Bearer ${project.key}` }, ...(method === 'PATCH' ? { payload: {} } : {}) });
    const refused = await app.inject({ method, url, headers: { origin: ORIGIN } });
    await app.close();
    expect([answer.statusCode, answer.headers['access-control-allow-origin']]).toEqual([200, ORIGIN]);
    expect([refused.statusCode, refused.headers['access-control-allow-origin']]).toEqual([401, ORIGIN]);
  });

  it('knows nothing of a deleted project', async () => {
    const gone = await startDigaProject(paidup, 'pro');
    await paidup.call('DELETE', `/v1/customers/${gone.name}`);
    expect(await answerTo(gone.key)).toEqual([404, 'NOT_FOUND']);
  });

  it('stands in the OpenAPI file, once', async () => {
    const { body } = await paidup.call('GET', '/openapi.json');
    const [, other] = spellingsOf(url);
    expect(Object.keys(body.paths[url])).toEqual([method.toLowerCase()]);
    expect(body.paths).not.toHaveProperty(other ?? '');
  });
});

describe('addresses that Diga has not', () => {
  it('are answered with 404 in its shape, and no preflight of them is allowed', async () => {
    const paidup = await startPaidup({ now: at(DIGA_NOW) });
    const app = await buildApp({ engine: paidup.engine, corsOrigins: [ORIGIN] });
    for (const url of ['/v1/billing/invoices', '/v1/billing/customer/x', '/v1/knowledge/other', '/v1/knowledge/']) {
      const unknown = await app.inject({ url });
      expect([unknown.statusCode, unknown.json()]).toEqual([404, error('NOT_FOUND', `There is no GET ${url}.`)]);
      const preflight = await app.inject({ method: 'OPTIONS', url, headers: { origin: ORIGIN, 'access-control-request-method': 'GET' } });
      expect([preflight.statusCode, preflight.headers['access-control-allow-methods']]).toEqual([404, undefined]);
    }
    await app.close();
    await paidup.stop();
  });
});
