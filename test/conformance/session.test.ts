import type { LightMyRequestResponse } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sandboxProvider } from '../../src/provider/sandbox.js';
import { buildApp } from '../../src/http/app.js';
import { openEngine } from '../../src/service/open.js';
import { startPaidup, TestClock, type TestPaidup } from '../support/app.js';
import { at } from '../support/core.js';

const HOUR_MS = 3_600_000;
const OTHER = 'https://app.example.com';

let paidup: TestPaidup;
const real = new TestClock(at('2026-03-01T08:00:00Z'));

beforeAll(async () => {
  // The clock of billing stands elsewhere: sessions go by the real one.
  paidup = await startPaidup({ now: at('2026-01-01T00:00:00Z'), realClock: real, pages: { embedOrigins: [OTHER], trustProxy: true } });
  await paidup.call('POST', '/v1/customers', { external_id: 'anna', name: 'Anna' });
  await paidup.call('POST', '/v1/customers', { external_id: 'bert', name: 'Bert' });
});
afterAll(() => paidup.stop());

interface SignedIn {
  readonly cookie: string;
  readonly setCookie: string;
  readonly token: string;
  readonly body: Record<string, unknown>;
}

/** Signs a browser in and keeps what it would keep. */
async function signIn(shown: unknown, headers: Record<string, string> = {}): Promise<SignedIn> {
  const response = await paidup.inject({ method: 'POST', url: '/v1/session', payload: shown as object, headers });
  expect(response.statusCode, response.body).toBe(201);
  const setCookie = String(response.headers['set-cookie']);
  const body = response.json<Record<string, unknown>>();
  return { cookie: setCookie.split(';')[0] ?? '', setCookie, token: String(body['csrf_token']), body };
}

async function ask(url: string, options: { as?: SignedIn; headers?: Record<string, string>; method?: 'GET' | 'POST' | 'PUT' | 'DELETE'; body?: unknown } = {}): Promise<LightMyRequestResponse> {
  const { as, headers, method = 'GET', body } = options;
  return paidup.inject({
    method, url, ...(body === undefined ? {} : { payload: body as object }),
    headers: { ...(as === undefined ? {} : { cookie: as.cookie, 'x-csrf-token': as.token }), ...headers },
  });
}

async function portalLink(customer: string, input: object = {}): Promise<{ url: string; link: string; expires_at: string }> {
  const { status, body } = await paidup.call('POST', `/v1/customers/${customer}/portal-links`, input);
  expect(status, JSON.stringify(body)).toBe(201);
  return { ...body, link: body.url.split('#link=')[1] };
}

