import { buildApp } from '../../dist/http/app.js';
import { sandboxProvider } from '../../dist/provider/sandbox.js';
import { createApiKey } from '../../dist/service/api-key.js';
import { closeEngine, openEngine } from '../../dist/service/open.js';
import { openEmbeddedDatabase } from '../../dist/store/embedded-database.js';
import { migrate } from '../../dist/store/migrate.js';
import { openPostgres } from '../../dist/store/postgres.js';
import { childInput, listen } from '../tell.js';

/** Where Paidup keeps its data: an address of PostgreSQL, or a folder. */
export interface PaidupInput {
  readonly databaseUrl?: string;
  readonly dataDir?: string;
}

const { databaseUrl, dataDir } = childInput<PaidupInput>();
const database = databaseUrl === undefined ? await openEmbeddedDatabase(dataDir ?? 'memory') : await openPostgres(databaseUrl);
await migrate(database);
const engine = await openEngine({ database, provider: sandboxProvider });
const { key } = await createApiKey(engine, { kind: 'secret', name: 'bench', scopes: [] });
await listen(await buildApp({ engine }), { key, close: () => closeEngine(engine) });
