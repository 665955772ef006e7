import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp } from '../../src/http/app.js';
import type { ChargeResult, PaymentProvider } from '../../src/provider/port.js';
import { sandboxProvider } from '../../src/provider/sandbox.js';
import { createApiKey } from '../../src/service/api-key.js';
import type { Engine } from '../../src/service/engine.js';
import { closeEngine, openEngine } from '../../src/service/open.js';
import { verifyStore } from '../../src/service/verify.js';
import { settleOpenPayments } from '../../src/service/payment.js';
import { STORES, TestClock, openStore } from '../support/app.js';
import { at } from '../support/core.js';

type ChargeInput = Parameters<PaymentProvider['charge']>[0];

/** A provider as real ones are: it remembers keys, refuses a key that comes with another charge, and can lose its answer. */
class CountingProvider implements PaymentProvider {
  readonly name = 'sandbox';
  /** Money taken, by key. */
  readonly taken = new Map<string, ChargeInput>();
  readonly #answers = new Map<string, { input: ChargeInput; result: ChargeResult }>();
  losesAnswers = false;
  isAway = false;

  readonly createCustomer = sandboxProvider.createCustomer;
  readonly createSetupLink = sandboxProvider.createSetupLink;
  readonly listPaymentMethods = sandboxProvider.listPaymentMethods;
  readonly attachPaymentMethod = sandboxProvider.attachPaymentMethod;
  readonly removePaymentMethods = sandboxProvider.removePaymentMethods;
  readonly refund = sandboxProvider.refund;
  readonly parseWebhook = sandboxProvider.parseWebhook;

  async charge(input: ChargeInput): Promise<ChargeResult> {
    if (this.isAway) throw new Error('the provider is away');
    const known = this.#answers.get(input.idempotencyKey);
    const essence = ({ customerId, paymentMethodId, money }: ChargeInput): string => `${customerId} ${paymentMethodId} ${money.minor} ${money.currency}`;
    if (known !== undefined && essence(known.input) !== essence(input)) throw new Error('the idempotency key came with another charge before');
    const result = known?.result ?? (await sandboxProvider.charge(input));
    this.#answers.set(input.idempotencyKey, { input, result });
    if (result.outcome === 'succeeded') this.taken.set(input.idempotencyKey, input);
    if (this.losesAnswers) throw new Error('the connection broke after the charge');
    return result;
  }

  /** Minor units taken from the customer. */
  takenFrom(customerId: string): bigint {
    return [...this.taken.values()].filter((charge) => charge.customerId === customerId).reduce((total, charge) => total + charge.money.minor, 0n);
  }
}

