import { bucketOf } from '../dist/core/customer.js';
import { query, type PaidupStore } from './store.js';

const PER_STATEMENT = 5_000;
/** One in so many has used up a limit. */
const IN_NEED = 500;
const NAMES = ['Alder', 'Birch', 'Cedar', 'Dune', 'Ember', 'Fjord'];

const ADDED = 'unnest($1::smallint[], $2::text[], $3::text[]) as added (bucket, id, name)';

const ADD_CUSTOMERS = `
insert into paidup.customers (bucket, id, external_id, name, email, currency, zone, metadata, standing, created_at, due_at)
select added.bucket, added.id, 'x-' || added.id, added.name, added.id || '@example.com', c.currency, c.zone, c.metadata, c.standing, c.created_at, c.due_at
from ${ADDED}
cross join paidup.customers c
where c.external_id = 'c1'
`;

const ADD_OUTLINES = `
insert into paidup.customer_outlines (bucket, customer_id, until)
select added.bucket, added.id, o.until
from ${ADDED}
cross join paidup.customers c
join paidup.customer_outlines o on o.bucket = c.bucket and o.customer_id = c.id
where c.external_id = 'c1'
`;

const ADD_SPANS = `
insert into paidup.subscription_spans (bucket, customer_id, subscription_id, starts_at, ends_at, status, is_addon, plan_code, currency, interval_unit, interval_count, amount)
select added.bucket, added.id, s.subscription_id, s.starts_at, s.ends_at, s.status, s.is_addon, s.plan_code, s.currency, s.interval_unit, s.interval_count, s.amount
from ${ADDED}
cross join paidup.customers c
join paidup.subscription_spans s on s.bucket = c.bucket and s.customer_id = c.id
where c.external_id = 'c1'
`;

const ADD_NEEDS = `
insert into paidup.customer_attentions (bucket, customer_id, kind, detail, account_number)
select bucket, id, 'limit_reached', 'bench', account_number
from paidup.customers
where account_number % $1 = 0
on conflict do nothing
`;

/** Writes customers like c1 by SQL, with what lists read of them, until there are `to`. */
export async function growCustomers(store: PaidupStore, to: number): Promise<void> {
  await outlineAll(store);
  for (let from = store.target.customers; from < to; from += PER_STATEMENT) {
    const numbers = Array.from({ length: Math.min(PER_STATEMENT, to - from) }, (_, index) => from + index);
    const ids = numbers.map((number) => `cus_bench${String(number).padStart(19, '0')}`);
    const added = [ids.map(bucketOf), ids, numbers.map((number) => `${NAMES[number % NAMES.length] ?? ''} ${(number * 7_919) % to}`)];
    for (const statement of [ADD_CUSTOMERS, ADD_OUTLINES, ADD_SPANS]) await query(store.databaseUrl, statement, added);
  }
  await query(store.databaseUrl, ADD_NEEDS, [IN_NEED]);
  await query(store.databaseUrl, 'vacuum (analyze) paidup.customers, paidup.customer_outlines, paidup.subscription_spans, paidup.customer_attentions');
}

/** Whoever reads by plan or status has outlines made, some thousands at a time. */
async function outlineAll({ target, databaseUrl }: PaidupStore): Promise<void> {
  for (;;) {
    const answer = await fetch(`${target.url}/v1/customers?status=active&limit=1`, { headers: { authorization: `Bearer ${target.key}` } });
    if (!answer.ok) throw new Error(`the list of customers answers ${answer.status}`);
    await answer.text();
    const [row] = await query<{ stale: string }>(databaseUrl, `select count(*) as stale from paidup.customer_outlines where until <= now()`);
    if (row?.stale === '0') return;
  }
}
