import { sandboxProvider } from '../../src/provider/sandbox.js';
import { bookDueCustomers } from '../../src/service/booking.js';
import { openEngine } from '../../src/service/open.js';
import { openEmbeddedDatabase } from '../../src/store/embedded-database.js';
import { openPostgres } from '../../src/store/postgres.js';
import { at } from './core.js';

/**
 * A worker that is there to be killed: it opens the store named by its first argument, writes `ready`, books what is due
 * at the moment named by the second, and writes `done` with the number of invoices.
 */
const [store = '', moment = ''] = process.argv.slice(2);
const database = store.startsWith('postgres:') ? await openPostgres(store) : await openEmbeddedDatabase(store);
const engine = await openEngine({ database, provider: sandboxProvider, clock: { now: () => at(moment) } });
process.stdout.write('ready\n');
const issued = await bookDueCustomers(engine, (customer, error) => process.stderr.write(`${customer}: ${String(error)}\n`));
process.stdout.write(`done ${issued}\n`);
await database.close();