describe('a session of a key', () => {
  it('puts what stands for the key into a cookie that no script reads, and the key nowhere', async () => {
    const session = await signIn({ key: paidup.secretKey });
    expect(session.setCookie).toMatch(/^paidup_dashboard=[\w-]{43}; Path=\/v1; HttpOnly; SameSite=Strict$/);
    expect(session.body).toMatchObject({ for: 'dashboard', customer: null, scopes: [], return_url: null, expires_at: '2026-03-01T20:00:00Z' });
    expect(session.setCookie + JSON.stringify(session.body)).not.toContain(paidup.secretKey);
    expect((await signIn({ key: paidup.secretKey }, { 'x-forwarded-proto': 'https' })).setCookie).toMatch(/HttpOnly; Secure; SameSite=Strict$/);
  });

  it('may read and write what the key may', async () => {
    const as = await signIn({ key: paidup.secretKey });
    expect((await ask('/v1/customers', { as })).json<{ data: unknown[] }>().data.length).toBeGreaterThan(1);
    expect((await ask('/v1/features/sso', { as, method: 'PUT', body: { name: 'Single sign-on', type: 'flag' } })).statusCode).toBe(200);
    expect((await ask('/v1/session?for=dashboard', { headers: { cookie: as.cookie } })).json()).toEqual(as.body);
  });

  it('counts for nothing without the token that only our own pages can read', async () => {
    const as = await signIn({ key: paidup.secretKey });
    const other = await signIn({ key: paidup.secretKey });
    for (const headers of [{ cookie: as.cookie }, { 'x-csrf-token': as.token }, { cookie: as.cookie, 'x-csrf-token': other.token }, { cookie: as.cookie, 'x-csrf-token': 'dashboard.' }, { cookie: as.cookie, 'x-csrf-token': 'x' }, { cookie: as.cookie, 'x-csrf-token': as.token.replace('dashboard', 'portal') }]) {
      expect((await ask('/v1/customers', { headers: headers })).statusCode, JSON.stringify(Object.keys(headers))).toBe(401);
    }
    for (const site of ['cross-site', 'same-site']) {
      expect((await ask('/v1/customers', { as, headers: { 'sec-fetch-site': site } })).statusCode).toBe(403);
      expect((await ask('/v1/session?for=dashboard', { headers: { cookie: as.cookie, 'sec-fetch-site': site } })).statusCode).toBe(403);
      expect((await ask('/v1/session', { method: 'POST', body: { key: paidup.secretKey }, headers: { 'sec-fetch-site': site } })).statusCode).toBe(403);
    }
    expect((await ask('/v1/customers', { as, headers: { 'sec-fetch-site': 'same-origin' } })).statusCode).toBe(200);
  });

  it('ends when the browser signs out, with the key, and after twelve hours', async () => {
    const out = await signIn({ key: paidup.secretKey });
    expect((await ask('/v1/customers', { as: out })).statusCode).toBe(200);
    const gone = await ask('/v1/session', { as: out, method: 'DELETE' });
    expect([gone.statusCode, String(gone.headers['set-cookie'])]).toEqual([204, expect.stringMatching(/^paidup_dashboard=; .*Expires=Thu, 01 Jan 1970/)]);
    expect((await ask('/v1/customers', { as: out })).statusCode).toBe(401);
    expect((await ask('/v1/session?for=dashboard', { headers: { cookie: out.cookie } })).statusCode).toBe(204);

    const { body: made } = await paidup.call('POST', '/v1/api-keys', { kind: 'secret' });
    const revoked = await signIn({ key: made.key });
    expect((await ask('/v1/customers', { as: revoked })).statusCode).toBe(200);
    await paidup.call('DELETE', `/v1/api-keys/${made.id}`);
    expect((await ask('/v1/customers', { as: revoked })).statusCode).toBe(401);

    const late = await signIn({ key: paidup.secretKey });
    real.advance(12 * HOUR_MS - 1);
    expect((await ask('/v1/customers', { as: late })).statusCode).toBe(200);
    real.advance(1);
    expect((await ask('/v1/customers', { as: late })).statusCode).toBe(401);
    // The next to begin sweeps away what has ended.
    await signIn({ key: paidup.secretKey });
    expect(await rowsOfSessions()).toBe(1);
  });

  it('of a narrowed key is as narrow', async () => {
    const { body: made } = await paidup.call('POST', '/v1/api-keys', { kind: 'secret', scopes: ['catalog:read'] });
    const as = await signIn({ key: made.key });
    expect(as.body['scopes']).toEqual(['catalog:read']);
    expect([(await ask('/v1/plans', { as })).statusCode, (await ask('/v1/customers', { as })).statusCode]).toEqual([200, 403]);
  });

  it('of a customer key is the portal, beside the dashboard of the same browser', async () => {
    const portal = await signIn({ key: await paidup.customerKey('anna') });
    const dashboard = await signIn({ key: paidup.secretKey });
    expect(portal.body).toMatchObject({ for: 'portal', customer: { external_id: 'anna', name: 'Anna' } });
    const cookie = `${dashboard.cookie}; ${portal.cookie}`;
    expect((await ask('/v1/customers/bert', { headers: { cookie, 'x-csrf-token': dashboard.token } })).statusCode).toBe(200);
    expect((await ask('/v1/customers/bert', { headers: { cookie, 'x-csrf-token': portal.token } })).statusCode).toBe(404);
  });

  it('is refused to keys that are unknown or publishable, and to bodies that name no one thing', async () => {
    const { body: made } = await paidup.call('POST', '/v1/api-keys', { kind: 'publishable' });
    const statuses = [];
    for (const body of [{ key: 'paidup-secret-0' }, { key: made.key }, {}, { key: paidup.secretKey, link: 'x.y' }, { key: '' }, { key: 7 }]) statuses.push((await ask('/v1/session', { method: 'POST', body })).statusCode);
    expect(statuses).toEqual([401, 403, 400, 400, 400, 400]);
    expect((await ask('/v1/session?for=elsewhere')).statusCode).toBe(400);
    expect((await ask('/v1/session?for=portal')).statusCode).toBe(204);
  });
});

