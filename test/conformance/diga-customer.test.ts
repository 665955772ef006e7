import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setPaymentMethod } from '../../src/service/payment-method.js';
import { verifyStore } from '../../src/service/verify.js';
import { STORES, startPaidup, type TestPaidup } from '../support/app.js';
import { at } from '../support/core.js';
import { DIGA_NOW, defineDigaCatalog, startDigaProject } from '../support/diga.js';

const PATH = '/v1/billing/customer/';
const ADDRESS = { city: 'Madrid', country: 'ES', line1: 'Gran Via 1', line2: null, postal_code: '28013', state: null };
const FULL = { name: 'Aurora Voice SL', email: 'billing@aurora-voice.example', phone: '+34 600 000 000', address: ADDRESS, metadata: { tier: 'gold' } };
const error = (code: string, message: unknown) => ({ status: 'error', error_code: code, message });
const valueError = (...loc: string[]) => ({ loc: ['body', ...loc], msg: expect.stringMatching(/^Value error, /), type: 'value_error' });

describe.each(STORES)('the customer of Diga on the %s store', (store) => {
  let paidup: TestPaidup;
  beforeAll(async () => {
    paidup = await startPaidup({ store, now: at(DIGA_NOW) });
    await defineDigaCatalog(paidup);
  });
  afterAll(() => paidup.stop());

  it('is changed in all that the vendor has a field for, and is the native customer', async () => {
    const project = await startDigaProject(paidup, 'pro');
    const { status, body } = await project.ask('PATCH', PATH, FULL);
    const native = await project.native();
    expect([status, body]).toEqual([200, { id: native.id, ...FULL, default_payment_method_id: null }]);
    expect(native).toMatchObject(FULL);
  });

  it('keeps what is left out or null, and loses what is empty', async () => {
    const project = await startDigaProject(paidup);
    await project.ask('PATCH', PATH, FULL);
    const untouched = await project.ask('PATCH', PATH, { name: null, email: null, phone: null, address: null, metadata: null, default_payment_method_id: null });
    expect(untouched.body).toMatchObject(FULL);
    expect((await project.ask('PATCH', PATH, {})).body).toMatchObject(FULL);
    const { revision } = await project.native();
    expect((await project.ask('PATCH', PATH, { unknown: 1 })).status).toBe(200);
    expect((await project.native()).revision).toBe(revision);

    const emptied = await project.ask('PATCH', PATH, { name: '', email: '', phone: '', address: { line1: '' } });
    expect(emptied.body).toMatchObject({ name: null, email: null, phone: null, address: null, metadata: { tier: 'gold' } });
  });

  it('takes an address as a whole, and metadata name by name', async () => {
    const project = await startDigaProject(paidup);
    await project.ask('PATCH', PATH, FULL);
    const { body } = await project.ask('PATCH', PATH, { address: { city: 'Bilbao', country: 'es' }, metadata: { seats: 3, vip: true } });
    expect(body).toMatchObject({ address: { city: 'Bilbao', country: 'ES', line1: null, line2: null, postal_code: null, state: null }, metadata: { tier: 'gold', seats: '3', vip: 'true' } });
    expect((await project.ask('PATCH', PATH, { metadata: { tier: '', seats: null } })).body.metadata).toEqual({ vip: 'true' });
  });

  it('puts its address on the next invoice', async () => {
    const project = await startDigaProject(paidup);
    await project.ask('PATCH', PATH, FULL);
    const { body } = await paidup.call('POST', `/v1/customers/${project.name}/subscriptions`, { plan: 'pro' });
    const html = (await paidup.call<string>('GET', `/v1/invoices/${body.invoices[0]}/html`)).body;
    for (const line of ['Aurora Voice SL', 'Gran Via 1', '28013 Madrid', 'Spain']) expect(html).toContain(line);
  });

  it('names no card on its first change, when the provider does not know it, and any card of the provider from then on', async () => {
    const project = await startDigaProject(paidup, 'pro');
    const early = await project.ask('PATCH', PATH, { name: 'Too early', default_payment_method_id: 'pm_sandbox_card_succeeds' });
    expect(early).toEqual({ status: 500, body: error('DEFAULT_PAYMENT_METHOD_NOT_ALLOWED_ON_CREATE', expect.any(String)) });
    expect((await project.native()).name).toBe('Aurora Voice');

    expect((await project.ask('PATCH', PATH, { phone: '+34 1' })).body.default_payment_method_id).toBeNull();
    const set = await project.ask('PATCH', PATH, { name: 'In time', default_payment_method_id: 'pm_sandbox_card_succeeds' });
    expect(set.body).toMatchObject({ name: 'In time', phone: '+34 1', default_payment_method_id: 'pm_sandbox_card_succeeds' });
    expect((await project.ask('GET', '/v1/billing/payment_method/')).body).toMatchObject([{ id: 'pm_sandbox_card_succeeds', is_default: true }]);
    expect((await project.native('/payment-method?refresh=true')).id).toBe('pm_sandbox_card_succeeds');
    expect((await verifyStore(paidup.engine, { isRepair: false })).differences).toEqual([]);
  });

  it('changes nothing when the card is refused', async () => {
    const project = await startDigaProject(paidup, 'pro');
    await setPaymentMethod(paidup.engine, project.name, 'card_succeeds');
    const refused = await project.ask('PATCH', PATH, { name: 'Other', default_payment_method_id: 'pm_nobody' });
    expect(refused).toEqual({ status: 422, body: { detail: [valueError('default_payment_method_id')] } });
    expect(await project.native()).toMatchObject({ name: 'Aurora Voice' });
    expect((await project.native('/payment-method')).id).toBe('pm_sandbox_card_succeeds');
  });

  it('changes nothing when a part is refused, its card neither', async () => {
    const project = await startDigaProject(paidup, 'pro');
    await setPaymentMethod(paidup.engine, project.name, 'card_succeeds');
    const refused = await project.ask('PATCH', PATH, { email: 'nobody', address: { country: 'Spain' }, default_payment_method_id: 'pm_sandbox_card_declines' });
    expect(refused).toEqual({ status: 422, body: { detail: [valueError('email'), valueError('address', 'country')] } });
    expect((await project.native('/payment-method')).id).toBe('pm_sandbox_card_succeeds');
  });

  it('answers the same again under one idempotency key', async () => {
    const project = await startDigaProject(paidup, 'pro');
    const headers = { authorization: `Bearer ${project.key}`, 'idempotency-key': 'once' };
    const send = (name: string) => paidup.inject({ method: 'PATCH', url: PATH, headers, payload: { name } });
    const first = (await send('One')).json();
    await project.ask('PATCH', PATH, { name: 'Two' });
    expect((await send('One')).json()).toEqual(first);
    expect((await project.native()).name).toBe('Two');
    const other = await send('Three');
    expect([other.statusCode, other.json()]).toEqual([422, error('IDEMPOTENCY_KEY_REUSED', expect.any(String))]);
  });
});

