import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiKey } from '../../src/service/api-key.js';
import { STORES, startPaidup, type TestPaidup } from '../support/app.js';
import { at } from '../support/core.js';

type Method = 'PUT' | 'POST' | 'PATCH' | 'DELETE';

interface Write {
  readonly url: string;
  readonly body?: object;
  /** Another request to the same address; none where an address takes no body. */
  readonly other?: object;
}

/** Writes whose answer may not be kept, with the reason. */
const EXEMPT: Readonly<Record<string, string>> = {
  'POST /v1/api-keys': 'the key is shown once and never kept, so its answer cannot be given again',
  'POST /v1/session': 'what it makes is a cookie, which is kept nowhere; a second one is a second session',
  'DELETE /v1/session': 'who is signed out has no session to be answered in',
  'POST /v1/customers/{customer}/portal-links': 'the link is shown once and never kept; a repeated call makes another, which harms nobody',
  'POST /v1/provider/webhook': 'a provider sends no keys; a webhook is a hint, and its repeats have no effect: test/conformance/payment-method.test.ts',
  'PATCH /v1/billing/customer/': "Diga's clients send no keys; asked the same again, it changes nothing more",
  'POST /v1/notification/usage_alert': "Diga's clients send no keys; a project has one alert, and asked the same again it stays as it is",
  'POST /v1/sandbox/clock': 'outside of a sandbox it is refused, and refusals are not kept; test/sim/sandbox.test.ts asks it in one',
};
/** Questions that are too long for an address: they write nothing. */
const ASKS = /^POST \/v1\/(calculate\/|checks$|.*\/(preview|check)$)/;

const PLAN = {
  currency: 'EUR', interval: { unit: 'month', count: 1 }, features: [{ feature: 'calls', price: 'calls' }],
  prices: [{ code: 'calls', type: 'usage', meter: 'calls', model: { type: 'per_unit', amount: '1' } }, { code: 'seat', type: 'fixed', amount: '10', per_seat: true }],
};
const ALERT = { meter: 'calls', threshold: { type: 'percent', percent: '80' } };
/** Nobody is there: sending fails at once, and says so. */
const RECEIVER = 'https://receiver.invalid/';
const METER = { event_name: 'call', aggregation: 'count' };

