/** Events written straight through the driver into a table like ours: no HTTP, no deciding, no counters. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { childInput, tell } from './tell.js';
import { EVENTS_PER_BULK_CALL, METERS } from './workload.js';

export interface RawJob {
  readonly databaseUrl: string;
  readonly customers: number;
  readonly connections: number;
  readonly seconds: number;
}

export interface RawResult {
  readonly perSecond: number;
}

const INSERT = {
  name: 'insert_events',
  text: `
insert into raw.events (bucket, customer_id, id, name, occurred_at, properties, revision)
select bucket, customer_id, id, name, occurred_at, properties, revision
from unnest($1::smallint[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::json[], $7::bigint[])
  as added (bucket, customer_id, id, name, occurred_at, properties, revision)
`,
};

const job = childInput<RawJob>();
await makeTable();
const ids = customerIds();
const prefix = randomBytes(6).toString('hex');
const endsAt = performance.now() + job.seconds * 1000;
let inserted = 0;
let made = 0;
await Promise.all(Array.from({ length: job.connections }, insertUntilTheEnd));
const result: RawResult = { perSecond: inserted / job.seconds };
tell(result);
process.disconnect();

async function makeTable(): Promise<void> {
  const client = new pg.Client({ connectionString: job.databaseUrl });
  await client.connect();
  await client.query('drop schema if exists raw cascade; create schema raw; create table raw.events (like paidup.events including all)');
  await client.end();
}

async function insertUntilTheEnd(): Promise<void> {
  const client = new pg.Client({ connectionString: job.databaseUrl });
  await client.connect();
  while (performance.now() < endsAt) {
    await client.query({ ...INSERT, values: batch() });
    if (performance.now() < endsAt) inserted += EVENTS_PER_BULK_CALL;
  }
  await client.end();
}

function batch(): unknown[] {
  const numbers = Array.from({ length: EVENTS_PER_BULK_CALL }, () => Math.floor(Math.random() * ids.length)).sort((a, b) => a - b);
  const first = made;
  made += EVENTS_PER_BULK_CALL;
  const now = new Date().toISOString();
  return [
    numbers.map((number) => number % 64),
    numbers.map((number) => ids[number]),
    numbers.map((_, index) => `${prefix}-${first + index}`),
    numbers.map((_, index) => METERS[index % METERS.length]),
    numbers.map(() => now),
    numbers.map(() => '{"n":1}'),
    numbers.map(() => 1),
  ];
}

/** As long as Paidup's. */
function customerIds(): string[] {
  return Array.from({ length: job.customers }, () => `cus_${randomBytes(12).toString('hex')}`);
}
