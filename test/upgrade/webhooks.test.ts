import { describe, expect, it } from 'vitest';
import { openEmbeddedDatabase } from '../../src/store/embedded-database.js';
import { migrate, readMigrations } from '../../src/store/migrate.js';
import { openPostgres } from '../../src/store/postgres.js';
import { statement } from '../../src/store/statement.js';
import { STORES } from '../support/app.js';
import { freshDatabase } from '../support/postgres.js';

const insertOld = statement('test_insert_old', `insert into customers (bucket, id, revision, currency, zone, metadata, standing, created_at) values (7, 'cus_old', 12, 'EUR', 'UTC', '{}', '{}', '2026-01-31T10:00:00Z')`);
const selectNoted = statement('test_select_noted', 'select bucket, customer_id, revision, kind, made_at from profile_changes');

describe.each(STORES)('a %s store from before there were webhooks', (store) => {
  it('knows of each customer when it was made', async () => {
    const database = store === 'embedded' ? await openEmbeddedDatabase('memory') : await openPostgres(await freshDatabase());
    const migrations = await readMigrations();
    await migrate(database, migrations.filter(({ number }) => number < 6));
    await database.rows(insertOld, []);
    await migrate(database, migrations);
    const noted = await database.rows(selectNoted, []);
    await database.close();

    expect(noted).toEqual([{ bucket: 7, customer_id: 'cus_old', revision: '0', kind: 'created', made_at: '2026-01-31 10:00:00+00' }]);
  });
});
