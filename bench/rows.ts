import { runChild, startChild } from './child.js';
import { compare, load, loading, loadingStore } from './measure.js';
import type { Options } from './options.js';
import type { RawJob, RawResult } from './raw.js';
import { growCustomers } from './crowd.js';
import { growEvents } from './seed.js';
import type { BareInput } from './servers/bare.js';
import type { HandRolledInput } from './servers/hand-rolled.js';
import { openEmbedded, openOnPostgres, proveAllStored, query, type PaidupStore } from './store.js';
import { rate, type Row } from './table.js';
import type { Listening } from './tell.js';
import type { Workload } from './workload.js';

/** What rows are measured with. */
export interface Bench {
  readonly options: Options;
  /** Address of the PostgreSQL that the bench started. */
  readonly serverUrl: string;
  /** A Paidup on it, shared by all rows that do not need one of their own. */
  readonly store: PaidupStore;
}

const RAW_CONNECTIONS = 4;
const LISTINGS = ['list', 'search'] as const;

/** GET of the full state against a route that has the same bytes in memory. */
export async function stateRow({ options, store }: Bench): Promise<Row> {
  const { url, key, customers } = store.target;
  const input: BareInput = { url, key, customers };
  const bare = await startChild<Listening>({ script: 'servers/bare.ts', core: 'server', input, profileFolder: options.profileFolder });
  try {
    const { ours, theirs } = await compare(options.seconds, loadingStore(store, 'state'), loading({ ...bare.message, customers }, 'state'));
    return { path: 'full state, 64 connections', ours: rate(ours, 'requests'), yardstick: 'bare', theirs: rate(theirs, 'requests'), ratio: ours / theirs, bar: { atLeast: 0.5 } };
  } finally {
    await bare.stop();
  }
}

/** May this customer use one more? Against a keyed select of one counter. */
export function checkRow(bench: Bench): Promise<Row> {
  return againstHandRolled(bench, { path: 'check, 64 connections', ours: 'check', theirs: 'keyed', unit: 'requests', bar: { atLeast: 0.8 } });
}

/** Check and record in one step, against a transaction that counts where there is room; and one customer that all ask about, against many. */
export async function consumeRows(bench: Bench): Promise<Row[]> {
  const { options, store } = bench;
  const row = await againstHandRolled(bench, { path: 'consume, many customers, 64 connections', ours: 'consume', theirs: 'consume', unit: 'requests', bar: null });
  const { ours, theirs } = await compare(options.seconds, loadingStore(store, 'hot'), loadingStore(store, 'consume'));
  return [row, { path: 'consume on one hot customer, 64 connections', ours: rate(ours, 'requests'), yardstick: 'consume on many', theirs: rate(theirs, 'requests'), ratio: ours / theirs, bar: { atLeast: 0.5 } }];
}

export function eventRow(bench: Bench): Promise<Row> {
  return againstHandRolled(bench, { path: 'one event a request, 64 connections', ours: 'event', theirs: 'event', unit: 'events', bar: { atLeast: 2 } });
}

async function againstHandRolled(
  { options, store }: Bench,
  row: { path: string; ours: Exclude<Workload, 'mixed'>; theirs: Workload; unit: string; bar: Row['bar'] },
): Promise<Row> {
  const { customers } = store.target;
  const input: HandRolledInput = { databaseUrl: store.databaseUrl, customers };
  const handRolled = await startChild<Listening>({ script: 'servers/hand-rolled.ts', core: 'server', input, profileFolder: options.profileFolder });
  try {
    const { ours, theirs } = await compare(options.seconds, loadingStore(store, row.ours), loading({ ...handRolled.message, customers }, row.theirs));
    return { path: row.path, ours: rate(ours, row.unit), yardstick: 'hand-rolled', theirs: rate(theirs, row.unit), ratio: ours / theirs, bar: row.bar };
  } finally {
    await handRolled.stop();
  }
}

/** The events of one call belong to as many customers as there are. */
export function bulkRow(bench: Bench): Promise<Row> {
  return againstRaw(bench, 'bulk', '100 events a request, of many customers');
}

/** The events of one call belong to one customer. */
export function callRow(bench: Bench): Promise<Row> {
  return againstRaw(bench, 'call', '100 events a request, of one customer');
}