describe('metadata that a project sets', () => {
  let paidup: TestPaidup;
  beforeAll(async () => {
    paidup = await startPaidup({ now: at(DIGA_NOW) });
    await defineDigaCatalog(paidup);
  });
  afterAll(() => paidup.stop());

  it('are neither shown nor changed where they say how a surface shows the customer', async () => {
    const project = await startDigaProject(paidup);
    await paidup.call('PATCH', `/v1/customers/${project.name}`, { metadata: { 'docspace.payer_id': 'user-1', note: 'a' } });
    expect((await project.ask('PATCH', PATH, { metadata: { mine: 'b' } })).body.metadata).toEqual({ note: 'a', mine: 'b' });
    expect(await project.ask('PATCH', PATH, { metadata: { 'docspace.payer_id': 'user-2', 'diga.free': 'true' } })).toEqual({
      status: 422, body: { detail: [valueError('metadata', 'docspace.payer_id'), valueError('metadata', 'diga.free')] },
    });
    expect((await project.native()).metadata).toEqual({ 'docspace.payer_id': 'user-1', note: 'a', mine: 'b' });
  });

  it('have an end', async () => {
    const project = await startDigaProject(paidup);
    const many = (count: number, prefix: string) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, 'x']));
    expect((await project.ask('PATCH', PATH, { metadata: { ['n'.repeat(41)]: 'x', '': 'x', long: 'x'.repeat(501), 'a/b': 'x'.repeat(501) } })).body.detail).toEqual([
      valueError('metadata', 'n'.repeat(41)), valueError('metadata', ''), valueError('metadata', 'long'), valueError('metadata', 'a/b'),
    ]);
    expect((await project.ask('PATCH', PATH, { metadata: many(50, 'a') })).status).toBe(200);
    expect(await project.ask('PATCH', PATH, { metadata: many(1, 'b') })).toEqual({ status: 422, body: { detail: [valueError('metadata')] } });
    expect((await project.ask('PATCH', PATH, { metadata: { a0: 'y' } })).body.metadata.a0).toBe('y');
  });
});

describe('a change of the customer that does not fit', () => {
  let paidup: TestPaidup;
  let project: Awaited<ReturnType<typeof startDigaProject>>;
  beforeAll(async () => {
    paidup = await startPaidup({ now: at(DIGA_NOW) });
    project = await startDigaProject(paidup);
  });
  afterAll(() => paidup.stop());

  const noText = { msg: 'Input should be a valid string', type: 'string_type' };
  const noObject = { msg: 'Input should be a valid dictionary or object to extract fields from', type: 'model_attributes_type' };
  it.each<[body: unknown, detail: object[]]>([
    [{ name: 1 }, [{ loc: ['body', 'name'], ...noText }]],
    [{ email: true, phone: [] }, [{ loc: ['body', 'email'], ...noText }, { loc: ['body', 'phone'], ...noText }]],
    [{ address: 'Madrid' }, [{ loc: ['body', 'address'], ...noObject }]],
    [{ address: { city: 7 } }, [{ loc: ['body', 'address', 'city'], ...noText }]],
    [{ metadata: [] }, [{ loc: ['body', 'metadata'], ...noObject }]],
    [{ name: 'x'.repeat(256) }, [{ loc: ['body', 'name'], msg: 'String should have at most 255 characters', type: 'string_too_long' }]],
    [[], [{ loc: ['body'], ...noObject }]],
    [undefined, [{ loc: ['body'], msg: 'Field required', type: 'missing' }]],
  ])('%j is answered with 422 as FastAPI does', async (body, detail) => {
    expect(await project.ask('PATCH', PATH, body)).toEqual({ status: 422, body: { detail } });
  });
});
