/** What people write instead: a transaction per event, a keyed select per check; no batches, no plans, no keys. */
import Fastify from 'fastify';
import pg from 'pg';
import { childInput, listen } from '../tell.js';
import { METERS } from '../workload.js';

export interface HandRolledInput {
  readonly databaseUrl: string;
  readonly customers: number;
}

interface EventBody {
  id: string;
  customer: string;
  name: string;
  properties: { n: number };
}

interface Counter {
  used: string;
  included: string;
}

const TABLES = `
drop schema if exists hand_rolled cascade;
create schema hand_rolled;
create table hand_rolled.events (
  customer text not null,
  id text not null,
  name text not null,
  properties json not null,
  recorded_at timestamptz not null default now(),
  primary key (customer, id)
);
create table hand_rolled.counters (
  customer text not null,
  meter text not null,
  used numeric not null,
  included numeric not null,
  primary key (customer, meter)
) with (fillfactor = 70);
`;
const SEED = `
insert into hand_rolled.counters (customer, meter, used, included)
select 'c' || n, meter, 0, 1000000000
from generate_series(0, $1::int - 1) n
cross join unnest($2::text[]) meter
`;
const INSERT = {
  name: 'insert_event',
  text: 'insert into hand_rolled.events (customer, id, name, properties) values ($1, $2, $3, $4) on conflict (customer, id) do nothing',
};
const COUNT = {
  name: 'count_event',
  text: 'update hand_rolled.counters set used = used + $3 where customer = $1 and meter = $2 returning used, included',
};
const CHECK = { name: 'check', text: 'select used, included from hand_rolled.counters where customer = $1 and meter = $2' };
/** Counts only where there is room. */
const CONSUME = {
  name: 'consume',
  text: 'update hand_rolled.counters set used = used + $3 where customer = $1 and meter = $2 and used + $3 <= included returning used, included',
};
const CONSUME_SCHEMA = {
  type: 'object',
  required: ['id', 'feature', 'quantity'],
  properties: { id: { type: 'string' }, feature: { type: 'string' }, quantity: { type: 'string' } },
};
const EVENT_SCHEMA = {
  type: 'object',
  required: ['events'],
  properties: {
    events: {
      type: 'array',
      minItems: 1,
      maxItems: 1,
      items: {
        type: 'object',
        required: ['id', 'customer', 'name', 'properties'],
        properties: { id: { type: 'string' }, customer: { type: 'string' }, name: { type: 'string' }, properties: { type: 'object' } },
      },
    },
  },
};

const { databaseUrl, customers } = childInput<HandRolledInput>();
const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });
await pool.query(TABLES);
await pool.query(SEED, [customers, METERS]);

const app = Fastify({ logger: false });
app.post<{ Body: { events: [EventBody] } }>('/v1/events', { schema: { body: EVENT_SCHEMA } }, async (request) => {
  const [event] = request.body.events;
  return { results: [await record(event)] };
});
app.get<{ Params: { customer: string; meter: string } }>('/v1/customers/:customer/check/:meter', async (request, reply) => {
  const { customer, meter } = request.params;
  const { rows } = await pool.query<Counter>({ ...CHECK, values: [customer, meter] });
  return rows[0] === undefined ? reply.status(404).send() : counterView(rows[0]);
});
app.post<{ Params: { customer: string }; Body: { id: string; feature: string; quantity: string } }>('/v1/customers/:customer/consume', { schema: { body: CONSUME_SCHEMA } }, (request) => {
  const { id, feature, quantity } = request.body;
  return record({ id, customer: request.params.customer, name: feature, properties: { n: Number(quantity) } }, CONSUME);
});
await listen(app, { close: () => pool.end() });

async function record(event: EventBody, count = COUNT): Promise<object> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const inserted = await client.query({ ...INSERT, values: [event.customer, event.id, event.name, event.properties] });
    if (inserted.rowCount === 0) {
      await client.query('rollback');
      return { id: event.id, status: 'duplicate' };
    }
    const { rows } = await client.query<Counter>({ ...count, values: [event.customer, event.name, event.properties.n] });
    await client.query(rows[0] === undefined ? 'rollback' : 'commit');
    return { id: event.id, status: 'accepted', ...(rows[0] === undefined ? {} : counterView(rows[0])) };
  } finally {
    client.release();
  }
}

function counterView({ used, included }: Counter): object {
  const remaining = Math.max(0, Number(included) - Number(used));
  return { allowed: remaining > 0, used, included, remaining };
}