describe.each(STORES)('the wallet on the %s store', (store) => {
  const provider = new CountingProvider();
  const clock = new TestClock(at('2026-03-10T12:00:00Z'));
  let engine: Engine;
  let app: Awaited<ReturnType<typeof buildApp>>;
  let authorization = '';
  let made = 0;

  beforeAll(async () => {
    engine = await openEngine({ database: await openStore(store), provider, clock });
    app = await buildApp({ engine });
    authorization = `Bearer ${(await createApiKey(engine, { kind: 'secret', name: 'test', scopes: [] })).key}`;
  });
  afterAll(async () => {
    await app.close();
    await closeEngine(engine);
  });

  async function call(method: 'GET' | 'PUT' | 'POST' | 'DELETE', url: string, body?: object, headers: Record<string, string> = {}) {
    const response = await app.inject({ method, url, headers: { authorization, ...headers }, ...(body === undefined ? {} : { payload: body }) });
    return { status: response.statusCode, body: response.body === '' ? null : response.json() };
  }

  async function customer(currency = 'USD', token: string | null = 'card_succeeds'): Promise<{ id: string; url: string }> {
    made += 1;
    const { body } = await call('POST', '/v1/customers', { external_id: `payer-${made}`, currency });
    const url = `/v1/customers/${body.id}`;
    if (token !== null) expect((await call('PUT', `${url}/payment-method`, { token })).status).toBe(200);
    return { id: body.id, url };
  }

  const balance = async (url: string): Promise<string> => (await call('GET', `${url}/wallet`)).body.data[0].balance;
  const deposit = (url: string, amount: unknown, key?: string, over: object = {}) => call('POST', `${url}/top-ups`, { amount, ...over }, key === undefined ? {} : { 'idempotency-key': key });

  describe('a deposit', () => {
    it.each([
      ['USD', '0.01', '0.01'], ['USD', '10', '10.00'], ['USD', '999999', '999999.00'], ['USD', '10.5', '10.50'], ['USD', '+7', '7.00'],
      ['JPY', '10', '10'], ['JPY', '10.0', '10'], ['KWD', '0.001', '0.001'], ['EUR', '186.42', '186.42'],
    ])('in %s of %s is there as %s', async (currency, amount, shown) => {
      const { id, url } = await customer(currency);
      const answer = await deposit(url, amount);
      expect(answer).toMatchObject({ status: 201, body: { amount: { amount: shown, currency } } });
      expect(await balance(url)).toBe(shown);
      expect(provider.takenFrom(id)).toBe(BigInt(shown.replace('.', '')));
    });

    it.each([
      ['USD', '0'], ['USD', '-0'], ['USD', '-1'], ['USD', '0.001'], ['USD', '1000000'], ['USD', '999999.01'], ['USD', '1e3'], ['USD', 'ten'], ['USD', ''], ['USD', '1,5'], ['USD', ' 1'],
      ['USD', '9'.repeat(64)], ['USD', '9'.repeat(5000)], ['USD', 10], ['USD', null], ['JPY', '10.5'], ['KWD', '0.0001'],
    ])('in %s of %s is refused, and nothing is charged', async (currency, amount) => {
      const { id, url } = await customer(currency);
      const answer = await deposit(url, amount);
      expect(answer.status).toBe(400);
      expect(answer.body.errors[0].pointer).toBe('/amount');
      expect(provider.takenFrom(id)).toBe(0n);
      expect(Number(await balance(url))).toBe(0);
    });

    it('in another currency opens a wallet of its own', async () => {
      const { url } = await customer('USD');
      expect((await deposit(url, '5', undefined, { currency: 'EUR' })).status).toBe(201);
      expect((await call('GET', `${url}/wallet`)).body.data.map((wallet: { currency: string; balance: string }) => [wallet.currency, wallet.balance])).toEqual([['USD', '0.00'], ['EUR', '5.00']]);
      expect((await deposit(url, '5', undefined, { currency: 'XYZ' })).body.errors[0].pointer).toBe('/currency');
    });

    it('needs a card that works', async () => {
      const none = await customer('USD', null);
      expect(await deposit(none.url, '5')).toMatchObject({ status: 409, body: { type: '/problems/payment_method_missing' } });
      const expired = await customer('USD', 'card_expired');
      expect(await deposit(expired.url, '5')).toMatchObject({ status: 409, body: { type: '/problems/payment_method_missing' } });
      const declines = await customer('USD', 'card_declines');
      expect(await deposit(declines.url, '5')).toMatchObject({ status: 402, body: { type: '/problems/payment_declined' } });
      for (const { url } of [none, expired, declines]) {
        expect(await balance(url)).toBe('0.00');
        expect((await call('GET', `${url}/ledger`)).body.data).toEqual([]);
      }
      expect((await call('PUT', `${none.url}/payment-method`, { token: 'card_of_nobody' })).body.errors[0].pointer).toBe('/token');
    });

    it('adds up when many come at once', async () => {
      const { id, url } = await customer();
      const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => deposit(url, `${index + 1}.01`)));
      expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([201]));
      expect(await balance(url)).toBe('210.20');
      expect(provider.takenFrom(id)).toBe(21_020n);
    });
  });

  describe('under an idempotency key', () => {
    it('is made once, however often it is asked for', async () => {
      const { id, url } = await customer();
      const first = await deposit(url, '10', 'again');
      clock.advance(1000);
      expect(await deposit(url, '10', 'again')).toEqual(first);
      expect(await balance(url)).toBe('10.00');
      expect(provider.takenFrom(id)).toBe(1000n);
      expect((await deposit(url, '11', 'again')).status).toBe(422);
    });

    it('is made once when twenty ask at once, and all hear the same', async () => {
      const { id, url } = await customer();
      const answers = await Promise.all(Array.from({ length: 20 }, () => deposit(url, '10', `at-once-${made}`)));
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
      expect(await balance(url)).toBe('10.00');
      expect(provider.takenFrom(id)).toBe(1000n);
    });

    it('is charged and credited once when the answer of the provider was lost and it is asked for again', async () => {
      const { id, url } = await customer();
      provider.losesAnswers = true;
      expect((await deposit(url, '10', `lost-${made}`)).status).toBeGreaterThanOrEqual(500);
      provider.losesAnswers = false;
      expect(await balance(url)).toBe('0.00');
      clock.advance(60_000);
      expect((await deposit(url, '10', `lost-${made}`)).status).toBe(201);
      expect([await balance(url), provider.takenFrom(id)]).toEqual(['10.00', 1000n]);
      expect((await settleOpenPayments(engine)).settled).toBe(0);
      expect([await balance(url), provider.takenFrom(id)]).toEqual(['10.00', 1000n]);
    });

    it('is charged and credited once when it is settled after a crash and then asked for again', async () => {
      const { id, url } = await customer();
      provider.losesAnswers = true;
      await deposit(url, '10', `settled-${made}`);
      provider.losesAnswers = false;
      expect((await settleOpenPayments(engine)).settled).toBe(1);
      expect([await balance(url), provider.takenFrom(id)]).toEqual(['10.00', 1000n]);
      const again = await deposit(url, '10', `settled-${made}`);
      expect(again.status).toBe(201);
      expect([await balance(url), provider.takenFrom(id)]).toEqual(['10.00', 1000n]);
      const { data } = (await call('GET', `${url}/ledger`)).body;
      expect(data).toHaveLength(1);
      expect(again.body).toMatchObject({ transaction: data[0].id, created_at: data[0].occurred_at });
    });

    it('says the same after a crash although the card has gone meanwhile', async () => {
      const { id, url } = await customer();
      provider.losesAnswers = true;
      await deposit(url, '10', `gone-${made}`);
      provider.losesAnswers = false;
      await settleOpenPayments(engine);
      await call('DELETE', `${url}/payment-method`);
      expect((await deposit(url, '10', `gone-${made}`)).status).toBe(201);
      expect([await balance(url), provider.takenFrom(id)]).toEqual(['10.00', 1000n]);
    });

    it('is not another amount after a crash: what was charged is what is credited', async () => {
      const { id, url } = await customer();
      provider.losesAnswers = true;
      await deposit(url, '10', `other-amount-${made}`);
      provider.losesAnswers = false;
      expect((await deposit(url, '20', `other-amount-${made}`)).status).toBe(422);
      await settleOpenPayments(engine);
      expect([await balance(url), provider.takenFrom(id)]).toEqual(['10.00', 1000n]);
    });

    it('with two amounts at once charges and credits one of them', async () => {
      const { id, url } = await customer();
      const answers = await Promise.all(['10', '20', '10', '20'].map((amount) => deposit(url, amount, `two-amounts-${made}`)));
      expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([201, 422]));
      expect(BigInt((await balance(url)).replace('.', ''))).toBe(provider.takenFrom(id));
    });

    it('for two customers at once charges each whom it credits', async () => {
      const [one, two] = [await customer(), await customer()];
      await Promise.all([one, two].map(({ url }) => deposit(url, '10', `two-customers-${made}`)));
      for (const { id, url } of [one, two]) expect(BigInt((await balance(url)).replace('.', ''))).toBe(provider.takenFrom(id));
    });

    it('that was declined may be tried again with another card, and then is charged and credited or neither', async () => {
      const { id, url } = await customer('USD', 'card_declines');
      expect((await deposit(url, '10', `declined-${made}`)).status).toBe(402);
      await call('PUT', `${url}/payment-method`, { token: 'card_succeeds' });
      const again = await deposit(url, '10', `declined-${made}`);
      expect(BigInt((await balance(url)).replace('.', ''))).toBe(provider.takenFrom(id));
      expect(again.status, 'a deposit that is answered with 201 is in the wallet').toBe((await balance(url)) === '10.00' ? 201 : 402);
    });

    it('that the sandbox declined is not answered as made when the card changes', async () => {
      const plain = await openEngine({ database: await openStore(store), provider: sandboxProvider, clock });
      const plainApp = await buildApp({ engine: plain });
      const headers = { authorization: `Bearer ${(await createApiKey(plain, { kind: 'secret', name: 'test', scopes: [] })).key}`, 'idempotency-key': 'declined' };
      const ask = async (method: 'POST' | 'PUT' | 'GET', url: string, payload?: object) =>
        plainApp.inject({ method, url: `/v1/customers${url}`, headers: { authorization: headers.authorization, ...(url.endsWith('top-ups') ? headers : {}) }, ...(payload === undefined ? {} : { payload }) });
      await ask('POST', '', { external_id: 'payer' });
      await ask('PUT', '/payer/payment-method', { token: 'card_declines' });
      expect((await ask('POST', '/payer/top-ups', { amount: '10' })).statusCode).toBe(402);
      await ask('PUT', '/payer/payment-method', { token: 'card_succeeds' });
      const again = await ask('POST', '/payer/top-ups', { amount: '10' });
      const shown = (await ask('GET', '/payer/wallet')).json().data[0].balance;
      expect(shown, `the answer was ${again.statusCode}`).toBe(again.statusCode === 201 ? '10.00' : '0.00');
      await plainApp.close();
      await closeEngine(plain);
    });
  });

  describe('payments left open', () => {
    it('wait while the provider is away, and the caller is told to come again', async () => {
      const { id, url } = await customer();
      provider.isAway = true;
      expect((await deposit(url, '10', `away-${made}`)).status).toBe(503);
      provider.isAway = false;
      expect((await deposit(url, '10', `away-${made}`)).status).toBe(201);
      expect([await balance(url), provider.takenFrom(id)]).toEqual(['10.00', 1000n]);
    });

    it('of a customer deleted meanwhile do not keep the others from being settled', async () => {
      const [gone, here] = [await customer(), await customer()];
      provider.losesAnswers = true;
      await deposit(gone.url, '10', `deleted-${made}`);
      await deposit(here.url, '10', `kept-${made}`);
      provider.losesAnswers = false;
      await call('DELETE', gone.url);
      expect((await settleOpenPayments(engine)).failures).toEqual([]);
      expect(await balance(here.url)).toBe('10.00');
    });
  });

  describe('top-up settings', () => {
    const settings = (url: string, min: unknown, upTo: unknown, over: object = {}) => call('PUT', `${url}/top-up-settings`, { enabled: true, min_balance: min, up_to_balance: upTo, ...over });

    it.each([['5', '6'], ['10', '100'], ['1000', '1001'], ['1000', '5000'], ['5', '5000'], ['5.0', '6.00'], ['999', '1000']])('take %s up to %s', async (min, upTo) => {
      const { url } = await customer();
      const answer = await settings(url, min, upTo);
      expect(answer).toMatchObject({ status: 200, body: { enabled: true, min_balance: String(Number(min)), up_to_balance: String(Number(upTo)), currency: 'USD' } });
      expect((await call('GET', `${url}/top-up-settings`)).body).toMatchObject(answer.body);
    });

    it.each([
      ['4', '100', '/min_balance'], ['1001', '2000', '/min_balance'], ['0', '100', '/min_balance'], ['-5', '100', '/min_balance'], ['5.5', '100', '/min_balance'], ['4.999', '100', '/min_balance'], ['1e1', '100', '/min_balance'],
      ['', '100', '/min_balance'], ['ten', '100', '/min_balance'], [10, '100', '/min_balance'], [null, '100', '/min_balance'], [undefined, '100', '/min_balance'],
      ['5', '5', '/up_to_balance'], ['5', '5001', '/up_to_balance'], ['10', '10', '/up_to_balance'], ['10', '9', '/up_to_balance'], ['10', '10.5', '/up_to_balance'], ['10', '100.01', '/up_to_balance'], ['10', 100, '/up_to_balance'], ['10', '', '/up_to_balance'], ['10', undefined, '/up_to_balance'],
    ])('refuse %s up to %s, naming %s', async (min, upTo, pointer) => {
      const { url } = await customer();
      const answer = await settings(url, min, upTo);
      expect(answer.status).toBe(400);
      expect(answer.body.errors.map((error: { pointer: string }) => error.pointer)).toEqual([pointer]);
      expect((await call('GET', `${url}/top-up-settings`)).status).toBe(404);
    });

    it('refuse a currency that there is not, and no word on whether they are on', async () => {
      const { url } = await customer();
      expect((await settings(url, '10', '100', { currency: 'EURO' })).body.errors[0].pointer).toBe('/currency');
      expect((await settings(url, '10', '100', { enabled: 'yes' })).body.errors[0].pointer).toBe('/enabled');
      expect((await settings(url, '10', '100', { enabled: undefined })).body.errors[0].pointer).toBe('/enabled');
    });

    it('are not there before they are set nor after they are forgotten', async () => {
      const { url } = await customer();
      expect((await call('GET', `${url}/top-up-settings`)).status).toBe(404);
      expect((await call('GET', `${url}/state`)).body.top_up).toBeNull();
      await settings(url, '10', '100');
      expect((await call('GET', `${url}/state`)).body.top_up).toMatchObject({ enabled: true, min_balance: '10', up_to_balance: '100' });
      expect((await settings(url, '4', '100')).status).toBe(400);
      expect((await call('GET', `${url}/top-up-settings`)).body.min_balance).toBe('10');
      expect((await call('DELETE', `${url}/top-up-settings`)).status).toBe(204);
      expect((await call('GET', `${url}/top-up-settings`)).status).toBe(404);
    });
  });

  it('leaves books that verify', async () => {
    expect((await verifyStore(engine, { isRepair: false })).differences).toEqual([]);
  });
});
