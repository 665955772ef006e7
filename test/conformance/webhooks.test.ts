import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PATIENCE_MS } from '../../src/core/webhook-task.js';
import { verifyStore } from '../../src/service/verify.js';
import type { Worker } from '../../src/worker/loop.js';
import { STORES, startPaidup, type TestPaidup } from '../support/app.js';
import { pause, startReceiver, startSending, testWebhooks, verified, type Receiver, type TestWebhooks } from '../support/receiver.js';

const MINUTE = 60_000;
const DAY = 86_400_000;

describe.each(STORES)('webhooks on the %s store', (store) => {
  let paidup: TestPaidup;
  let webhooks: TestWebhooks;
  let receiver: Receiver;
  let worker: Worker;
  let errors: object[];
  let round = 0;

  beforeAll(async () => {
    webhooks = testWebhooks();
    paidup = await startPaidup({ store, webhooks });
    await paidup.call('PUT', '/v1/meters/calls', { event_name: 'call', aggregation: 'count' });
  });
  beforeEach(async () => {
    round += 1;
    errors = [];
    webhooks.reset();
    receiver = await startReceiver();
    worker = startSending(paidup.engine, errors);
  });
  afterEach(async () => {
    await worker.stop();
    await receiver.close();
    for (const { id } of (await paidup.call('GET', '/v1/webhook-endpoints?limit=200')).body.data) await paidup.call('DELETE', `/v1/webhook-endpoints/${id}`);
  });
  afterAll(async () => {
    expect((await verifyStore(paidup.engine, { isRepair: false })).differences).toEqual([]);
    await paidup.stop();
  });

  /** The name of a customer of this test alone. */
  const own = (name: string): string => `${name}-${round}`;
  const endpoint = async (body: object = {}): Promise<{ id: string; secret: string }> => {
    const made = await paidup.call('POST', '/v1/webhook-endpoints', { url: receiver.url, ...body });
    expect(made.status).toBe(201);
    return made.body;
  };
  const shown = async (id: string) => (await paidup.call('GET', `/v1/webhook-endpoints/${id}`)).body;
  const log = async (id: string, query = '') => (await paidup.call('GET', `/v1/webhook-endpoints/${id}/deliveries${query}`)).body;
  const customer = async (name: string, over: object = {}) => (await paidup.call('POST', '/v1/customers', { external_id: own(name), currency: 'USD', ...over })).body;
  const rename = (name: string, to: string) => paidup.call('PATCH', `/v1/customers/${own(name)}`, { name: to });
  const credit = (name: string, amount = '5.00') => paidup.call('POST', `/v1/customers/${own(name)}/credits`, { amount, reason: 'gift' });
  const place = ({ body }: { body: { data: { revision: number; position: number } } }) => [body.data.revision, body.data.position];
  const told = (name?: string) => receiver.received.filter(({ body }) => name === undefined || body.data.external_id === own(name));
  const arrived = (count: number, name?: string) => expect.poll(() => told(name).length, { timeout: 10_000 }).toBe(count);
  const allTold = async (): Promise<void> => {
    await expect.poll(async () => (await tasks()).length, { timeout: 10_000 }).toBe(0);
  };
  const tasks = () => paidup.engine.database.rows<{ attempts: number }>({ name: 'test_tasks', sql: 'select attempts from webhook_tasks' }, []);
  /** The one task there is has failed so often, and rests. */
  const failures = (count: number) => expect.poll(async () => (await tasks()).map(({ attempts }) => attempts), { timeout: 10_000 }).toContain(count);

  it('are signed as Standard Webhooks says, and hold what happened with the state at that revision', async () => {
    const { id, secret } = await endpoint();
    await customer('acme');
    await credit('acme', '5.00');
    await arrived(2);
    const [, second] = receiver.received;

    expect(verified(second as never, secret)).toEqual(second?.body);
    expect(() => verified(second as never, `whsec_${Buffer.from('another').toString('base64')}`)).toThrow();
    expect(second?.headers['webhook-id']).toMatch(/^msg_[0-9a-f]{24}$/);
    expect(second?.body).toMatchObject({
      type: 'wallet.updated',
      timestamp: expect.stringMatching(/Z$/),
      data: { external_id: own('acme'), revision: 1, position: 0, kind: 'grant', amount: { amount: '5.00', currency: 'USD' }, state: { revision: 1, wallet: [{ balance: '5.00' }] } },
    });
    expect(JSON.stringify([await shown(id), (await log(id)).data])).not.toContain(secret);
  });

  it('come in the order of the revisions of each customer, whoever changes it at the same time, as the gap-fill read tells them', async () => {
    await endpoint();
    await customer('one');
    await customer('two');
    await Promise.all(Array.from({ length: 8 }, (_, index) => Promise.all([credit('one'), rename('two', `Two ${index}`), rename('one', `One ${index}`)])));
    await arrived(17, 'one');
    await arrived(9, 'two');
    const { body: changes } = await paidup.call('GET', `/v1/customers/${own('one')}/changes?limit=200`);

    for (const name of ['one', 'two']) expect(told(name).map(place)).toEqual([...told(name).keys()].map((revision) => [revision, 0]));
    for (const { body } of receiver.received) expect(body.data.state.revision).toBe(body.data.revision);
    expect(changes).toMatchObject({ revision: 16, next_after_revision: null });
    expect(changes.data.map((change: { revision: number; position: number; type: string }) => [change.revision, change.position, change.type])).toEqual(told('one').map((message) => [...place(message), message.body.type]));
    for (const [index, change] of (changes.data as Array<{ data: object }>).entries()) expect(told('one')[index]?.body.data).toMatchObject(change.data);
  });

  it('are tried again in order, with the same id and the same bytes, and hold up no other customer', async () => {
    const { id } = await endpoint();
    receiver.answer = ({ body }) => (body.data.external_id === own('ill') ? 500 : 204);
    await customer('ill');
    await rename('ill', 'Ill');
    await failures(1);
    await customer('well');
    await arrived(1, 'well');
    expect((await log(id, '?status=pending')).data).toMatchObject([{ type: 'customer.created', status: 'pending', attempts: [{ status: 500, error: null }] }]);

    receiver.answer = () => 204;
    await credit('ill');
    webhooks.later(MINUTE);
    await arrived(4, 'ill');
    const [first, again, second, third] = told('ill');

    expect([again?.id, again?.text]).toEqual([first?.id, first?.text]);
    expect([second?.body.type, third?.body.type]).toEqual(['customer.updated', 'wallet.updated']);
    expect(new Set([first?.id, second?.id, third?.id]).size).toBe(3);
    // What was the state then, although more has happened since.
    expect([first, second, third].map((message) => [message?.body.data.state.revision, message?.body.data.state.wallet.length])).toEqual([[0, 1], [1, 1], [2, 1]]);
    expect([second, third].map((message) => message?.body.data.state.wallet[0].balance)).toEqual(['0.00', '5.00']);
  });

  it('leave a receiver that fails in peace for longer and longer', async () => {
    await endpoint();
    receiver.answer = () => 503;
    await customer('acme');
    await failures(1);
    for (const [index, rest] of [5_000, MINUTE, 5 * MINUTE, 30 * MINUTE, 120 * MINUTE].entries()) {
      webhooks.later(rest - 3_000);
      await pause(100);
      expect(receiver.received.length).toBe(index + 1);
      webhooks.later(4_000);
      await failures(index + 2);
    }
    expect(new Set(receiver.received.map((message) => message.id)).size).toBe(1);
  });

  it('switch an endpoint off that has failed for five days, tell the others, and go on from then on when it is switched on', async () => {
    const { id } = await endpoint({ url: `${receiver.url}/dead` });
    await endpoint({ url: `${receiver.url}/other`, types: ['webhook_endpoint.disabled'] });
    await endpoint({ url: `${receiver.url}/deaf`, types: ['invoice.issued'] });
    receiver.answer = ({ path }) => (path.endsWith('/dead') ? 500 : 204);
    await customer('acme');
    await failures(1);
    webhooks.later(PATIENCE_MS - DAY);
    await failures(2);
    expect(await shown(id)).toMatchObject({ enabled: true });
    webhooks.later(DAY);
    await expect.poll(() => shown(id), { timeout: 10_000 }).toMatchObject({ enabled: false, disabled_at: expect.any(String), disabled_reason: 'a message could not be delivered for five days' });
    await expect.poll(() => receiver.received.find(({ path }) => path.endsWith('/other'))?.body).toMatchObject({ type: 'webhook_endpoint.disabled', data: { endpoint: id, url: `${receiver.url}/dead` } });
    expect((await log(id)).data).toMatchObject([{ status: 'failed', type: 'customer.created' }]);
    expect(errors).toEqual([{ endpoint: id, reason: 'a message could not be delivered for five days' }]);

    await rename('acme', 'while it is off');
    receiver.answer = () => 204;
    await paidup.call('PATCH', `/v1/webhook-endpoints/${id}`, { enabled: true });
    await rename('acme', 'after');
    await expect.poll(() => receiver.received.filter(({ path }) => path.endsWith('/dead')).at(-1)?.body.data.revision).toBe(2);
    await allTold();

    expect(receiver.received.filter(({ path }) => path.endsWith('/dead')).map(({ body }) => body.data.revision)).toEqual([0, 0, 0, 2]);
    expect(receiver.received.filter(({ path }) => path.endsWith('/deaf'))).toEqual([]);
  });

  it('end at once for an endpoint that answers 410 Gone', async () => {
    const { id } = await endpoint();
    receiver.answer = () => 410;
    await customer('acme');
    await expect.poll(() => shown(id), { timeout: 10_000 }).toMatchObject({ enabled: false, disabled_reason: 'the receiver answered 410 Gone' });
    await rename('acme', 'Acme');
    await allTold();

    expect(receiver.received.length).toBe(1);
  });

  it('are signed with both secrets while one is being replaced', async () => {
    const { id, secret } = await endpoint();
    const rotated = (await paidup.call('POST', `/v1/webhook-endpoints/${id}/rotate-secret`)).body;
    await customer('acme');
    await arrived(1);
    const [both] = receiver.received;
    webhooks.later(DAY + MINUTE);
    await rename('acme', 'Acme');
    await arrived(2);
    const [, later] = receiver.received;

    expect(rotated.secret).not.toBe(secret);
    expect([verified(both as never, secret), verified(both as never, rotated.secret)]).toEqual([both?.body, both?.body]);
    expect(String(both?.headers['webhook-signature']).split(' ')).toHaveLength(2);
    expect(String(later?.headers['webhook-signature']).split(' ')).toHaveLength(1);
  });

  it('tell an endpoint what it asked for: by type, of one customer, usage too', async () => {
    await customer('acme');
    await customer('other');
    await endpoint({ url: `${receiver.url}/wallet`, types: ['wallet.updated'] });
    await endpoint({ url: `${receiver.url}/other`, customer: own('other') });
    await endpoint({ url: `${receiver.url}/all`, types: ['*'] });
    await endpoint({ url: `${receiver.url}/usual` });
    await paidup.call('POST', '/v1/events', { events: [{ id: 'a', customer: own('acme'), name: 'call' }] });
    await rename('acme', 'Acme');
    await credit('acme');
    await rename('other', 'Other');
    await expect.poll(() => receiver.received.length, { timeout: 10_000 }).toBe(1 + 1 + 4 + 3);
    await allTold();
    const at = (path: string) => receiver.received.filter((message) => message.path.endsWith(path)).map(({ body }) => `${body.data.external_id.split('-')[0]} ${body.data.revision} ${body.type}`).sort();

    expect(at('/wallet')).toEqual(['acme 3 wallet.updated']);
    expect(at('/other')).toEqual(['other 1 customer.updated']);
    expect(at('/all')).toEqual(['acme 1 usage.recorded', 'acme 2 customer.updated', 'acme 3 wallet.updated', 'other 1 customer.updated']);
    expect(at('/usual')).toEqual(['acme 2 customer.updated', 'acme 3 wallet.updated', 'other 1 customer.updated']);
  });

  it('are told of a deleted customer too, who has no state any more', async () => {
    await customer('gone');
    await endpoint();
    await paidup.call('DELETE', `/v1/customers/${own('gone')}`);
    await arrived(1);

    expect(receiver.received[0]?.body).toMatchObject({ type: 'customer.deleted', data: { external_id: own('gone'), revision: 1, state: null } });
  });

  it('tell that an automatic top-up was declined, and that this switched it off', async () => {
    await customer('low');
    await paidup.call('PUT', `/v1/customers/${own('low')}/payment-method`, { token: 'card_declines' });
    await endpoint();
    await paidup.call('PUT', `/v1/customers/${own('low')}/top-up-settings`, { enabled: true, min_balance: '10', up_to_balance: '20' });
    await arrived(4);
    const changes = receiver.received.map(({ body }) => [body.type, body.data]);

    expect(changes).toMatchObject([
      ['top_up_settings.updated', { enabled: true, switched_off: null, state: { top_up: { enabled: true } } }],
      ['payment.requested', { purpose: 'top_up', amount: { amount: '20.00', currency: 'USD' } }],
      ['payment.declined', { purpose: 'top_up', amount: { amount: '20.00', currency: 'USD' }, reason: 'insufficient_funds', state: { top_up: { enabled: false, switched_off: 'insufficient_funds' } } }],
      ['top_up_settings.updated', { enabled: false, switched_off: 'insufficient_funds' }],
    ]);
    expect(receiver.received.map(place)).toEqual([[2, 0], [2, 1], [3, 0], [3, 1]]);
  });

  it('tell an alert of usage to who does not hear usage itself', async () => {
    await customer('heavy');
    await paidup.call('PUT', '/v1/plans/called', { currency: 'USD', interval: { unit: 'month', count: 1 }, prices: [{ code: 'calls', type: 'usage', meter: 'calls', included: '10', model: { type: 'per_unit', amount: '1' } }] });
    await paidup.call('POST', `/v1/customers/${own('heavy')}/subscriptions`, { plan: 'called' });
    const alert = (await paidup.call('POST', `/v1/customers/${own('heavy')}/alerts`, { meter: 'calls', threshold: { type: 'quantity', quantity: '2' } })).body;
    await endpoint({ types: ['usage.alert'] });
    await paidup.call('POST', '/v1/events', { events: ['a', 'b', 'c'].map((id) => ({ id, customer: own('heavy'), name: 'call' })) });
    await arrived(1);
    await allTold();

    expect(receiver.received.map(({ body }) => body)).toMatchObject([{ type: 'usage.alert', data: { alert: alert.id, meter: 'calls', used: '3', limit: '2', percent: '150', state: { usage: [{ used: '3' }] } } }]);
  });

  it('go on to everybody while one receiver never answers', async () => {
    await endpoint({ url: `${receiver.url}/silent` });
    await endpoint({ url: `${receiver.url}/quick` });
    receiver.answer = ({ path }) => (path.endsWith('/silent') ? null : 204);
    await Promise.all(Array.from({ length: 12 }, (_, index) => customer(`c-${index}`)));
    const quick = (): number => receiver.received.filter(({ path }) => path.endsWith('/quick')).length;
    await expect.poll(quick, { timeout: 5_000 }).toBe(12);
    const started = performance.now();
    await rename('c-0', 'again');
    await expect.poll(quick, { timeout: 5_000 }).toBe(13);

    // The silent one is given 15 s for each message.
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(receiver.received.filter(({ path }) => path.endsWith('/silent')).length).toBeGreaterThan(0);
  });

  it('can be tested and sent again by hand, and are logged', async () => {
    const { id } = await endpoint();
    const test = (await paidup.call('POST', `/v1/webhook-endpoints/${id}/test`)).body;
    receiver.answer = () => 500;
    const failed = (await paidup.call('POST', `/v1/webhook-endpoints/${id}/test`)).body;
    await customer('acme');
    await failures(1);
    receiver.answer = () => 204;
    const [created] = (await log(id, `?customer=${own('acme')}`)).data;
    const again = await paidup.call('POST', `/v1/webhook-endpoints/${id}/deliveries/${created.id}/redeliver`);
    const read = (await paidup.call('GET', `/v1/webhook-endpoints/${id}/deliveries/${created.id}`)).body;
    webhooks.later(MINUTE);
    await allTold();
    const first = await log(id, '?limit=2');
    const second = await log(id, `?limit=2&cursor=${first.next_cursor}`);

    expect(test).toMatchObject({ delivered: true, attempt: { status: 204, error: null } });
    expect(failed).toMatchObject({ delivered: false, attempt: { status: 500 } });
    expect(again.body).toMatchObject({ delivery: created.id, delivered: true, attempt: { status: 204 } });
    expect(read).toMatchObject({ status: 'delivered', delivered_at: expect.any(String), attempts: [{ status: 500 }, { status: 204 }] });
    expect(told('acme').map((message) => [message.id, message.text])).toEqual([[created.id, read.body], [created.id, read.body]]);
    expect([...first.data, ...second.data].map(({ type, status }: { type: string; status: string }) => [type, status])).toEqual([
      ['customer.created', 'delivered'], ['webhook_endpoint.test', 'failed'], ['webhook_endpoint.test', 'delivered'],
    ]);
    expect(second.next_cursor).toBeNull();
    expect((await paidup.call('DELETE', `/v1/webhook-endpoints/${id}`)).status).toBe(204);
    expect((await paidup.call('GET', `/v1/webhook-endpoints/${id}/deliveries/${created.id}`)).status).toBe(404);
  });

  it('are noted with the change and lost by no restart', async () => {
    await worker.stop();
    await endpoint();
    await customer('acme');
    await rename('acme', 'Acme');
    expect(receiver.received).toEqual([]);
    worker = startSending(paidup.engine, errors);
    await arrived(2);

    expect(receiver.received.map(({ body }) => body.type)).toEqual(['customer.created', 'customer.updated']);
  });
});
