import { openStore, type StoreFlags } from './store.js';

/** Flags of `paidup migrate`, as they were written. */
export interface MigrateFlags extends StoreFlags {
  readonly json?: true;
}

/** Brings the store's schema up to date and tells what ran. @throws what openStore throws. */
export async function migrateStore(flags: MigrateFlags): Promise<void> {
  const { database, migrations } = await openStore(flags, { whenLocked: 'a server that has it open has brought it up to date already' });
  await database.close();
  const ran = migrations.map(({ file }) => file);
  if (flags.json === true) process.stdout.write(`${JSON.stringify({ ran })}\n`);
  else if (ran.length === 0) process.stdout.write('nothing to do: the schema is up to date\n');
  else process.stdout.write(ran.map((file) => `ran ${file}\n`).join(''));
}
