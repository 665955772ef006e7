import { describe, expect, it } from 'vitest';
import { bucketOf } from '../../src/core/customer.js';
import { sandboxProvider } from '../../src/provider/sandbox.js';
import { closeEngine, openEngine } from '../../src/service/open.js';
import { readOverview } from '../../src/service/overview.js';
import { readAllUsage } from '../../src/service/usage-total.js';
import { verifyStore } from '../../src/service/verify.js';
import { openEmbeddedDatabase } from '../../src/store/embedded-database.js';
import { migrate, readMigrations } from '../../src/store/migrate.js';
import { openPostgres } from '../../src/store/postgres.js';
import { standingText } from '../../src/store/standing.js';
import { statement } from '../../src/store/statement.js';
import { EMPTY_STANDING } from '../../src/core/standing.js';
import { STORES } from '../support/app.js';
import { at } from '../support/core.js';
import { freshDatabase } from '../support/postgres.js';

const insertOld = statement(
  'test_insert_unlined',
  `insert into customers (bucket, id, revision, currency, zone, metadata, standing, created_at, deleted_at)
   select bucket, id, 1, 'EUR', 'UTC', '{}', $3, '2026-01-31T10:00:00Z', case when id like '%gone' then '2026-02-01T00:00:00Z'::timestamptz end
   from unnest($1::smallint[], $2::text[]) as old (bucket, id)`,
);
const insertMeter = statement('test_insert_old_meter', `insert into meters (code, id, definition, created_at) values ('calls', 'mtr_old', '{"event_name":"call","aggregation":"sum","property":"n"}', '2026-01-31T10:00:00Z')`);
const insertEvents = statement(
  'test_insert_old_events',
  `insert into events (bucket, customer_id, id, name, occurred_at, properties, revision)
   select $1::smallint, $2, 'old-' || n, 'call', '2026-02-10T00:00:00Z'::timestamptz + n * interval '1 hour', json_build_object('n', n), 1
   from generate_series(1, 30) n`,
);

describe.each(STORES)('a %s store from before there were outlines', (store) => {
  it('is outlined, and its usage counted, by the first who asks', async () => {
    const database = store === 'embedded' ? await openEmbeddedDatabase('memory') : await openPostgres(await freshDatabase());
    const migrations = await readMigrations();
    await migrate(database, migrations.filter(({ number }) => number < 21));
    const ids = ['cus_a', 'cus_b', 'cus_gone'];
    await database.rows(insertOld, [ids.map(bucketOf), ids, standingText(EMPTY_STANDING)]);
    await database.rows(insertMeter, []);
    await database.rows(insertEvents, [bucketOf('cus_a'), 'cus_a']);
    await migrate(database, migrations);
    const engine = await openEngine({ database, provider: sandboxProvider, clock: { now: () => at('2026-02-20T00:00:00Z') } });
    const { customers, behind } = await readOverview(engine);
    const [calls] = await readAllUsage(engine, { from: at('2026-02-10T00:00:00Z'), to: at('2026-02-12T00:00:00Z'), granularity: 'day', zone: 'UTC' });
    const { differences } = await verifyStore(engine, { isRepair: false });
    await closeEngine(engine);

    expect({ customers, behind }).toEqual({ customers: 2, behind: 0 });
    // 1 to 23 on the first day, 24 to 30 on the second.
    expect(calls?.points.map(({ events, value }) => [events, value?.toFixed()])).toEqual([[23, '276'], [7, '189']]);
    expect(differences.filter(({ what }) => what === 'outline' || what === 'total')).toEqual([]);
  });
});
