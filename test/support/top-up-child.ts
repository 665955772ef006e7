import { ingestEvents } from '../../src/service/event.js';
import { settleOpenPayments } from '../../src/service/payment.js';
import { openEngine } from '../../src/service/open.js';
import { openPostgres } from '../../src/store/postgres.js';
import { TestClock } from './app.js';
import { at } from './core.js';
import { chance } from './crash-child.js';
import { tillProvider } from './till.js';

/**
 * A process that is there to be killed: it opens the PostgreSQL named by its first argument, takes money into the folder
 * named by the second, writes `ready`, and sends events of the customer `payer` until it dies, asking now and then for
 * what is open. The third argument seeds it; the fourth is its moment.
 */
const [store = '', folder = '', seedText = '0', moment = ''] = process.argv.slice(2);
const seed = Number(seedText);
const provider = tillProvider(folder, { isLost: (ask) => chance(seed, ask) < 0.3, delayMs: (ask) => Math.floor(chance(seed + 1, ask) * 40) });
const engine = await openEngine({ database: await openPostgres(store), provider, clock: new TestClock(at(moment)) });
process.stdout.write('ready\n');
for (let call = 0; ; call += 1) {
  const events = Array.from({ length: 1 + Math.floor(chance(seed + 2, call) * 30) }, (_, index) => ({ id: `child-${seed}-${call}-${index}`, customer: 'payer', name: 'call' }));
  await Promise.all([ingestEvents(engine, events), ...(call % 7 === 0 ? [settleOpenPayments(engine)] : [])]);
}
