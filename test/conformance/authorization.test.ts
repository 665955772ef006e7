import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { FastifyInstance, HTTPMethods, InjectOptions, RouteOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCOPES, createApiKey, revokeApiKey } from '../../src/service/api-key.js';
import { startPaidup, type TestPaidup } from '../support/app.js';

interface Route {
  readonly method: HTTPMethods;
  readonly url: string;
  readonly right: string | undefined;
}

/** What needs no key: a new route that is open must be written down here. */
const OPEN: readonly RegExp[] = [
  /^(GET|HEAD) \/(healthz|readyz|metrics|openapi\.json)?$/,
  /^(GET|HEAD) \/problems(\/:slug)?$/,
  // Files without a word about anybody; and who signs in shows what he signs in with.
  /^(GET|HEAD) \/(dashboard|portal|assets)(\/\*)?$/,
  /^(GET|HEAD|POST|DELETE) \/v1\/session$/,
  // The surfaces refuse other methods before they look at the key, and tell nothing.
  /^(POST|PUT|PATCH|DELETE) \/(v1\/billing\/(subscription|payment_method)|v1\/knowledge\/|customer-access\/)/,
  /^(GET|HEAD|POST|PUT|DELETE) \/v1\/billing\/customer\/?$/,
  /^(PUT|PATCH|DELETE) \/v1\/notification\//,
  // What is signed needs no key: webhooks of the payment provider, the links to the sandbox's page for cards, and to invoices.
  /^(GET|HEAD) \/hosted-invoices\/:token(\/pdf)?$/,
  /^POST \/v1\/provider\/webhook$/,
  /^(GET|HEAD|POST) \/sandbox\/checkout\/\*$/,
  // A browser asks without a key whether it may ask.
  /^OPTIONS /,
];

