import fs from 'node:fs';
import path from 'node:path';
import { PGlite, type PGliteOptions } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';
import { SESSION_SETTINGS, StoreUnavailable } from './database.js';
import { DurableFolder, FileWatch, WatchedMemory, makeFolder, syncPath, syncTree } from './embedded-files.js';
import { lockFolder } from './folder-lock.js';

export { StoreLocked } from './folder-lock.js';

/** PostgreSQL in this process, with one connection: PGlite runs one transaction after the other. */
export interface EmbeddedStore {
  readonly pg: PGlite;
  /** Why the store has stopped for good, once it has; `pg` throws the same from then on. Open it again to go on. */
  readonly failure: StoreUnavailable | undefined;
  /** Lets what is under way finish, checkpoints, and gives the folder back. May be called again. */
  close(): Promise<void>;
}

/** Log between two checkpoints. It bounds the disk the log takes (some twice this) and what a start after a crash has to replay. */
const CHECKPOINT_BYTES = 128 * 1024 * 1024;

/** With other values a commit is acknowledged before the disk has it. PGlite's fdatasync, the default method, does nothing. */
const DURABLE_SETTINGS = { fsync: 'on', wal_sync_method: 'fsync', synchronous_commit: 'on', full_page_writes: 'on' };

/**
 * Opens the store in a folder, which is made when it is not there; or, for `memory`, one that ends with the process and
 * begins as a copy of another, where `copyOf` holds one (PGlite's `dumpDataDir`): three times as fast as making one.
 *
 * In a folder, a commit is acknowledged only when the disk has it, and the folder is this open's alone until `close`
 * or the end of the process: docs/adr/0002-embedded-store-durability.md.
 *
 * @throws StoreLocked when the folder is open already, here or elsewhere.
 * @throws StoreUnavailable when PostgreSQL does not start on what is in the folder.
 */
export async function openEmbedded({ dataDir, copyOf }: { dataDir: string; copyOf?: Blob }): Promise<EmbeddedStore> {
  if (dataDir === 'memory') return openMemory(copyOf);
  const folder = path.resolve(dataDir);
  try {
    makeFolder(folder);
  } catch (error) {
    throw new Error(`the store needs a folder at ${folder}: ${(error as Error).message}`, { cause: error });
  }
  const lock = lockFolder(folder);
  try {
    return await openFolder(folder, () => lock.release());
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function openMemory(copyOf: Blob | undefined): Promise<EmbeddedStore> {
  const watch = new FileWatch();
  const pg = new WatchedPGlite(watch, {
    fs: new WatchedMemory(watch),
    startParams: [...PGlite.defaultStartParams, ...asParameters(SESSION_SETTINGS)],
    ...(copyOf === undefined ? {} : { loadDataDir: copyOf }),
  });
  await whenStarted(pg, 'in memory', []);
  return new Store(pg, watch, () => undefined);
}

async function openFolder(folder: string, release: () => void): Promise<EmbeddedStore> {
  const cluster = path.join(folder, 'pgdata');
  if (!fs.existsSync(cluster)) await createCluster(cluster);
  const watch = new FileWatch();
  const log: string[] = [];
  const pg = new WatchedPGlite(watch, {
    fs: new DurableFolder(cluster, watch),
    relaxedDurability: false,
    // `-F` turns fsync off.
    startParams: [...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'), ...asParameters({ ...SESSION_SETTINGS, ...DURABLE_SETTINGS })],
    onStderr: (line) => {
      log.push(line);
      if (log.length > 20) log.shift();
      return false;
    },
  });
  await whenStarted(pg, `in ${folder}`, log);
  await proveDurable(pg, watch);
  return new Store(pg, watch, release);
}

/**
 * Makes a cluster beside its place and moves it there when it is whole and synced. PGlite copies a fresh one file by
 * file and takes every folder with a PG_VERSION for complete: a crash in between would leave a store that never starts.
 */
async function createCluster(cluster: string): Promise<void> {
  const unfinished = `${cluster}.new`;
  fs.rmSync(unfinished, { recursive: true, force: true });
  fs.mkdirSync(unfinished, { mode: 0o700 });
  const pg = new PGlite({ fs: new NodeFS(unfinished) });
  await whenStarted(pg, `in ${unfinished}`, []);
  await pg.close();
  syncTree(unfinished);
  fs.renameSync(unfinished, cluster);
  syncPath(path.dirname(cluster));
}

/** A commit must reach the host's fsync, whatever PGlite is installed: looked at on every start, for one commit's price. */
async function proveDurable(pg: PGlite, watch: FileWatch): Promise<void> {
  const before = watch.syncCount;
  await pg.query("select pg_logical_emit_message(true, 'paidup', 'opened')");
  if (watch.syncCount > before) return;
  await pg.close();
  throw new Error('this version of PGlite acknowledges a commit without fsync');
}

async function whenStarted(pg: PGlite, where: string, log: readonly string[]): Promise<void> {
  try {
    await pg.waitReady;
  } catch (error) {
    // Gives the host's descriptors back; there are none when emscripten itself did not start, and this then throws.
    await pg.fs?.closeFs().catch(() => undefined);
    throw new StoreUnavailable([`the store ${where} does not start`, ...log].join('\n'), { cause: error });
  }
}

function asParameters(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** PGlite that stops when PostgreSQL does, and checkpoints: without a server around it PostgreSQL never does that by itself. */
class WatchedPGlite extends PGlite {
  readonly #watch: FileWatch;
  #isCheckpointing = false;

  constructor(watch: FileWatch, options: PGliteOptions) {
    super(options);
    this.#watch = watch;
  }

  /** Every statement comes through here. */
  override execProtocolRawSync(message: Uint8Array): ReturnType<PGlite['execProtocolRawSync']> {
    const watch = this.#watch;
    watch.throwIfStopped();
    let answer;
    try {
      answer = super.execProtocolRawSync(message);
    } finally {
      watch.throwIfStopped();
    }
    if (watch.walBytes >= CHECKPOINT_BYTES && !this.#isCheckpointing && this.ready) void this.#checkpoint();
    return answer;
  }

  /** Queues behind what was asked before. */
  async #checkpoint(): Promise<void> {
    this.#isCheckpointing = true;
    this.#watch.walBytes = 0;
    try {
      await this.exec('checkpoint');
    } catch (error) {
      // A stopped store says so to everyone, and one that is closing checkpoints anyway. Else the next try is 128 MB away.
      if (this.ready && this.#watch.failure === undefined) process.emitWarning(`the embedded store could not checkpoint: ${(error as Error).message}`);
    } finally {
      this.#isCheckpointing = false;
    }
  }
}

class Store implements EmbeddedStore {
  readonly pg: PGlite;
  readonly #watch: FileWatch;
  readonly #release: () => void;
  #closing: Promise<void> | undefined;

  constructor(pg: PGlite, watch: FileWatch, release: () => void) {
    this.pg = pg;
    this.#watch = watch;
    this.#release = release;
  }

  get failure(): StoreUnavailable | undefined {
    return this.#watch.failure;
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeOnce();
    return this.#closing;
  }

  async #closeOnce(): Promise<void> {
    try {
      await this.pg.close();
    } finally {
      this.#release();
    }
  }
}
