import { createHash, randomBytes } from 'node:crypto';
import { createApiKey } from '../../service/api-key.js';
import type { Engine } from '../../service/engine.js';
import type { ApiKeyKind } from '../../store/api-key.js';
import { insertAlias, selectAllCustomers } from '../../store/customer.js';
import { ensureStoreFact, selectStoreFact } from '../../store/store-fact.js';
import { Failed } from '../exit.js';
import { loadCrowd } from './crowd.js';
import { loadDigaDemo } from './diga.js';
import { loadDocspaceDemo } from './docspace.js';
import { loadLarkDemo } from './lark.js';

/** The demo's keys and customers: the same at every start on the same store. */
export interface DemoKeys {
  readonly secretKey: string;
  readonly publishableKey: string;
  readonly docspace: { readonly id: string; readonly externalId: string; readonly key: string };
  readonly diga: { readonly id: string; readonly externalId: string; readonly key: string };
  /** `id` is the customer's name on the Lark surface: `subj_` and the part of its own id after `cus_`. */
  readonly lark: { readonly id: string; readonly externalId: string };
}

interface DemoCustomer {
  readonly id: string;
  readonly externalId: string;
}

/** What the store keeps once the demo is whole. */
interface DemoCustomers {
  readonly docspace: DemoCustomer;
  readonly diga: DemoCustomer;
  readonly lark: DemoCustomer;
}

/** Store facts: the seed is there from the first moment of loading, the customers from the last. */
const SEED = 'demo_seed';
const CUSTOMERS = 'demo';

/**
 * Loads the demo into an empty store, or finds the one that the store already has; undefined when the store has data
 * of its own, which are left alone.
 * @throws Failed when the store holds a part of a demo: the process that was loading it did not come to its end.
 */
export async function loadDemo(engine: Engine): Promise<DemoKeys | undefined> {
  const loaded = await selectStoreFact(engine.database, CUSTOMERS);
  const known = await selectStoreFact(engine.database, SEED);
  if (loaded !== undefined && known !== undefined) return keysOf(engine, known, JSON.parse(loaded) as DemoCustomers);
  if (known !== undefined) throw unfinished();
  if (!(await isEmpty(engine))) return undefined;
  const seed = randomBytes(32).toString('hex');
  // Of two processes that start at once on one database, the second one ends here.
  if ((await ensureStoreFact(engine.database, SEED, seed)) !== seed) throw unfinished();
  const customers = await loadCustomers(engine);
  await ensureStoreFact(engine.database, CUSTOMERS, JSON.stringify(customers));
  return keysOf(engine, seed, customers);
}

async function loadCustomers(engine: Engine): Promise<DemoCustomers> {
  // The crowd first: lists show the newest customers first, and these should be the three that the documents name.
  await loadCrowd(engine);
  const docspace = await loadDocspaceDemo(engine);
  const diga = await loadDigaDemo(engine);
  const lark = await loadLarkDemo(engine);
  await insertAlias(engine.database, larkId(lark), lark.id);
  return { docspace, diga, lark };
}

async function isEmpty(engine: Engine): Promise<boolean> {
  const customers = await selectAllCustomers(engine.database, { after: 0, limit: 1 });
  const { catalog } = engine;
  return customers.length + catalog.plans().length + catalog.meters().length + catalog.features().length === 0;
}

async function keysOf(engine: Engine, seed: string, customers: DemoCustomers): Promise<DemoKeys> {
  const key = async (kind: ApiKeyKind, name: string, customer?: DemoCustomer): Promise<string> => {
    const material = createHash('sha256').update(`${seed} ${name}`).digest('hex');
    return (await createApiKey(engine, { kind, name: `demo: ${name}`, scopes: [], customer: customer?.id, material })).key;
  };
  const { docspace, diga, lark } = customers;
  return {
    secretKey: await key('secret', 'secret'),
    publishableKey: await key('publishable', 'publishable'),
    docspace: { ...docspace, key: await key('customer', 'docspace', docspace) },
    diga: { ...diga, key: await key('customer', 'diga', diga) },
    lark: { id: larkId(lark), externalId: lark.externalId },
  };
}

function larkId(customer: DemoCustomer): string {
  return `subj_${customer.id.slice('cus_'.length)}`;
}

function unfinished(): Failed {
  return new Failed('the store holds an unfinished demo: if no other start with --demo is loading it just now, one was cut off; delete this store (the folder or the database) and start again, or start without --demo');
}
