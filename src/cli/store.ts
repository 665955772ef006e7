import fs from 'node:fs';
import type { PaymentProvider } from '../provider/port.js';
import type { Clock, Engine, Webhooks } from '../service/engine.js';
import { closeEngine, openEngine } from '../service/open.js';
import { ensureProjections } from '../service/rebuild.js';
import type { Database } from '../store/database.js';
import { openEmbeddedDatabase } from '../store/embedded-database.js';
import { StoreLocked } from '../store/embedded.js';
import { migrate, type Migration } from '../store/migrate.js';
import { openPostgres } from '../store/postgres.js';
import { Failed, Misuse, oneLine } from './exit.js';
import { sandboxOver } from './provider.js';
import { settingOf, type Setting } from './setting.js';

/** Which store, as flags say it. */
export interface StoreFlags {
  readonly data?: string | undefined;
  readonly databaseUrl?: string | undefined;
}

/** What a command needs of the store it opens. */
export interface StoreNeeds {
  /** The store must be there already: what looks at one must not make one by a slip of the pen. */
  readonly isExisting?: boolean;
  /** A store that ends with the process will do. */
  readonly mayBeMemory?: boolean;
  /** Said after the refusal when another process has the folder open. */
  readonly whenLocked?: string;
}

/** A store that is open and up to date. */
export interface OpenedStore {
  readonly database: Database;
  /** What people may be told about where it is: no credentials. */
  readonly name: string;
  /** What was just brought up to date. */
  readonly migrations: readonly Migration[];
}

type Place = { readonly type: 'postgres'; readonly url: Setting } | { readonly type: 'embedded'; readonly folder: string };

const DEFAULT_FOLDER = './.paidup';

/** Opens the store that flags and environment name, and brings its schema up to date. @throws Misuse, Failed, SchemaMismatch. */
export async function openStore(flags: StoreFlags, needs: StoreNeeds): Promise<OpenedStore> {
  const place = placeOf(flags);
  const { database, name } = place.type === 'postgres' ? await openServer(place.url) : await openFolder(place.folder, needs);
  try {
    return { database, name, migrations: await migrate(database) };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Runs `work` with an engine over the store, and closes both whatever comes of it. */
export async function withEngine<T>(flags: StoreFlags, needs: StoreNeeds, work: (engine: Engine) => Promise<T>): Promise<T> {
  const { database } = await openStore(flags, needs);
  const engine = await engineOver(database);
  try {
    return await work(engine);
  } finally {
    await closeEngine(engine);
  }
}

/** The engine over an opened store; when it cannot be made, the store is closed. Without a provider it is the sandbox, for commands that ask none. */
export async function engineOver(database: Database, { provider, ...parts }: { provider?: PaymentProvider; clock?: Clock; webhooks?: Partial<Webhooks> } = {}): Promise<Engine> {
  try {
    const engine = await openEngine({ database, provider: provider ?? sandboxOver(database), ...parts });
    await ensureProjections(engine);
    return engine;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** A flag stands above the environment; DATABASE_URL above PAIDUP_DATA, which an image may have set for everybody. */
function placeOf(flags: StoreFlags): Place {
  if (flags.data !== undefined && flags.databaseUrl !== undefined) throw new Misuse('--data and --database-url are two stores: give one of them');
  const url = flags.data === undefined ? settingOf({ flag: '--database-url', variable: 'DATABASE_URL' }, flags.databaseUrl) : undefined;
  if (url === undefined) return { type: 'embedded', folder: folderOf(flags) };
  // What stands there instead may be a secret: it is not repeated.
  if (!/^postgres(ql)?:\/\//.test(url.value)) throw new Misuse(`${url.from} must begin with postgres:// or postgresql://`);
  return { type: 'postgres', url };
}

function folderOf(flags: StoreFlags): string {
  const folder = settingOf({ flag: '--data', variable: 'PAIDUP_DATA' }, flags.data);
  if (folder?.value.trim() === '') throw new Misuse(`${folder.from} must name a folder, or "memory"`);
  return folder?.value ?? DEFAULT_FOLDER;
}

async function openFolder(folder: string, needs: StoreNeeds): Promise<{ database: Database; name: string }> {
  const isMemory = folder === 'memory';
  if (isMemory && needs.mayBeMemory !== true) throw new Misuse('a store in memory ends with this command: name a folder or a database');
  if (!isMemory && needs.isExisting === true && isAbsent(folder)) throw new Failed(`there is no store in ${folder}`);
  try {
    return { database: await openEmbeddedDatabase(folder), name: isMemory ? 'in memory, ends with this process' : `embedded in ${folder}` };
  } catch (error) {
    const more = error instanceof StoreLocked && needs.whenLocked !== undefined ? `; ${needs.whenLocked}` : '';
    throw new Failed(`${whyOf(error)}${more}`, { cause: error });
  }
}

function isAbsent(folder: string): boolean {
  return !fs.existsSync(folder) || (fs.statSync(folder).isDirectory() && fs.readdirSync(folder).length === 0);
}

async function openServer(url: Setting): Promise<{ database: Database; name: string }> {
  const name = serverName(url.value);
  try {
    return { database: await openPostgres(url.value), name: name ?? 'PostgreSQL' };
  } catch (error) {
    const reason = name === undefined ? `${(error as Error).message}; is the address well-formed? In a password, / and @ are written %2F and %40` : whyOf(error);
    throw new Failed(withoutSecrets(`cannot open ${name ?? 'PostgreSQL'}: ${reason}`, url.value), { cause: error });
  }
}

/** Why the store did not open. Whatever came: weather, a wrong password, a folder that may not be written. */
function whyOf(error: unknown): string {
  const { message, cause } = error as Error;
  const { message: below, code } = (cause ?? {}) as { message?: string; code?: string };
  const reason = [below, code].find((text) => text !== undefined && text !== '');
  return oneLine(reason === undefined || message.includes(reason) ? message : `${message} (${reason})`);
}

/** Host, port and database; undefined when the address is not clear, for then a part of the password may stand there. */
function serverName(url: string): string | undefined {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || `${parsed.pathname}${parsed.search}${parsed.hash}`.includes('@')) return undefined;
  return `PostgreSQL at ${parsed.host === '' ? 'its default address' : parsed.host}${parsed.pathname}`;
}

/** The text with the address and its password struck out, should an error of the driver repeat them. */
function withoutSecrets(text: string, url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const passwords = [parsed?.password ?? '', parsed?.searchParams.get('password') ?? ''];
  return [url, ...passwords, ...passwords.map(decoded)].filter((secret) => secret.length >= 4).reduce((safe, secret) => safe.replaceAll(secret, '[hidden]'), text);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
