import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp } from '../../src/http/app.js';
import type { PaymentProvider } from '../../src/provider/port.js';
import { createSandbox, type Sandbox } from '../../src/provider/sandbox.js';
import { createStripe } from '../../src/provider/stripe.js';
import { createApiKey } from '../../src/service/api-key.js';
import type { Engine } from '../../src/service/engine.js';
import { closeEngine, openEngine } from '../../src/service/open.js';
import { settleOpenPayments } from '../../src/service/payment.js';
import { verifyStore } from '../../src/service/verify.js';
import { STORES, TestClock, openStore, type StoreKind } from '../support/app.js';
import { STAND_IN_KEY, STAND_IN_WEBHOOK_SECRET, StripeStandIn } from '../support/stripe-stand-in.js';

const RETURN = { success_url: 'https://shop.example.com/ok?from=cards', back_url: 'https://shop.example.com/back' };
const DAY_MS = 86_400_000;

/** A Paidup with a provider of its own, and what tests ask of it. */
class Shop {
  readonly clock: TestClock;
  readonly engine: Engine;
  readonly app: FastifyInstance;
  readonly #key: string;
  #made = 0;

  private constructor(parts: { clock: TestClock; engine: Engine; app: FastifyInstance; key: string }) {
    [this.clock, this.engine, this.app, this.#key] = [parts.clock, parts.engine, parts.app, parts.key];
  }

  static async open(store: StoreKind, provider: PaymentProvider): Promise<Shop> {
    const clock = new TestClock();
    const engine = await openEngine({ database: await openStore(store), provider, clock });
    const { key } = await createApiKey(engine, { kind: 'secret', name: 'test', scopes: [] });
    return new Shop({ clock, engine, app: await buildApp({ engine }), key });
  }

  async close(): Promise<void> {
    await this.app.close();
    await closeEngine(this.engine);
  }

  async call(method: 'GET' | 'PUT' | 'POST' | 'DELETE', url: string, body?: object, headers: Record<string, string> = {}) {
    const response = await this.app.inject({ method, url, headers: { authorization: `Bearer ${this.#key}`, host: 'billing.example.com', ...headers }, ...(body === undefined ? {} : { payload: body }) });
    return { status: response.statusCode, body: response.body === '' ? null : response.json() };
  }

  async customer(over: object = {}): Promise<string> {
    this.#made += 1;
    return `/v1/customers/${(await this.call('POST', '/v1/customers', { external_id: `payer-${this.#made}`, ...over })).body.id}`;
  }

  card = (url: string, query = '') => this.call('GET', `${url}/payment-method${query}`);
  revision = async (url: string): Promise<number> => (await this.call('GET', `${url}/state`)).body.revision;
  balance = async (url: string): Promise<string> => (await this.call('GET', `${url}/wallet`)).body.data[0].balance;
  deposit = (url: string, key: string) => this.call('POST', `${url}/top-ups`, { amount: '10' }, { 'idempotency-key': key });
  webhook = async (payload: string | Buffer, headers: Record<string, unknown>) =>
    (await this.app.inject({ method: 'POST', url: '/v1/provider/webhook', payload, headers: { 'content-type': 'application/json', ...(headers as Record<string, string>) } })).statusCode;
}

describe.each(STORES)('cards of the sandbox on the %s store', (store) => {
  let shop: Shop;
  let sandbox: Sandbox;
  const sent: Array<Promise<number>> = [];

  beforeAll(async () => {
    sandbox = createSandbox();
    shop = await Shop.open(store, sandbox);
    sandbox.sendWebhooksTo(({ rawBody, headers }) => sent.push(shop.webhook(rawBody, headers)));
  });
  afterAll(() => shop.close());

  async function link(url: string): Promise<string> {
    const { status, body } = await shop.call('POST', `${url}/payment-method/setup-link`, RETURN);
    expect(status).toBe(201);
    expect(body.url).toMatch(/^http:\/\/billing\.example\.com\/sandbox\/checkout\/./);
    return new URL(body.url).pathname;
  }
  const submit = (page: string, form: string) => shop.app.inject({ method: 'POST', url: page, payload: form, headers: { 'content-type': 'application/x-www-form-urlencoded' } });

  it('are put on file on a page: choose, submit, go on', async () => {
    const url = await shop.customer();
    const page = await link(url);
    const shown = await shop.app.inject({ method: 'GET', url: page });
    expect(shown.statusCode).toBe(200);
    expect(shown.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(shown.headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]+'; form-action 'self' https:\/\/shop\.example\.com; base-uri 'none'; frame-ancestors 'none'$/);
    for (const part of ['card_succeeds', 'card_times_out', 'href="https://shop.example.com/back"', '<form method="post">']) expect(shown.body).toContain(part);
    expect(shown.body).not.toMatch(/<script|src=|@import|url\(/);
    expect((await shop.card(url)).status).toBe(404);
    const done = await submit(page, 'card=card_succeeds');
    expect([done.statusCode, done.headers['location']]).toEqual([303, RETURN.success_url]);
    expect((await shop.card(url)).body).toMatchObject({ provider: 'sandbox', last4: '4242', status: 'set' });
    expect((await shop.deposit(url, 'page')).status).toBe(201);
  });

  it('are only those of the page; a submission without one shows it again', async () => {
    const url = await shop.customer();
    const page = await link(url);
    for (const form of ['', 'card=', 'card=card_of_nobody', 'other=1']) {
      const answer = await submit(page, form);
      expect([answer.statusCode, answer.body.includes('role="alert"')]).toEqual([400, true]);
    }
    expect((await shop.card(url)).status).toBe(404);
  });

  it('are not put on file by a link that is old, changed, of a deleted customer, or of another sandbox', async () => {
    const url = await shop.customer();
    const page = await link(url);
    const elsewhere = await createSandbox().createSetupLink({ customerReference: '', customerId: url.split('/').at(-1) ?? '', successUrl: RETURN.success_url, backUrl: RETURN.back_url, ownUrl: 'http://x', at: shop.clock.now() });
    shop.clock.advance(DAY_MS);
    const fresh = await link(url);
    for (const bad of [page, `${fresh}x`, fresh.replace('checkout/', 'checkout/a'), '/sandbox/checkout/', new URL(elsewhere.url).pathname]) {
      expect((await submit(bad, 'card=card_succeeds')).statusCode, bad).toBe(404);
      const shown = await shop.app.inject({ method: 'GET', url: bad });
      expect([shown.statusCode, shown.headers['content-type']], bad).toEqual([404, 'text/html; charset=utf-8']);
    }
    expect((await shop.card(url)).status).toBe(404);
    const gone = await shop.customer();
    const pageOfGone = await link(gone);
    await shop.call('DELETE', gone);
    expect((await submit(pageOfGone, 'card=card_succeeds')).statusCode).toBe(404);
  });

  it.each(['javascript:alert(1)', 'ftp://x', '/relative', '', 'https://', 'https://a b', 'http://x\ny', `https://x/${'a'.repeat(2000)}`])('are not asked for with the address %j to go on to', async (address) => {
    const url = await shop.customer();
    for (const [field, pointer] of [['success_url', '/success_url'], ['back_url', '/back_url']] as const) {
      const answer = await shop.call('POST', `${url}/payment-method/setup-link`, { ...RETURN, [field]: address });
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
    }
  });

  it('stay as they are when they are read again and have not changed; what changed is kept', async () => {
    const url = await shop.customer();
    expect((await shop.card(url, '?refresh=true')).status).toBe(404);
    await shop.call('PUT', `${url}/payment-method`, { token: 'card_succeeds' });
    const before = await shop.revision(url);
    expect((await shop.card(url, '?refresh=true')).body.last4).toBe('4242');
    expect(await shop.revision(url)).toBe(before);
    await sandbox.attachPaymentMethod({ customerReference: `sandbox_${url.split('/').at(-1)}`, customerId: '', token: 'card_declines' });
    expect((await shop.card(url)).body.last4).toBe('4242');
    expect((await shop.card(url, '?refresh=true')).body.last4).toBe('0002');
    expect((await shop.card(url)).body.last4).toBe('0002');
    expect((await shop.call('DELETE', `${url}/payment-method`)).status).toBe(204);
    expect((await shop.card(url, '?refresh=true')).status).toBe(404);
  });

  it('that lose their answer are charged and credited once', async () => {
    const url = await shop.customer();
    await shop.call('PUT', `${url}/payment-method`, { token: 'card_times_out' });
    expect((await shop.deposit(url, 'lost')).status).toBe(503);
    expect(await shop.balance(url)).toBe('0.00');
    expect((await shop.deposit(url, 'lost')).status).toBe(201);
    expect(await shop.balance(url)).toBe('10.00');
    expect((await settleOpenPayments(shop.engine)).settled).toBe(0);
  });

  it('that answer twice credit once', async () => {
    const url = await shop.customer();
    await shop.call('PUT', `${url}/payment-method`, { token: 'card_answers_twice' });
    expect((await shop.deposit(url, 'twice')).status).toBe(201);
    expect(await Promise.all(sent)).toEqual([200, 200]);
    expect(await shop.balance(url)).toBe('10.00');
    expect((await shop.call('GET', `${url}/ledger`)).body.data).toHaveLength(1);
  });

  it('that would need the customer are declined', async () => {
    const url = await shop.customer();
    await shop.call('PUT', `${url}/payment-method`, { token: 'card_needs_action' });
    expect(await shop.deposit(url, 'action')).toMatchObject({ status: 402, body: { detail: 'The card was declined: authentication_required.' } });
  });

  it('leave books that verify', async () => {
    expect((await verifyStore(shop.engine, { isRepair: false })).differences).toEqual([]);
  });
});

describe.each(STORES)('cards at Stripe on the %s store', (store) => {
  let shop: Shop;
  let standIn: StripeStandIn;

  beforeAll(async () => {
    standIn = await StripeStandIn.start();
    shop = await Shop.open(store, createStripe({ secretKey: STAND_IN_KEY, webhookSecret: STAND_IN_WEBHOOK_SECRET, url: standIn.url, maxRetries: 0, timeoutMs: 500, now: () => standIn.now }));
  });
  afterAll(async () => {
    await shop.close();
    await standIn.stop();
  });

  /** The customer's id at Stripe, known once something was asked about it. */
  const referenceOf = (url: string): string => [...standIn.customers.values()].find((each) => each['metadata[paidup_customer]'] === url.split('/').at(-1))?.['id'] as string;
  const send = ({ payload, headers }: { payload: string; headers: Record<string, string> }) => shop.webhook(payload, headers);

  async function payer(behaviour: Parameters<StripeStandIn['card']>[0] = 'succeeds'): Promise<string> {
    const url = await shop.customer({ name: 'Acme', email: 'a@example.com' });
    expect((await shop.call('PUT', `${url}/payment-method`, { token: standIn.card(behaviour) })).status).toBe(200);
    return url;
  }
  const lose = (times = 2): void => {
    for (let time = 0; time < times; time += 1) standIn.faults.push({ on: /^POST \/v1\/payment_intents$/, what: 'drop_after' });
  };
  const lastIntent = () => [...standIn.intents.values()].at(-1) ?? {};

  it('are put on file on its page, and read again on demand or when it says so', async () => {
    const url = await shop.customer();
    const { body } = await shop.call('POST', `${url}/payment-method/setup-link`, RETURN);
    expect(body.url).toMatch(/^https:\/\/checkout\.stripe\.com\//);
    standIn.completeSetup(body.url, standIn.card('succeeds', { last4: '1111' }));
    expect((await shop.card(url)).status).toBe(404);
    expect((await shop.card(url, '?refresh=true')).body).toMatchObject({ provider: 'stripe', last4: '1111' });
    standIn.now += 1000;
    standIn.completeSetup(body.url, standIn.card('succeeds', { last4: '2222' }));
    expect((await shop.card(url)).body.last4, 'what is known is not asked for').toBe('1111');
    expect(await send(standIn.webhook('checkout.session.completed', { id: 'cs_1', customer: referenceOf(url) }))).toBe(200);
    expect((await shop.card(url)).body.last4).toBe('2222');
    expect((await shop.call('GET', '/sandbox/checkout/anything')).status).toBe(404);
  });

  it('are the same customer there, however many ask at once', async () => {
    const url = await shop.customer();
    const answers = await Promise.all(Array.from({ length: 5 }, () => shop.call('POST', `${url}/payment-method/setup-link`, RETURN)));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
    expect([...standIn.customers.values()].filter((each) => each['metadata[paidup_customer]'] === url.split('/').at(-1))).toHaveLength(1);
  });

  it('are left as they were when Stripe is away, and the caller is told', async () => {
    const url = await payer();
    standIn.faults.push({ on: /^GET \/v1\/payment_methods/, what: 'error_before' });
    expect(await shop.card(url, '?refresh=true')).toMatchObject({ status: 503, body: { type: '/problems/provider_unavailable' } });
    expect((await shop.card(url)).status).toBe(200);
  });

  it('pay in minor units, once per key', async () => {
    const url = await payer();
    const first = await shop.deposit(url, 'stripe-once');
    expect(first.status).toBe(201);
    expect(await shop.deposit(url, 'stripe-once')).toEqual(first);
    expect(standIn.takenFrom(referenceOf(url))).toBe(1000);
    expect(await shop.balance(url)).toBe('10.00');
  });

  it.each(['asking again', 'the next start', 'a webhook', 'the next start, two days later'])('whose answer was lost are found again by %s, not charged again', async (how) => {
    const url = await payer();
    lose();
    expect((await shop.deposit(url, how)).status).toBe(503);
    expect([await shop.balance(url), standIn.takenFrom(referenceOf(url))]).toEqual(['0.00', 1000]);
    if (how === 'asking again') expect((await shop.deposit(url, how)).status).toBe(201);
    if (how === 'a webhook') expect(await send(standIn.webhook('payment_intent.succeeded', lastIntent()))).toBe(200);
    if (how.endsWith('later')) {
      standIn.forgetKeys();
      standIn.now += 2 * DAY_MS;
    }
    if (how.startsWith('the next start')) expect(await settleOpenPayments(shop.engine)).toEqual({ settled: 1, failures: [] });
    expect([await shop.balance(url), standIn.takenFrom(referenceOf(url))]).toEqual(['10.00', 1000]);
    expect((await shop.deposit(url, how)).status).toBe(201);
    expect((await shop.call('GET', `${url}/ledger`)).body.data).toHaveLength(1);
    expect(standIn.takenFrom(referenceOf(url))).toBe(1000);
  });

  it('that are still being processed are settled when Stripe says how it ended', async () => {
    const url = await payer('stays_processing');
    expect((await shop.deposit(url, 'processing')).status).toBe(503);
    const intent = lastIntent();
    expect(await send(standIn.webhook('payment_intent.succeeded', intent)), 'a lie is looked through: come again').toBe(503);
    Object.assign(intent, { status: 'succeeded' });
    expect(await send(standIn.webhook('payment_intent.succeeded', intent))).toBe(200);
    expect(await shop.balance(url)).toBe('10.00');
  });

  describe('webhooks', () => {
    it('with a wrong signature are 400, and nothing is asked of Stripe', async () => {
      const url = await payer();
      lose();
      await shop.deposit(url, 'wrong-signature');
      const asked = standIn.seen.length;
      const right = standIn.webhook('payment_intent.succeeded', lastIntent());
      expect(await send(standIn.webhook('payment_intent.succeeded', lastIntent(), { secret: 'whsec_wrong' }))).toBe(400);
      expect(await send({ ...right, payload: `${right.payload} ` })).toBe(400);
      expect(await send(standIn.webhook('payment_intent.succeeded', lastIntent(), { at: standIn.now - 3_600_000 }))).toBe(400);
      expect(await shop.webhook(right.payload, {})).toBe(400);
      expect(await shop.webhook('', {})).toBe(400);
      expect(standIn.seen).toHaveLength(asked);
      expect(await shop.balance(url)).toBe('0.00');
      expect(await send(right)).toBe(200);
      expect(await shop.balance(url)).toBe('10.00');
    });

    it('that come again, at once or later, change nothing', async () => {
      const url = await payer();
      lose();
      await shop.deposit(url, 'repeated');
      const webhook = standIn.webhook('payment_intent.succeeded', lastIntent());
      expect(await Promise.all(Array.from({ length: 5 }, () => send(webhook)))).toEqual([200, 200, 200, 200, 200]);
      const revision = await shop.revision(url);
      expect(await send(webhook)).toBe(200);
      expect(await shop.revision(url)).toBe(revision);
      expect([await shop.balance(url), standIn.takenFrom(referenceOf(url))]).toEqual(['10.00', 1000]);
      expect((await shop.call('GET', `${url}/ledger`)).body.data).toHaveLength(1);
    });

    it('that come out of order leave what is true', async () => {
      const url = await payer();
      const reference = referenceOf(url);
      const { body } = await shop.call('POST', `${url}/payment-method/setup-link`, RETURN);
      standIn.now += 1000;
      const [first, second] = [standIn.card('succeeds', { last4: '1111' }), standIn.card('succeeds', { last4: '2222' })];
      standIn.completeSetup(body.url, first);
      const attachedFirst = standIn.webhook('payment_method.attached', { id: first, customer: reference });
      standIn.now += 1000;
      standIn.completeSetup(body.url, second);
      expect(await send(standIn.webhook('payment_method.attached', { id: second, customer: reference }))).toBe(200);
      expect(await send(attachedFirst)).toBe(200);
      expect((await shop.card(url)).body.last4).toBe('2222');
      const failed = standIn.webhook('payment_intent.payment_failed', { id: 'pi_0', metadata: { paidup_payment: 'pay_0', paidup_customer: url.split('/').at(-1) } });
      await shop.deposit(url, 'ordered');
      expect(await send(failed)).toBe(200);
      expect(await send(standIn.webhook('payment_intent.payment_failed', lastIntent())), 'an older failure after the success').toBe(200);
      expect(await shop.balance(url)).toBe('10.00');
    });

    it('about what is not ours are taken and passed over', async () => {
      for (const [type, object] of [['customer.updated', { id: 'cus_of_another_shop' }], ['payment_intent.succeeded', { id: 'pi_1', metadata: {} }], ['payment_intent.succeeded', { id: 'pi_1', metadata: { paidup_payment: 'pay_1', paidup_customer: 'cus_nobody' } }], ['invoice.paid', { id: 'in_1' }]] as const) {
        expect(await send(standIn.webhook(type, object)), type).toBe(200);
      }
      const gone = await payer();
      await shop.call('DELETE', gone);
      expect(await send(standIn.webhook('customer.deleted', { id: referenceOf(gone) }))).toBe(200);
    });

    it('are not taken at any length', async () => {
      expect(await shop.webhook(Buffer.alloc(300 * 1024, 'x'), {})).toBe(413);
    });
  });

  it('that are forgotten are taken off there too, and a refresh does not bring them back', async () => {
    const url = await payer();
    expect((await shop.call('DELETE', `${url}/payment-method`)).status).toBe(204);
    expect((await shop.card(url, '?refresh=true')).status).toBe(404);
  });

  it('leave books that verify', async () => {
    expect((await verifyStore(shop.engine, { isRepair: false })).differences).toEqual([]);
  });
});
