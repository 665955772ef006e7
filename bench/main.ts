import { startPostgres } from '../test/support/postgres-server.js';
import { readOptions, type Options } from './options.js';
import { describeMachine } from './machine.js';
import { writeReport } from './report.js';
import { bulkRow, callRow, checkRow, consumeRows, embeddedRows, eventRow, growthRow, listRows, memoryRow, stateRow, type Bench } from './rows.js';
import { openOnPostgres, proveAllStored, query } from './store.js';
import { isMissed, tableText, type Row } from './table.js';

const ROWS: ReadonlyArray<readonly [name: string, measure: (bench: Bench) => Promise<Row | readonly Row[]>]> = [
  ['state', stateRow],
  ['check', checkRow],
  ['event', eventRow],
  ['bulk', bulkRow],
  ['call', callRow],
  ['consume', consumeRows],
  ['growth', growthRow],
  ['list', listRows],
  ['memory', memoryRow],
  ['embedded', embeddedRows],
];

const options = readOptions(process.argv.slice(2));
const unknown = options.only.find((name) => !ROWS.some(([known]) => known === name));
if (unknown !== undefined) throw new Error(`there is no row ${unknown}; rows are ${ROWS.map(([name]) => name).join(', ')}`);
const { rows, postgresVersion } = await measure(options);
const machine = describeMachine(postgresVersion);
const table = tableText(rows);
process.stdout.write(`\n${machine}\n\n${table}\n`);
if (options.isWritten) writeReport({ machine, table });
if (options.isStrict && rows.some(isMissed)) process.exitCode = 1;

async function measure(asked: Options): Promise<{ rows: Row[]; postgresVersion: string }> {
  // As PostgreSQL comes, but for room between two checkpoints: with 1 GB one would fall into some rows and not into others.
  const server = await startPostgres({ max_wal_size: '4GB' });
  try {
    const store = await openOnPostgres(server.url, 'bench', asked);
    try {
      const bench: Bench = { options: asked, serverUrl: server.url, store };
      const measured: Row[] = [];
      for (const [name, row] of ROWS) {
        if (asked.only.length > 0 && !asked.only.includes(name)) continue;
        process.stderr.write(`${name} ...\n`);
        measured.push(...[await row(bench)].flat());
      }
      await proveAllStored(store);
      return { rows: measured, postgresVersion: await postgresVersionOf(server.url) };
    } finally {
      await store.stop();
    }
  } finally {
    await server.stop();
  }
}

async function postgresVersionOf(url: string): Promise<string> {
  const [row] = await query<{ server_version: string }>(url, 'show server_version');
  return row?.server_version ?? 'unknown';
}