/** DocSpace's surface takes some methods and refuses the others; which are open it says itself. */
const isOpen = (route: Route): boolean => OPEN.some((open) => open.test(nameOf(route))) || (/^\/api\/2\.0\/portal\//.test(route.url) && route.right === 'open');

/** What a publishable key may ask: billing state, in the native dialect and in Lark's. */
const PUBLISHABLE: readonly RegExp[] = [/^(GET|HEAD) \/v1\/customers\/:customer\/state$/, /^(GET|HEAD) \/customer-access\/:\w+\/billing-state\/?$/];

/** Every route of the app as it was registered, hidden ones too. */
async function startWithRoutes(): Promise<{ paidup: TestPaidup; routes: Route[] }> {
  const routes: Route[] = [];
  const listen = (message: unknown): void => {
    (message as { fastify: FastifyInstance }).fastify.addHook('onRoute', (route: RouteOptions) => {
      for (const method of [route.method].flat()) routes.push({ method, url: route.url, right: (route.config as { right?: string } | undefined)?.right });
    });
  };
  subscribe('fastify.initialization', listen);
  try {
    const paidup = await startPaidup();
    await paidup.app.ready();
    return { paidup, routes };
  } finally {
    unsubscribe('fastify.initialization', listen);
  }
}

const nameOf = ({ method, url }: Route): string => `${method} ${url}`;

describe('every route', () => {
  let paidup: TestPaidup;
  let routes: Route[];
  let guarded: Route[];
  const own = { name: 'own-customer', key: '', id: '' };
  const other = { name: 'other-customer', id: '', subscription: '', invoice: '', key: '', email: 'other@example.org' };
  const keyId: Record<string, string> = {};
  const keys: Record<string, string> = {};

  beforeAll(async () => {
    ({ paidup, routes } = await startWithRoutes());
    guarded = routes.filter((route) => !isOpen(route));
    await paidup.call('PUT', '/v1/meters/calls', { event_name: 'call', aggregation: 'count' });
    await paidup.call('PUT', '/v1/features/sso', { type: 'flag' });
    await paidup.call('PUT', '/v1/coupons/half', { percent_off: '50' });
    const prices = [{ code: 'calls', type: 'usage', meter: 'calls', model: { type: 'per_unit', amount: '1' } }, { code: 'base', type: 'fixed', amount: '10' }];
    await paidup.call('PUT', '/v1/plans/pro', { currency: 'EUR', interval: { unit: 'month', count: 1 }, prices });
    own.id = (await paidup.call('POST', '/v1/customers', { external_id: own.name })).body.id;
    other.id = (await paidup.call('POST', '/v1/customers', { external_id: other.name, email: other.email })).body.id;
    await paidup.call('POST', `/v1/customers/${own.name}/subscriptions`, { plan: 'pro' });
    const subscribed = (await paidup.call('POST', `/v1/customers/${other.name}/subscriptions`, { plan: 'pro' })).body;
    [other.subscription, other.invoice] = [subscribed.id, subscribed.invoices[0]];
    await paidup.call('PUT', `/v1/customers/${other.name}/payment-method`, { token: 'card_succeeds' });
    await paidup.call('POST', `/v1/customers/${other.name}/top-ups`, { amount: '10' });
    await paidup.call('PUT', `/v1/customers/${other.name}/top-up-settings`, { enabled: true, min_balance: '10', up_to_balance: '100' });
    own.key = await paidup.customerKey(own.name);
    const make = async (name: string, input: { kind: 'secret' | 'publishable' | 'customer'; customer?: string; scopes?: string[] }): Promise<void> => {
      const { key, apiKey } = await createApiKey(paidup.engine, { name, scopes: [], ...input });
      [keys[name], keyId[name]] = [key, apiKey.id];
    };
    await make('other', { kind: 'customer', customer: other.name });
    await make('publishable', { kind: 'publishable' });
    for (const kind of ['secret', 'publishable'] as const) await make(`revoked ${kind}`, { kind });
    await make('revoked customer', { kind: 'customer', customer: own.name });
    for (const name of Object.keys(keys).filter((key) => key.startsWith('revoked'))) {
      // Once used, so that a process that remembers keys has it in mind.
      await ask({ method: 'GET', url: '/v1/plans', right: undefined }, keys[name]);
      await revokeApiKey(paidup.engine, keyId[name] ?? '');
    }
  });
  afterAll(() => paidup.stop());

  /** The route with its parameters filled in, asked about the other customer. */
  async function ask(route: Route, key: string | undefined): Promise<{ statusCode: number; body: string }> {
    const url = route.url
      .replace(/:customer|:subject_?\w*/i, other.name)
      .replace(/:subscription\w*/i, other.subscription)
      .replace(':invoice', other.invoice)
      .replace('/api-keys/:id', `/api-keys/${keyId['other']}`)
      .replace('/meters/:code', '/meters/calls')
      .replace('/features/:code', '/features/sso')
      .replace('/plans/:code', '/plans/pro')
      .replace('/coupons/:code', '/coupons/half')
      .replace(/:\w+/g, 'anything')
      .replace(/\*$/, 'anything');
    const headers = key === undefined ? {} : { authorization: `Bearer ${key}`, 'x-api-key': key };
    const hasBody = ['POST', 'PUT', 'PATCH'].includes(route.method);
    const request = { method: route.method, url, headers, ...(hasBody ? { payload: bodyOf(route) } : {}) } as InjectOptions;
    if (!route.url.endsWith('/stream')) return paidup.inject(request);
    // A live stream has no end: its beginning stands for it.
    const answer = await paidup.inject({ ...request, payloadAsStream: true });
    const beginning = (await once(answer.stream(), 'data')) as [Buffer];
    answer.stream().destroy();
    return { statusCode: answer.statusCode, body: beginning[0].toString() };
  }

  function bodyOf({ url }: Route): object {
    if (url.endsWith('/events')) return { events: [{ id: 'e', customer: other.name, name: 'call' }] };
    if (url.endsWith('/setup-link')) return { success_url: 'https://shop.example.com/ok', back_url: 'https://shop.example.com/back' };
    if (url.endsWith('/payment-method')) return { token: 'card_declines' };
    if (url.endsWith('/top-ups')) return { amount: '5' };
    if (url.endsWith('/top-up-settings')) return { enabled: false, min_balance: '20', up_to_balance: '200' };
    if (/\/(subscriptions|phases)(\/preview)?$/.test(url)) return { plan: 'pro' };
    if (/-coupon(\/preview)?$/.test(url)) return { coupon: 'half' };
    if (url.endsWith('/alerts')) return { meter: 'calls', threshold: { type: 'quantity', quantity: '1' } };
    if (url.includes('/usage_alert')) return { enabled: true, percent: 80, notification_email: 'a@b.c' };
    if (url.endsWith('/tax')) return { status: 'exempt' };
    if (url.endsWith('/api-keys')) return { kind: 'customer', customer: other.name };
    return {};
  }

  async function expectAll(tried: readonly Route[], key: string | undefined, fits: (answer: Awaited<ReturnType<typeof ask>>, route: Route) => boolean): Promise<void> {
    const wrong: string[] = [];
    for (const route of tried) {
      const answer = await ask(route, key);
      if (!fits(answer, route)) wrong.push(`${nameOf(route)}: ${answer.statusCode} ${answer.body.slice(0, 200)}`);
    }
    expect(wrong).toEqual([]);
  }

  const mentionsOther = (body: string): boolean => [other.id, other.name, other.email, other.subscription, other.invoice, keyId['other'] ?? '-'].some((text) => body.includes(text));
  const isAbout = (route: Route): boolean => /:(customer|subscription|subject|invoice)/i.test(route.url);

  it('is known to this test', async () => {
    expect(guarded.length).toBeGreaterThan(40);
    const documented = Object.entries((await paidup.call<{ paths: Record<string, object> }>('GET', '/openapi.json')).body.paths)
      .flatMap(([url, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${url.replaceAll(/\{(\w+)\}/g, ':$1')}`));
    expect(documented.filter((name) => !routes.some((route) => nameOf(route) === name))).toEqual([]);
  });

  it('names the right that it needs', () => {
    expect(guarded.filter((route) => route.right === undefined || route.right === 'open').map(nameOf)).toEqual([]);
    expect(routes.filter((route) => !guarded.includes(route) && route.right !== 'open' && route.method !== 'OPTIONS').map(nameOf)).toEqual([]);
  });

  it('tells nothing of anybody where it is open', async () => {
    const open = routes.filter((route) => !guarded.includes(route));
    await expectAll(open, own.key, (answer) => answer.statusCode < 500 && !mentionsOther(answer.body) && !answer.body.includes(own.id));
    const writes = open.filter(({ method }) => !['GET', 'HEAD', 'OPTIONS'].includes(method));
    // A webhook without a signature is refused, and so is a form that no browser sends.
    const refusals: Record<string, number> = { 'POST /v1/provider/webhook': 400, 'POST /sandbox/checkout/*': 415, 'POST /v1/session': 400, 'DELETE /v1/session': 401 };
    await expectAll(writes, own.key, (answer, route) => answer.statusCode === (refusals[nameOf(route)] ?? 405));
    await expectAll(open.filter(({ url }) => url.startsWith('/api/2.0/')), own.key, (answer) => answer.statusCode === 405);
  });

  it('answers 401 without a key', () => expectAll(guarded, undefined, (answer) => answer.statusCode === 401));

  it.each([
    ['a wrong secret key', `paidup-secret-${'0'.repeat(64)}`],
    ['a wrong customer key', `sk-${'0'.repeat(64)}`],
    ['nonsense', '%00'],
    ['a long key', 'k'.repeat(5000)],
  ])('answers 401 to %s', (_what, key) => expectAll(guarded, key, (answer) => answer.statusCode === 401 && !mentionsOther(answer.body)));

  it.each(['revoked secret', 'revoked publishable', 'revoked customer'])('answers 401 to a %s key', (name) => expectAll(guarded, keys[name], (answer) => answer.statusCode === 401));

  it("never shows a customer's key another customer, nor changes them", async () => {
    const state = () => paidup.call('GET', `/v1/customers/${other.name}/state?at=2030-01-01T00:00:00Z`);
    const before = await state();
    await expectAll(guarded, own.key, (answer, route) => {
      if (isAbout(route)) return [403, 404].includes(answer.statusCode) && !answer.body.includes(other.id) && !answer.body.includes(other.email);
      return ![401, 500].includes(answer.statusCode) && !mentionsOther(answer.body);
    });
    expect((await state()).body).toEqual(before.body);
    expect((await paidup.call('GET', '/v1/api-keys')).body.data.filter((key: { revoked_at: string | null }) => key.revoked_at === null)).toContainEqual(expect.objectContaining({ id: keyId['other'] }));
  });

  it('does not tell a foreign customer from an absent one', async () => {
    for (const route of guarded.filter(isAbout)) {
      const foreign = await ask(route, own.key);
      const absent = await ask({ ...route, url: route.url.replace(/:customer|:subject\w*/i, 'nobody').replace(/:subscription/, 'sub_000000000000000000000000').replace(':invoice', 'inv_000000000000000000000000') }, own.key);
      const shape = ({ statusCode, body }: { statusCode: number; body: string }) =>
        [statusCode, body.replaceAll(/"instance":"[^"]*"/g, '').replaceAll(other.name, 'nobody').replaceAll(other.subscription, 'sub_000000000000000000000000').replaceAll(other.invoice, 'inv_000000000000000000000000')];
      expect(shape(foreign), nameOf(route)).toEqual(shape(absent));
    }
  });

  it('lets a publishable key read billing state and nothing else', async () => {
    await expectAll(guarded, keys['publishable'], (answer, route) => {
      const may = PUBLISHABLE.some((pattern) => pattern.test(nameOf(route)));
      if (!may) return answer.statusCode === 403 && !mentionsOther(answer.body);
      return answer.statusCode === 200 && !answer.body.includes(other.email);
    });
  });

  it('takes no more from a narrowed secret key than its scopes give', async () => {
    for (const route of guarded.filter(({ url }) => url.startsWith('/v1/') && !/^\/v1\/(billing|notification|knowledge)\//.test(url))) {
      const right = route.right ?? '';
      const isRead = right.endsWith(':read') || right === 'billing.view';
      const granting = new Set<string>([right, '*', '*:write', ...(isRead ? ['*:read'] : []), ...(right === 'billing-state:read' ? ['state:read'] : [])]);
      const others = SCOPES.filter((scope) => !granting.has(scope));
      const { key } = await createApiKey(paidup.engine, { kind: 'secret', name: 'narrowed', scopes: others });
      const answer = await ask(route, key);
      expect(answer.statusCode, `${nameOf(route)} with every scope but ${[...granting].join(', ')}`).toBe(403);
      expect(mentionsOther(answer.body), nameOf(route)).toBe(false);
    }
  });

  it('lets a secret key narrowed to its right in', async () => {
    for (const route of guarded.filter(({ url, method }) => url.startsWith('/v1/') && !/^\/v1\/(billing|notification|knowledge)\//.test(url) && ['GET', 'HEAD'].includes(method))) {
      const scope = route.right === 'billing-state:read' ? 'state:read' : (route.right ?? '');
      const { key } = await createApiKey(paidup.engine, { kind: 'secret', name: 'narrowed', scopes: [scope] });
      expect([401, 403, 500], nameOf(route)).not.toContain((await ask(route, key)).statusCode);
    }
  });

  it('cannot be opened wider by a narrowed key that makes keys', async () => {
    const { key } = await createApiKey(paidup.engine, { kind: 'secret', name: 'key maker', scopes: ['keys:write'] });
    const made = await paidup.call('POST', '/v1/api-keys', { kind: 'secret', name: 'wider' }, { authorization: `Bearer ${key}` });
    expect(made.status, 'a key without scopes may do everything').toBe(403);
    const wider = await paidup.call('POST', '/v1/api-keys', { kind: 'secret', name: 'wider', scopes: ['*'] }, { authorization: `Bearer ${key}` });
    expect(wider.status).toBe(403);
  });

  it('closes as soon as its key is revoked, and opens as soon as a key is made', async () => {
    const made = await paidup.call('POST', '/v1/api-keys', { kind: 'secret' });
    const headers = { authorization: `Bearer ${made.body.key}` };
    expect((await paidup.call('GET', '/v1/plans', undefined, headers)).status).toBe(200);
    expect((await paidup.call('DELETE', `/v1/api-keys/${made.body.id}`)).status).toBe(200);
    expect((await paidup.call('GET', '/v1/plans', undefined, headers)).status).toBe(401);
  });

  it('stays closed when its key is revoked while it is being read', async () => {
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const { key, apiKey } = await createApiKey(paidup.engine, { kind: 'secret', name: 'short-lived', scopes: [] });
      const headers = { authorization: `Bearer ${key}` };
      await Promise.all([paidup.call('GET', '/v1/plans', undefined, headers), revokeApiKey(paidup.engine, apiKey.id), paidup.call('GET', '/v1/plans', undefined, headers)]);
      expect((await paidup.call('GET', '/v1/plans', undefined, headers)).status).toBe(401);
    }
  });
});