describe.each(STORES)('idempotency keys on the %s store', (store) => {
  let paidup: TestPaidup;
  let otherKey = '';
  let made = 0;

  beforeAll(async () => {
    paidup = await startPaidup({ store, now: at('2026-03-10T12:00:00Z') });
    await paidup.call('PUT', '/v1/meters/calls', METER);
    await paidup.call('PUT', '/v1/features/calls', { type: 'metered', meter: 'calls' });
    await paidup.call('PUT', '/v1/plans/pro', PLAN);
    await paidup.call('PUT', '/v1/plans/self', { ...PLAN, currency: 'USD', self_service: true });
    for (const code of ['half', 'third']) await paidup.call('PUT', `/v1/coupons/${code}`, { percent_off: '50', duration: 'forever' });
    otherKey = (await createApiKey(paidup.engine, { kind: 'secret', name: 'other', scopes: [] })).key;
  });
  afterAll(() => paidup.stop());

  const name = (): string => `name-${(made += 1)}`;

  async function customer(): Promise<string> {
    const externalId = name();
    await paidup.call('POST', '/v1/customers', { external_id: externalId });
    return `/v1/customers/${externalId}`;
  }

  /** A customer that may change its plan by itself. */
  async function chooser(): Promise<string> {
    const url = await payer();
    await paidup.call('POST', `${url}/plan-change`, { plan: 'self' });
    return url;
  }

  async function subscription(): Promise<string> {
    return `/v1/subscriptions/${(await paidup.call('POST', `${await customer()}/subscriptions`, { plan: 'pro' })).body.id}`;
  }

  /** A subscription to which these commands were given. */
  async function subscriptionAfter(...commands: Array<[name: string, body?: object]>): Promise<string> {
    const url = await subscription();
    for (const [command, body] of commands) expect((await paidup.call('POST', `${url}/${command}`, body)).status).toBe(200);
    return url;
  }

  /** An open invoice. */
  async function invoice(): Promise<string> {
    const { body } = await paidup.call('POST', `${await customer()}/subscriptions`, { plan: 'pro' });
    return `/v1/invoices/${body.invoices[0]}`;
  }

  async function payer(): Promise<string> {
    const url = await customer();
    await paidup.call('PUT', `${url}/payment-method`, { token: 'card_succeeds' });
    return url;
  }

  /** A request that succeeds, for every route that writes. */
  /** A customer with money, some of it set aside. */
  async function hold(): Promise<{ holds: string; url: string }> {
    const url = await customer();
    await paidup.call('POST', `${url}/credits`, { amount: '50.00', reason: 'gift' });
    const holds = `${url}/holds`;
    return { holds, url: `${holds}/${(await paidup.call('POST', holds, { amount: '5.00', expires_in: 600 })).body.id}` };
  }

  async function alert(): Promise<string> {
    const url = `${await customer()}/alerts`;
    return `${url}/${String((await paidup.call('POST', url, ALERT)).body.id)}`;
  }

  async function endpoint(): Promise<string> {
    return `/v1/webhook-endpoints/${String((await paidup.call('POST', '/v1/webhook-endpoints', { url: RECEIVER })).body.id)}`;
  }

  const WRITES: Readonly<Record<string, () => Promise<Write>>> = {
    'PUT /v1/meters/{code}': async () => ({ url: `/v1/meters/${name()}`, body: METER, other: { ...METER, name: 'Other' } }),
    'PUT /v1/features/{code}': async () => ({ url: `/v1/features/${name()}`, body: { type: 'flag' }, other: { type: 'limit' } }),
    'PUT /v1/plans/{code}': async () => ({ url: `/v1/plans/${name()}`, body: PLAN, other: { ...PLAN, name: 'Other' } }),
    'DELETE /v1/plans/{code}': async () => {
      const url = `/v1/plans/${name()}`;
      await paidup.call('PUT', url, PLAN);
      return { url };
    },
    'POST /v1/customers': async () => ({ url: '/v1/customers', body: { external_id: name() }, other: { external_id: name() } }),
    'PUT /v1/customers/{customer}': async () => ({ url: `/v1/customers/${name()}`, body: { name: 'One' }, other: { name: 'Two' } }),
    'PATCH /v1/customers/{customer}': async () => ({ url: await customer(), body: { name: 'One' }, other: { name: 'Two' } }),
    'DELETE /v1/customers/{customer}': async () => ({ url: await customer() }),
    'POST /v1/customers/{customer}/subscriptions': async () => ({ url: `${await customer()}/subscriptions`, body: { plan: 'pro' }, other: { plan: 'pro', overage: false } }),
    'POST /v1/customers/{customer}/plan-change': async () => ({ url: `${await chooser()}/plan-change`, body: { quantities: { seat: '3' } }, other: { quantities: { seat: '4' } } }),
    'POST /v1/customers/{customer}/plan-change/cancel': async () => ({ url: `${await chooser()}/plan-change/cancel`, body: { reason: 'too dear' }, other: {} }),
    'POST /v1/customers/{customer}/plan-change/restore': async () => {
      const url = await chooser();
      await paidup.call('POST', `${url}/plan-change/cancel`);
      return { url: `${url}/plan-change/restore` };
    },
    'POST /v1/subscriptions/{subscription}/cancel': async () => ({ url: `${await subscription()}/cancel`, body: { at_period_end: true }, other: { at_period_end: false } }),
    'POST /v1/subscriptions/{subscription}/phases': async () => ({ url: `${await subscription()}/phases`, body: { plan: 'pro' }, other: { plan: 'pro', overage: false } }),
    'POST /v1/subscriptions/{subscription}/change': async () => ({ url: `${await subscription()}/change`, body: { quantities: { seat: '3' } }, other: { quantities: { seat: '4' } } }),
    'POST /v1/subscriptions/{subscription}/pause': async () => ({ url: `${await subscription()}/pause`, body: { proration: 'prorate' }, other: { proration: 'none' } }),
    'POST /v1/subscriptions/{subscription}/resume': async () => ({ url: `${await subscriptionAfter(['pause'])}/resume` }),
    'POST /v1/subscriptions/{subscription}/reactivate': async () => ({ url: `${await subscriptionAfter(['cancel'])}/reactivate`, body: { plan: 'pro' }, other: { plan: 'pro', overage: false } }),
    'POST /v1/subscriptions/{subscription}/clear-schedule': async () => ({ url: `${await subscriptionAfter(['phases', { plan: 'pro' }])}/clear-schedule` }),
    'POST /v1/subscriptions/{subscription}/apply-coupon': async () => ({ url: `${await subscription()}/apply-coupon`, body: { coupon: 'half' }, other: { coupon: 'third' } }),
    'POST /v1/subscriptions/{subscription}/remove-coupon': async () => ({ url: `${await subscriptionAfter(['apply-coupon', { coupon: 'half' }])}/remove-coupon`, body: { coupon: 'half' }, other: { coupon: 'third' } }),
    'POST /v1/invoices/{invoice}/pay': async () => ({ url: `${await invoice()}/pay`, body: { reference: 'wire 7' }, other: { reference: 'wire 8' } }),
    'POST /v1/invoices/{invoice}/charge': async () => {
      const { body } = await paidup.call('POST', `${await payer()}/subscriptions`, { plan: 'pro' });
      return { url: `/v1/invoices/${String(body.invoices[0])}/charge` };
    },
    'POST /v1/invoices/{invoice}/void': async () => ({ url: `${await invoice()}/void`, body: { reason: 'typing error' }, other: {} }),
    'POST /v1/invoices/{invoice}/write-off': async () => ({ url: `${await invoice()}/write-off` }),
    'POST /v1/invoices/{invoice}/credit-notes': async () => ({ url: `${await invoice()}/credit-notes`, body: { amount: '1.00' }, other: { amount: '2.00' } }),
    'PUT /v1/coupons/{code}': async () => ({ url: `/v1/coupons/${name()}`, body: { percent_off: '10' }, other: { percent_off: '20' } }),
    'DELETE /v1/coupons/{code}': async () => {
      const url = `/v1/coupons/${name()}`;
      await paidup.call('PUT', url, { percent_off: '10' });
      return { url };
    },
    'PUT /v1/customers/{customer}/tax': async () => ({ url: `${await customer()}/tax`, body: { rates: [{ name: 'VAT', percent: '21' }] }, other: { status: 'exempt' } }),
    'POST /v1/events': async () => {
      const events = [{ id: name(), customer: (await customer()).slice('/v1/customers/'.length), name: 'call' }];
      return { url: '/v1/events', body: { events }, other: { events: [{ ...events[0], id: name() }] } };
    },
    'POST /v1/customers/{customer}/top-ups': async () => ({ url: `${await payer()}/top-ups`, body: { amount: '10' }, other: { amount: '20' } }),
    'POST /v1/customers/{customer}/payments/{payment}/refunds': async () => {
      const url = await payer();
      const { id } = (await paidup.call('POST', `${url}/top-ups`, { amount: '10' })).body;
      return { url: `${url}/payments/${String(id)}/refunds`, body: { amount: '1.00' }, other: { amount: '2.00' } };
    },
    'POST /v1/customers/{customer}/credits': async () => ({ url: `${await customer()}/credits`, body: { amount: '1.00', reason: 'gift' }, other: { amount: '2.00', reason: 'gift' } }),
    'POST /v1/customers/{customer}/adjustments': async () => ({ url: `${await customer()}/adjustments`, body: { amount: '1.00', reason: 'error' }, other: { amount: '2.00', reason: 'error' } }),
    'POST /v1/customers/{customer}/consume': async () => {
      const url = await customer();
      await paidup.call('POST', `${url}/subscriptions`, { plan: 'pro' });
      return { url: `${url}/consume`, body: { id: name(), feature: 'calls' }, other: { id: name(), feature: 'calls', quantity: '2' } };
    },
    'PUT /v1/customers/{customer}/entitlements/{feature}': async () => ({ url: `${await customer()}/entitlements/calls`, body: { limit: '5', reason: 'a promise' }, other: { limit: '6', reason: 'a promise' } }),
    'DELETE /v1/customers/{customer}/entitlements/{feature}': async () => {
      const url = `${await customer()}/entitlements/calls`;
      await paidup.call('PUT', url, { limit: '5', reason: 'a promise' });
      return { url };
    },
    'POST /v1/customers/{customer}/alerts': async () => ({ url: `${await customer()}/alerts`, body: ALERT, other: { ...ALERT, name: 'Other' } }),
    'PATCH /v1/customers/{customer}/alerts/{alert}': async () => ({ url: await alert(), body: { name: 'One' }, other: { name: 'Two' } }),
    'DELETE /v1/customers/{customer}/alerts/{alert}': async () => ({ url: await alert() }),
    'POST /v1/webhook-endpoints': async () => ({ url: '/v1/webhook-endpoints', body: { url: RECEIVER }, other: { url: RECEIVER, description: 'Other' } }),
    'PATCH /v1/webhook-endpoints/{endpoint}': async () => ({ url: await endpoint(), body: { description: 'One' }, other: { description: 'Two' } }),
    'DELETE /v1/webhook-endpoints/{endpoint}': async () => ({ url: await endpoint() }),
    'POST /v1/webhook-endpoints/{endpoint}/rotate-secret': async () => ({ url: `${await endpoint()}/rotate-secret`, body: { expires_in: 60 }, other: { expires_in: 61 } }),
    'POST /v1/webhook-endpoints/{endpoint}/test': async () => ({ url: `${await endpoint()}/test` }),
    'POST /v1/webhook-endpoints/{endpoint}/deliveries/{delivery}/redeliver': async () => {
      const url = await endpoint();
      const { delivery } = (await paidup.call('POST', `${url}/test`)).body;
      return { url: `${url}/deliveries/${String(delivery)}/redeliver` };
    },
    'POST /v1/customers/{customer}/holds': async () => ({ url: (await hold()).holds, body: { amount: '1.00', expires_in: 600 }, other: { amount: '2.00', expires_in: 600 } }),
    'POST /v1/customers/{customer}/holds/{hold}/settle': async () => ({ url: `${(await hold()).url}/settle`, body: { amount: '1.00' }, other: { amount: '2.00' } }),
    'POST /v1/customers/{customer}/holds/{hold}/extend': async () => ({ url: `${(await hold()).url}/extend`, body: { expires_in: 900 }, other: { expires_in: 1000 } }),
    'POST /v1/customers/{customer}/holds/{hold}/release': async () => ({ url: `${(await hold()).url}/release` }),
    'PUT /v1/customers/{customer}/top-up-settings': async () => {
      const body = { enabled: true, min_balance: '10', up_to_balance: '100' };
      return { url: `${await customer()}/top-up-settings`, body, other: { ...body, enabled: false } };
    },
    'DELETE /v1/customers/{customer}/top-up-settings': async () => ({ url: `${await customer()}/top-up-settings` }),
    'PUT /v1/customers/{customer}/payment-method': async () => ({ url: `${await customer()}/payment-method`, body: { token: 'card_succeeds' }, other: { token: 'card_declines' } }),
    'DELETE /v1/customers/{customer}/payment-method': async () => ({ url: `${await payer()}/payment-method` }),
    'POST /v1/customers/{customer}/payment-method/setup-link': async () => {
      const body = { success_url: 'https://shop.example.com/ok', back_url: 'https://shop.example.com/back' };
      return { url: `${await customer()}/payment-method/setup-link`, body, other: { ...body, back_url: 'https://shop.example.com' } };
    },
    'DELETE /v1/api-keys/{id}': async () => ({ url: `/v1/api-keys/${(await paidup.call('POST', '/v1/api-keys', { kind: 'publishable' })).body.id}` }),
  };

  const methodOf = (route: string): Method => route.split(' ')[0] as Method;
  const send = (route: string, write: Write, key: string, secret = paidup.secretKey) =>
    paidup.call(methodOf(route), write.url, write.body, { 'idempotency-key': key, authorization: `Bearer ${secret}` });
  const essence = ({ status, body }: { status: number; body: unknown }) => ({ status, body });

  /** Everything that a write could change twice: revisions, versions, keys and money. */
  async function world(): Promise<unknown> {
    // Cards are charged in the background.
    await paidup.engine.charges.idle();
    const lists = await Promise.all(['customers', 'meters', 'features', 'plans', 'coupons', 'invoices'].map((kind) => paidup.call('GET', `/v1/${kind}?limit=200`)));
    return lists.map((list) => list.body);
  }

  it('are taken by every write, or there is a reason why not', async () => {
    const documented = Object.entries((await paidup.call<{ paths: Record<string, object> }>('GET', '/openapi.json')).body.paths)
      .filter(([url]) => url.startsWith('/v1/'))
      .flatMap(([url, methods]) => Object.keys(methods).filter((method) => ['post', 'put', 'patch', 'delete'].includes(method)).map((method) => `${method.toUpperCase()} ${url}`));
    expect(documented.filter((route) => !(route in WRITES) && !(route in EXEMPT) && !ASKS.test(route))).toEqual([]);
    expect(Object.keys(WRITES).filter((route) => !documented.includes(route))).toEqual([]);
  });

  describe.each(Object.keys(WRITES))('%s', (route) => {
    it('is carried out once and answered alike', async () => {
      const write = await (WRITES[route] as () => Promise<Write>)();
      const key = name();
      const first = await send(route, write, key);
      expect(first.status, JSON.stringify(first.body)).toBeLessThan(300);
      const after = await world();
      paidup.clock.advance(1000);
      expect(essence(await send(route, write, key))).toEqual(essence(first));
      expect(await world()).toEqual(after);
    });

    it('is refused with 422 for another request under the key', async () => {
      const write = await (WRITES[route] as () => Promise<Write>)();
      const key = name();
      await send(route, write, key);
      const after = await world();
      const other = write.other === undefined ? { ...write, url: `${write.url}?again=1` } : { ...write, body: write.other };
      const answer = await send(route, other, key);
      expect(answer, JSON.stringify(answer.body)).toMatchObject({ status: 422, body: { type: '/problems/idempotency_key_reused' } });
      expect(await world()).toEqual(after);
    });
  });

  it('are no matter of a question: it writes nothing, and does not use the key up', async () => {
    const url = await subscriptionAfter(['apply-coupon', { coupon: 'half' }]);
    const key = name();
    const before = await world();
    const commands: Array<[string, object]> = [['change', { quantities: { seat: '3' } }], ['phases', { plan: 'pro' }], ['cancel', {}], ['pause', {}], ['remove-coupon', { coupon: 'half' }]];
    for (const [command, body] of commands) {
      const preview = await send('POST', { url: `${url}/${command}/preview`, body }, key);
      expect(preview.status, JSON.stringify(preview.body)).toBe(200);
    }
    expect(await world()).toEqual(before);
    expect((await send('POST', { url: `${url}/change`, body: { quantities: { seat: '3' } } }, key)).body.quantities).toEqual({ seat: '3' });
  });

  it('let twenty requests at once be carried out once, and all hear the same', async () => {
    for (const route of ['POST /v1/customers', 'POST /v1/customers/{customer}/subscriptions', 'POST /v1/events', 'PUT /v1/plans/{code}', 'PUT /v1/customers/{customer}', 'POST /v1/customers/{customer}/top-ups', 'POST /v1/subscriptions/{subscription}/change', 'POST /v1/invoices/{invoice}/credit-notes']) {
      const write = await (WRITES[route] as () => Promise<Write>)();
      const key = name();
      const answers = await Promise.all(Array.from({ length: 20 }, () => send(route, write, key)));
      expect(new Set(answers.map((answer) => JSON.stringify(essence(answer)))).size, `${route}: ${JSON.stringify(answers.map(essence)).slice(0, 500)}`).toBe(1);
      expect(answers[0]?.status, route).toBeLessThan(300);
    }
  });

  it('let one of two different requests at once through, and leave nothing of the other', async () => {
    const url = await customer();
    const external = url.slice('/v1/customers/'.length);
    const key = name();
    const event = (id: string) => ({ url: '/v1/events', body: { events: [{ id, customer: external, name: 'call' }] } });
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map((id) => send('POST /v1/events', event(id), key)));
    expect(answers.map((answer) => answer.status).sort((left, right) => left - right)).toEqual([200, 422, 422, 422]);
    const { body } = await paidup.call('GET', `${url}/usage?meter=calls&from=2026-03-10T00:00:00Z&to=2026-03-11T00:00:00Z`);
    expect(body.data[0].value, 'events that were answered with 422 must not count').toBe('1');
  });

  it('keep no refusal', async () => {
    const key = name();
    const url = `/v1/customers/${name()}`;
    const write = { url: `${url}/subscriptions`, body: { plan: 'later' } };
    expect((await send('POST', write, key)).status).toBe(404);
    await paidup.call('PUT', url, {});
    expect((await send('POST', write, key)).status).toBe(404);
    await paidup.call('PUT', '/v1/plans/later', PLAN);
    expect((await send('POST', write, key)).status).toBe(201);
    const invalid = name();
    expect((await send('POST', { url: '/v1/customers', body: { currency: 'NONE' } }, invalid)).status).toBe(400);
    expect((await send('POST', { url: '/v1/customers', body: { currency: 'EUR' } }, invalid)).status).toBe(201);
  });

  it('belong to the API key that sent them', async () => {
    const key = name();
    const first = await send('POST', { url: '/v1/customers', body: { name: 'One' } }, key);
    const other = await send('POST', { url: '/v1/customers', body: { name: 'Two' } }, key, otherKey);
    expect([first.status, other.status]).toEqual([201, 201]);
    expect(other.body.id).not.toBe(first.body.id);
  });

  it('do not tell a customer what another was answered', async () => {
    const [one, two] = [await payer(), await payer()];
    const keys = await Promise.all([one, two].map((url) => paidup.customerKey(url.slice('/v1/customers/'.length))));
    const key = name();
    const answers = [];
    for (const [index, url] of [one, two].entries()) answers.push(await send('POST', { url: `${url}/top-ups`, body: { amount: '10' } }, key, keys[index]));
    expect(answers.map((answer) => answer.status)).toEqual([201, 201]);
    expect(answers[0]?.body.id).not.toBe(answers[1]?.body.id);
  });

  it.each([['empty', ''], ['too long', 'k'.repeat(256)]])('are refused when they are %s', async (_what, key) => {
    const answer = await send('POST', { url: '/v1/customers', body: {} }, key);
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: 'header:/idempotency-key' }] } });
  });

  it('are one key only when every character is the same', async () => {
    const keys = ['Key', 'key', 'key ', 'k/ey', "k'ey", '%00', 'clé'].map((key) => `${key}-${name()}`);
    const answers = [];
    for (const key of keys) answers.push((await send('POST', { url: '/v1/customers', body: {} }, key)).body.id);
    expect(new Set(answers).size).toBe(keys.length);
  });

  it('hold for a request without a body', async () => {
    const url = `${await subscription()}/cancel`;
    const key = name();
    const first = await send('POST', { url }, key);
    expect(essence(await send('POST', { url }, key))).toEqual(essence(first));
    expect((await send('POST', { url, body: { at_period_end: true } }, key)).status).toBe(422);
  });
});

describe.each(STORES)('the same write twice at once on the %s store, without a key', (store) => {
  it('makes one customer of ten that are put under one name', async () => {
    const paidup = await startPaidup({ store });
    for (let round = 0; round < 10; round += 1) {
      const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => paidup.call('PUT', `/v1/customers/acme-${round}`, { name: `Acme ${index}` })));
      expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 10 }, () => 200));
      expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
    }
    await paidup.stop();
  });
});