describe('a portal link', () => {
  it('opens the portal as its customer, as often as it is followed', async () => {
    const { url, link, expires_at: end } = await portalLink('anna', { return_url: `${OTHER}/account` });
    expect(new URL(url).pathname).toBe('/portal');
    expect(Date.parse(end) - real.now()).toBe(HOUR_MS);
    for (const _ of [1, 2]) {
      const as = await signIn({ link });
      expect(as.body).toMatchObject({ for: 'portal', customer: { external_id: 'anna' }, return_url: `${OTHER}/account` });
      expect((await ask('/v1/customers/anna/state', { as })).statusCode).toBe(200);
      expect((await ask('/v1/customers/bert/state', { as })).statusCode).toBe(404);
      expect((await ask('/v1/customers', { as })).statusCode).toBe(403);
    }
  });

  it('may be followed in a frame of another site: then over HTTPS only', async () => {
    const { link } = await portalLink('anna');
    expect((await signIn({ link }, { 'x-forwarded-proto': 'https' })).setCookie).toMatch(/HttpOnly; Secure; Partitioned; SameSite=None$|HttpOnly; Secure; SameSite=None; Partitioned$/);
    expect((await signIn({ link })).setCookie).toMatch(/HttpOnly; SameSite=Strict$/);
  });

  it('opens nothing once it has ended, when a letter of it is another, or when its customer is gone', async () => {
    const { link } = await portalLink('anna', { expires_in: 60 });
    const [text = '', seal = ''] = link.split('.');
    const forged = Buffer.from(Buffer.from(text, 'base64url').toString().replace(/cus_\w+/, 'cus_000000000000000000000000')).toString('base64url');
    for (const wrong of [`${forged}.${seal}`, text, `${text}.`, `.${seal}`, `${text}.${seal.slice(0, -2)}`, '.', 'x']) {
      expect((await ask('/v1/session', { method: 'POST', body: { link: wrong } })).statusCode, wrong).toBe(401);
    }
    real.advance(59_999);
    const as = await signIn({ link });
    real.advance(1);
    const late = await ask('/v1/session', { method: 'POST', body: { link } });
    expect([late.statusCode, late.json<{ detail: string }>().detail]).toEqual([401, 'The link has expired. Ask for a new one.']);
    // The session that it opened in time goes on.
    expect((await ask('/v1/customers/anna', { as })).statusCode).toBe(200);

    await paidup.call('POST', '/v1/customers', { external_id: 'gone' });
    const { link: orphan } = await portalLink('gone');
    await paidup.call('DELETE', '/v1/customers/gone');
    expect((await ask('/v1/session', { method: 'POST', body: { link: orphan } })).statusCode).toBe(401);
  });

  it('still works after a restart', async () => {
    const { link } = await portalLink('anna');
    const engine = await openEngine({ database: paidup.engine.database, provider: sandboxProvider, clock: paidup.clock, realClock: real });
    const app = await buildApp({ engine });
    expect((await app.inject({ method: 'POST', url: '/v1/session', payload: { link } })).statusCode).toBe(201);
    await app.close();
  });

  it('narrows its sessions, never beyond who makes it', async () => {
    const as = await signIn({ link: (await portalLink('anna', { scopes: ['state:read'] })).link });
    expect([(await ask('/v1/customers/anna/state', { as })).statusCode, (await ask('/v1/customers/anna/wallet', { as })).statusCode]).toEqual([200, 403]);
    const { body: narrow } = await paidup.call('POST', '/v1/api-keys', { kind: 'secret', scopes: ['keys:write', 'state:read'] });
    const asked = async (scopes: string[]): Promise<number> => (await paidup.call('POST', '/v1/customers/anna/portal-links', { scopes }, { authorization: `Bearer ${narrow.key}` })).status;
    expect([await asked(['state:read']), await asked(['wallet:write']), await asked([])]).toEqual([201, 403, 403]);
  });

  it.each([[{ expires_in: 0 }], [{ expires_in: 31 * 86_400 }], [{ expires_in: '60' }], [{ return_url: 'javascript:alert(1)' }], [{ scopes: ['everything'] }]])('is not made of %j', async (body) => {
    expect((await paidup.call('POST', '/v1/customers/anna/portal-links', body)).status).toBe(400);
  });

  it('is not made for a customer by itself, nor for one that is not there', async () => {
    const key = await paidup.customerKey('anna');
    expect((await paidup.call('POST', '/v1/customers/anna/portal-links', {}, { authorization: `Bearer ${key}` })).status).toBe(403);
    expect((await paidup.call('POST', '/v1/customers/nobody/portal-links', {})).status).toBe(404);
  });
});

describe('the pages', () => {
  it.each([['/', "'none'"], ['/dashboard', "'none'"], ['/dashboard/customers/anna', "'none'"], ['/portal', OTHER], ['/portal/plans', OTHER]])('at %s run only what is ours, in frames of %s', async (url, frames) => {
    const { statusCode, headers } = await paidup.inject({ url });
    expect(statusCode).toBe(200);
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain(`frame-ancestors ${frames}`);
    expect(policy).toContain("default-src 'none'; script-src 'self'");
    expect(policy).not.toContain('unsafe');
    expect(headers).toMatchObject({ 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff', 'cache-control': 'no-cache' });
  });
});

async function rowsOfSessions(): Promise<number> {
  const rows = await paidup.engine.database.rows<{ count: string }>({ name: 'test_count_sessions', sql: 'select count(*)::text as count from sessions' }, []);
  return Number(rows[0]?.count);
}
