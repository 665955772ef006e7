import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const FILE = new URL('../docs/benchmarks.md', import.meta.url);
const PROSE = '## Where time goes';

/** Writes docs/benchmarks.md anew, but for what people wrote from PROSE on. */
export function writeReport({ machine, table }: { machine: string; table: string }): void {
  const before = existsSync(FILE) ? readFileSync(FILE, 'utf8') : '';
  const from = before.indexOf(PROSE);
  const prose = from === -1 ? `${PROSE}\n` : before.slice(from);
  writeFileSync(FILE, `${INTRODUCTION}\n${machine}\n\n${table}\n\n${prose}`);
}

const INTRODUCTION = `# Benchmarks

Written by \`npm run bench -- --write\`, which starts its own PostgreSQL with fsync on and everything durable. Each
figure stands beside a yardstick of the same run on the same machine; only the ratios mean something elsewhere.

- *bare*: a Fastify route that answers the same bytes from memory.
- *hand-rolled*: what people write instead: one transaction per event, one keyed select per check, no batching, no
  plans, no keys.
- *raw*: events in batches of 100 straight through the driver into a table like ours, four connections; no HTTP, no
  deciding, no counters.

Customers have one or two subscriptions to a plan with a fixed and three usage prices, and are picked at random. After
the run the store must hold each acknowledged event once.
`;
