import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCustomer, updateCustomer } from '../../src/service/customer.js';
import { inUnit, type Engine } from '../../src/service/engine.js';
import { closeEngine, openEngine } from '../../src/service/open.js';
import { createEndpoint } from '../../src/service/webhook-endpoint.js';
import { WebhookSender } from '../../src/service/webhook-task.js';
import { changeMessage } from '../../src/http/change.js';
import { sandboxProvider } from '../../src/provider/sandbox.js';
import { lockCustomers } from '../../src/store/customer.js';
import { migrate } from '../../src/store/migrate.js';
import { openPostgres } from '../../src/store/postgres.js';
import { freshDatabase } from '../support/postgres.js';
import { pause, startReceiver, startSending, testWebhooks, type Receiver, type TestWebhooks } from '../support/receiver.js';

const CUSTOMERS = 12;
const CHANGES = 10;
const TASKS = { name: 'test_tasks', sql: 'select endpoint_id from webhook_tasks' };

describe('webhooks of several processes on one PostgreSQL', () => {
  let webhooks: TestWebhooks;
  let receiver: Receiver;
  let engines: Engine[];

  beforeEach(async () => {
    webhooks = testWebhooks();
    receiver = await startReceiver();
    const url = await freshDatabase();
    engines = [];
    for (let process = 0; process < 2; process += 1) {
      const database = await openPostgres(url);
      await migrate(database);
      engines.push(await openEngine({ database, provider: sandboxProvider, webhooks }));
    }
  });
  afterEach(async () => {
    await receiver.close();
    for (const engine of engines) await closeEngine(engine);
  });

  const first = (): Engine => engines[0] as Engine;
  const listen = (url = receiver.url) => inUnit(first(), (unit) => createEndpoint(first(), unit, { url }));
  const customer = async (engine = first()): Promise<string> => (await inUnit(engine, (unit) => createCustomer(engine, unit, {}))).customer.id;
  const rename = (engine: Engine, id: string, name: string) => inUnit(engine, (unit) => updateCustomer(unit, id, { name }));
  const tasks = async (): Promise<number> => (await first().database.rows(TASKS, [])).length;
  const places = (id: string): number[] => receiver.received.filter(({ body }) => body.data.customer === id).map(({ body }) => body.data.revision as number);

  it('send each change once, and each customer in order, while all goes well', async () => {
    await listen();
    const workers = engines.map((engine) => startSending(engine));
    const ids = await Promise.all(Array.from({ length: CUSTOMERS }, () => customer()));
    for (let change = 0; change < CHANGES; change += 1) await Promise.all(ids.map((id, index) => rename(engines[(index + change) % 2] as Engine, id, `name ${change}`)));
    await expect.poll(() => receiver.received.length, { timeout: 20_000 }).toBe(CUSTOMERS * (CHANGES + 1));
    await expect.poll(tasks, { timeout: 10_000 }).toBe(0);
    await Promise.all(workers.map((worker) => worker.stop()));

    for (const id of ids) expect(places(id)).toEqual(Array.from({ length: CHANGES + 1 }, (_, revision) => revision));
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(receiver.received.length);
  });

  it('are sent again under the same id when the process that had them is killed: by the next one, once the lease has run out', async () => {
    const { id: endpoint } = await listen();
    await customer();
    // It claims the task, sends, and is never heard of again: what it heard back is lost with it.
    const killed = new WebhookSender(first(), changeMessage);
    const task = await killed.claim(endpoint);
    receiver.answer = () => null;
    void killed.tell(task as NonNullable<typeof task>, AbortSignal.timeout(60_000)).catch(() => undefined);
    await expect.poll(() => receiver.received.length).toBe(1);

    receiver.answer = () => 204;
    const worker = startSending(engines[1] as Engine);
    await pause(300);
    expect(receiver.received.length).toBe(1);
    webhooks.later(61_000);
    await expect.poll(() => receiver.received.length, { timeout: 10_000 }).toBe(2);
    await expect.poll(tasks).toBe(0);
    await worker.stop();
    const [lost, again] = receiver.received;

    expect([again?.id, again?.text]).toEqual([lost?.id, lost?.text]);
  });

  it('lose no change that is committed while the last one is being ticked off', async () => {
    const { id: endpoint } = await listen();
    const id = await customer();
    const sender = new WebhookSender(first(), changeMessage);
    const task = await sender.claim(endpoint);
    // Another process holds the customer's lock: the message goes out, and ticking it off has to wait for the change.
    let isHeld: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      isHeld = resolve;
    });
    let letGo: () => void = () => undefined;
    const changed = inUnit(engines[1] as Engine, async (unit) => {
      await lockCustomers(unit.transaction, [id]);
      isHeld();
      await new Promise<void>((resolve) => {
        letGo = resolve;
      });
      await updateCustomer(unit, id, { name: 'meanwhile' });
    });
    await held;
    const telling = sender.tell(task as NonNullable<typeof task>, AbortSignal.timeout(60_000));
    await expect.poll(() => receiver.received.length).toBe(1);
    await pause(200);
    letGo();
    await Promise.all([changed, telling]);
    expect(await tasks()).toBe(1);
    const worker = startSending(first());
    await expect.poll(() => places(id), { timeout: 10_000 }).toEqual([0, 1]);
    await worker.stop();
  });

  it('note a change that comes right after everything was told', async () => {
    const { id: endpoint } = await listen();
    const sender = new WebhookSender(first(), changeMessage);
    const id = await customer();
    for (let change = 1; change <= 30; change += 1) {
      const task = await sender.claim(endpoint);
      const telling = task === undefined ? Promise.resolve() : sender.tell(task, AbortSignal.timeout(60_000));
      await Promise.all([telling, rename(engines[1] as Engine, id, `name ${change}`)]);
    }
    const worker = startSending(first());
    await expect.poll(() => places(id).at(-1), { timeout: 10_000 }).toBe(30);
    await worker.stop();

    expect(places(id)).toEqual(Array.from({ length: 31 }, (_, revision) => revision));
  });
});