async function againstRaw({ options, store }: Bench, workload: 'bulk' | 'call', path: string): Promise<Row> {
  const raw = async (seconds: number): Promise<number> => {
    const input: RawJob = { databaseUrl: store.databaseUrl, customers: store.target.customers, connections: RAW_CONNECTIONS, seconds };
    return (await runChild<RawResult>({ script: 'raw.ts', core: 'server', input })).perSecond;
  };
  const { ours, theirs } = await compare(options.seconds, loadingStore(store, workload), raw);
  return { path, ours: rate(ours, 'events'), yardstick: 'raw', theirs: rate(theirs, 'events'), ratio: ours / theirs, bar: { atLeast: 0.6 } };
}

/** The same customers' state with few events behind it and with many. */
export async function growthRow({ options, serverUrl }: Bench): Promise<Row> {
  const store = await openOnPostgres(serverUrl, 'growth', options);
  try {
    const side = loadingStore(store, 'state');
    await query(store.databaseUrl, 'vacuum (analyze) paidup.events, paidup.usage_windows');
    const few = await side(options.seconds);
    const exponent = options.isLarge ? 7 : 6;
    await growEvents(store, 10 ** exponent);
    const many = await side(options.seconds);
    await proveAllStored(store);
    return {
      path: `state with 10^${exponent} events stored`,
      ours: rate(many, 'requests'),
      yardstick: `with ${Math.round(6 * options.customers).toLocaleString('en-US')}`,
      theirs: rate(few, 'requests'),
      ratio: few / many,
      bar: { atMost: 1.2 },
    };
  } finally {
    await store.stop();
  }
}

/** Pages of the customers' list, and searches in it, with few customers and with many. */
export async function listRows({ options, serverUrl }: Bench): Promise<Row[]> {
  const store = await openOnPostgres(serverUrl, 'lists', options);
  const few = { list: 0, search: 0 };
  try {
    await growCustomers(store, options.customers);
    for (const workload of LISTINGS) few[workload] = await loadingStore(store, workload)(options.seconds);
    const total = options.isLarge ? 1_000_000 : 100_000;
    await growCustomers(store, total);
    const rows: Row[] = [];
    for (const workload of LISTINGS) {
      const many = await loadingStore(store, workload)(options.seconds);
      const path = `${workload === 'list' ? 'pages of the list' : 'searches'} of ${total.toLocaleString('en-US')} customers, 4 connections`;
      rows.push({ path, ours: rate(many, 'requests'), yardstick: `of ${options.customers.toLocaleString('en-US')}`, theirs: rate(few[workload], 'requests'), ratio: few[workload] / many, bar: workload === 'list' ? { atMost: 1.5 } : null });
    }
    return rows;
  } finally {
    await store.stop();
  }
}

/** Resident memory after many requests against a fifth of them: half states, half events. */
export async function memoryRow({ options, serverUrl }: Bench): Promise<Row> {
  const store = await openOnPostgres(serverUrl, 'memory', options);
  try {
    const requests = options.isLarge ? 1_000_000 : 200_000;
    await load({ target: store.target, workload: 'mixed', seconds: 0, requests: requests / 5 });
    const before = store.server.residentBytes();
    await load({ target: store.target, workload: 'mixed', seconds: 0, requests });
    const after = store.server.residentBytes();
    return {
      path: `memory after ${requests.toLocaleString('en-US')} requests more`,
      ours: megabytes(after),
      yardstick: `after ${(requests / 5).toLocaleString('en-US')}`,
      theirs: megabytes(before),
      ratio: after / before,
      bar: { atMost: 1.1 },
    };
  } finally {
    await store.stop();
  }
}

/** What the embedded store does, for information. */
export async function embeddedRows({ options }: Bench): Promise<Row[]> {
  const store = await openEmbedded(options);
  try {
    const rows: Row[] = [];
    for (const [workload, path, unit] of [
      ['state', 'embedded: full state, 64 connections', 'requests'],
      ['check', 'embedded: check, 64 connections', 'requests'],
      ['event', 'embedded: one event a request, 64 connections', 'events'],
      ['consume', 'embedded: consume, many customers, 64 connections', 'requests'],
      ['hot', 'embedded: consume on one hot customer, 64 connections', 'requests'],
      ['bulk', 'embedded: 100 events a request, of many customers', 'events'],
      ['call', 'embedded: 100 events a request, of one customer', 'events'],
    ] as const) {
      const perSecond = await loadingStore(store, workload)(options.seconds);
      rows.push({ path, ours: rate(perSecond, unit), yardstick: '', theirs: '', ratio: null, bar: null });
    }
    return rows;
  } finally {
    await store.stop();
  }
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MB`;
}
