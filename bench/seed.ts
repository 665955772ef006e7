import { EVENTS_PER_BULK_CALL, METERS, type Target } from './workload.js';
import { query, type PaidupStore } from './store.js';

const DAY_MS = 86_400_000;
/** Events that each customer has of each meter before anything is measured: some 10^4 in all for 2,000 customers. */
const EVENTS_EACH = 2;
const PARALLEL = 32;

/** One plan with a fixed price and a usage price per meter; every third customer has it twice. Gives the events sent. */
export async function seed(target: Target): Promise<number> {
  for (const code of METERS) await send(target, 'PUT', `/v1/meters/${code}`, { event_name: code, aggregation: 'sum', property: 'n' });
  for (const code of METERS) await send(target, 'PUT', `/v1/features/${code}`, { type: 'metered', meter: code });
  await send(target, 'PUT', '/v1/plans/pro', plan());
  const startsAt = new Date(Date.now() - 10 * DAY_MS).toISOString();
  await inParallel(target.customers, async (number) => {
    await send(target, 'PUT', `/v1/customers/c${number}`, { name: `Customer ${number}`, email: `c${number}@example.com`, currency: 'EUR' });
    const subscriptions = number % 3 === 0 ? 2 : 1;
    for (let made = 0; made < subscriptions; made += 1) await send(target, 'POST', `/v1/customers/c${number}/subscriptions`, { plan: 'pro', starts_at: startsAt });
  });
  const events = seedEvents(target.customers);
  const calls = Math.ceil(events.length / EVENTS_PER_BULK_CALL);
  await inParallel(calls, (call) => send(target, 'POST', '/v1/events', { events: events.slice(call * EVENTS_PER_BULK_CALL, (call + 1) * EVENTS_PER_BULK_CALL) }));
  return events.length;
}

function plan(): object {
  const usage = METERS.map((meter) => ({ code: meter, type: 'usage', meter, included: '1000', model: { type: 'per_unit', amount: '0.002' } }));
  const features = METERS.map((meter) => ({ feature: meter, price: meter }));
  return { name: 'Pro', currency: 'EUR', interval: { unit: 'month', count: 1 }, features, prices: [{ code: 'base', type: 'fixed', amount: '29' }, ...usage] };
}

function seedEvents(customers: number): object[] {
  return Array.from({ length: customers }, (_, number) =>
    METERS.flatMap((name) => Array.from({ length: EVENTS_EACH }, (__, made) => ({ id: `seed-${name}-${made}`, customer: `c${number}`, name, properties: { n: 1 } }))),
  ).flat();
}

const ADD_EVENTS = `
insert into paidup.events (bucket, customer_id, id, name, occurred_at, properties, revision)
select c.bucket, c.id, 'grown-' || meter || '-' || n, meter, now() - n * ($2 / $1) * interval '1 second', '{"n":1}', c.revision
from paidup.customers c
cross join unnest($3::text[]) meter
cross join generate_series(1, $1::int) n
order by c.bucket, c.id
`;
const COUNT_THEM = 'update paidup.usage_windows set used = used + $1::int, events = events + $1::int';

/** Writes events for all customers by SQL, spread over the period under way, and counts them as Paidup would have. */
export async function growEvents(store: PaidupStore, to: number): Promise<void> {
  const each = Math.ceil((to - store.acknowledged) / (store.target.customers * METERS.length));
  if (each <= 0) return;
  const spreadSeconds = (9 * DAY_MS) / 1000;
  await query(store.databaseUrl, ADD_EVENTS, [each, spreadSeconds, METERS]);
  await query(store.databaseUrl, COUNT_THEM, [each]);
  await query(store.databaseUrl, 'vacuum (analyze) paidup.events, paidup.usage_windows');
  store.acknowledged += each * store.target.customers * METERS.length;
}

async function send(target: Target, method: string, path: string, body: object): Promise<void> {
  const headers = { authorization: `Bearer ${target.key}`, 'content-type': 'application/json' };
  const answer = await fetch(`${target.url}${path}`, { method, headers, body: JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok || text.includes('"status":"refused"')) throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 500)}`);
}

async function inParallel(count: number, work: (number: number) => Promise<void>): Promise<void> {
  let next = 0;
  const workers = Array.from({ length: PARALLEL }, async () => {
    while (next < count) {
      next += 1;
      await work(next - 1);
    }
  });
  await Promise.all(workers);
}
