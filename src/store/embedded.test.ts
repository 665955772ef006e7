import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { StoreLocked, openEmbedded, type EmbeddedStore } from './embedded.js';

const cleanups: (() => unknown)[] = [];
const template = fs.mkdtempSync(path.join(os.tmpdir(), 'paidup-embedded-'));

beforeAll(async () => {
  const store = await openEmbedded({ dataDir: template });
  await store.pg.exec('create table public.number (n integer primary key)');
  await store.close();
});

afterAll(() => fs.rmSync(template, { recursive: true, force: true }));

afterEach(async () => {
  vi.restoreAllMocks();
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function temporaryFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'paidup-embedded-'));
  cleanups.push(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A closed store with an empty table of numbers: a copy of one, which is quicker than making it. */
function storeFolder(): string {
  const folder = temporaryFolder();
  fs.cpSync(template, folder, { recursive: true });
  return folder;
}

async function open(dataDir: string): Promise<EmbeddedStore> {
  const store = await openEmbedded({ dataDir });
  cleanups.push(() => store.close());
  return store;
}

async function column<T>(store: EmbeddedStore, sql: string): Promise<T[]> {
  const { rows } = await store.pg.query<T[]>(sql, [], { rowMode: 'array' });
  return rows.map((row) => row[0] as T);
}

async function addNumber(store: EmbeddedStore, n: number): Promise<void> {
  await store.pg.query('insert into public.number values ($1)', [n]);
}

const numbers = (store: EmbeddedStore): Promise<number[]> => column(store, 'select n from public.number order by n');

/** Runs TypeScript with `openEmbedded`, `fs` and `folder` at hand in a process of its own, and yields its lines. */
function child(script: string, folder: string): { process: ChildProcess; lines: AsyncIterator<string>; ended: Promise<NodeJS.Signals | number | null> } {
  const code = `
    import fs from 'node:fs';
    import { openEmbedded } from ${JSON.stringify(new URL('embedded.ts', import.meta.url).href)};
    const folder = ${JSON.stringify(folder)};
    ${script}`;
  const process = spawn('node', ['--import', 'tsx', '--input-type=module', '--eval', code], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  cleanups.push(() => process.kill('SIGKILL'));
  const ended = new Promise<NodeJS.Signals | number | null>((resolve) => {
    process.once('close', (status, signal) => resolve(status ?? signal));
  });
  return { process, lines: createInterface(process.stdout)[Symbol.asyncIterator](), ended };
}

async function nextLine(lines: AsyncIterator<string>): Promise<string> {
  const { value, done } = await lines.next();
  if (done === true) throw new Error('the child ended');
  return value;
}

async function remaining(lines: AsyncIterator<string>): Promise<string[]> {
  const rest: string[] = [];
  for (let line = await lines.next(); line.done !== true; line = await lines.next()) rest.push(line.value);
  return rest;
}

describe('a store in a folder', () => {
  test('is made with the folders above it, and keeps what was committed', async () => {
    const folder = path.join(temporaryFolder(), 'not', 'there', 'yet');
    const first = await open(folder);
    await first.pg.exec('create table public.number (n integer primary key)');
    await addNumber(first, 1);
    await first.close();

    const second = await open(folder);

    expect(await numbers(second)).toEqual([1]);
  });

  test('has the settings that a durable commit needs, and the session settings of every store', async () => {
    const store = await open(storeFolder());

    const names = ['fsync', 'wal_sync_method', 'synchronous_commit', 'full_page_writes', 'timezone', 'search_path'];
    const values = await Promise.all(names.map(async (name) => (await column(store, `show ${name}`))[0]));

    expect(values).toEqual(['on', 'fsync', 'on', 'on', 'UTC', 'paidup']);
  });

  test('does not open where a file is in the way', async () => {
    const file = path.join(temporaryFolder(), 'file');
    fs.writeFileSync(file, '');

    await expect(openEmbedded({ dataDir: file })).rejects.toThrow(`the store needs a folder at ${file}: ${file} is not a folder`);
    await expect(openEmbedded({ dataDir: path.join(file, 'store') })).rejects.toThrow(`${path.join(file, 'store')}: ${file} is not a folder`);
  });

  test('starts again from nothing when its making was interrupted', async () => {
    const folder = temporaryFolder();
    fs.mkdirSync(path.join(folder, 'pgdata.new', 'base'), { recursive: true });
    fs.writeFileSync(path.join(folder, 'pgdata.new', 'PG_VERSION'), '18\n');

    const store = await open(folder);

    expect(await column(store, 'select 1')).toEqual([1]);
    expect(fs.readdirSync(folder).sort()).toEqual(['lock', 'pgdata']);
  });

  test('says why PostgreSQL does not start on what is there, and lets the folder go', async () => {
    const folder = storeFolder();
    const control = path.join(folder, 'pgdata', 'global', 'pg_control');
    const whole = fs.readFileSync(control);
    fs.truncateSync(control, 10);

    await expect(openEmbedded({ dataDir: folder })).rejects.toThrow(/does not start[^]*pg_control/);

    fs.writeFileSync(control, whole);
    await open(folder);
  });
});

describe('the lock', () => {
  test('refuses a second open in the same process until the first is closed', async () => {
    const folder = storeFolder();
    const first = await open(folder);

    const refusal = await openEmbedded({ dataDir: folder }).catch((error: unknown) => error);

    expect(refusal).toBeInstanceOf(StoreLocked);
    expect(refusal).toMatchObject({ folder, holderPid: process.pid });
    expect((refusal as Error).message).toContain(`${folder} is already open in process ${process.pid}`);
    await first.close();
    await open(folder);
  });

  test('refuses a second open by another way to the same folder', async () => {
    const folder = storeFolder();
    const link = path.join(temporaryFolder(), 'link');
    fs.symlinkSync(folder, link);
    await open(folder);

    await expect(openEmbedded({ dataDir: link })).rejects.toThrow(StoreLocked);
  });

  test('refuses another process', async () => {
    const folder = storeFolder();
    const store = await open(folder);

    const other = child(`await openEmbedded({ dataDir: folder }).catch((error) => console.log(error.name, error.holderPid))`, folder);

    expect(await nextLine(other.lines)).toBe(`StoreLocked ${process.pid}`);
    await addNumber(store, 1);
    expect(await numbers(store)).toEqual([1]);
  });

  test('goes when its holder is killed, and not before', async () => {
    const folder = storeFolder();
    const holder = child(`await openEmbedded({ dataDir: folder }); console.log('open'); setInterval(() => undefined, 1000)`, folder);
    await nextLine(holder.lines);
    await expect(openEmbedded({ dataDir: folder })).rejects.toMatchObject({ holderPid: holder.process.pid });

    holder.process.kill('SIGKILL');

    expect(await holder.ended).toBe('SIGKILL');
    await open(folder);
  });

  test('does not take a dead holder for the process that has its pid now', async () => {
    const folder = storeFolder();
    fs.writeFileSync(path.join(folder, 'lock'), JSON.stringify({ pid: process.pid, host: os.hostname() }));

    await open(folder);
  });

  test('lets one in of several that come at once', async () => {
    const folder = storeFolder();

    const outcomes = await Promise.allSettled([1, 2, 3].map(() => open(folder)));

    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
  });
});

describe('an acknowledged commit', () => {
  test('survives SIGKILL in the middle of a loop of commits, time and again', async () => {
    const folder = storeFolder();
    const acknowledged: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      const writer = child(
        `const { pg } = await openEmbedded({ dataDir: folder });
         const [{ next }] = (await pg.query('select coalesce(max(n), 0) + 1 as next from public.number')).rows;
         for (let n = next; ; n += 1) {
           await pg.query('insert into public.number values ($1)', [n]);
           fs.writeSync(1, n + '\\n');
         }`,
        folder,
      );
      for (let seen = 0; seen < 40 + 25 * round; seen += 1) acknowledged.push(Number(await nextLine(writer.lines)));
      writer.process.kill('SIGKILL');
      acknowledged.push(...(await remaining(writer.lines)).map(Number));
      expect(await writer.ended).toBe('SIGKILL');

      const store = await open(folder);
      const kept = await numbers(store);
      await store.close();

      expect(kept.slice(0, acknowledged.length)).toEqual(acknowledged);
      expect(kept.length - acknowledged.length).toBeLessThanOrEqual(1);
      acknowledged.push(...kept.slice(acknowledged.length));
    }
  });

  test('was synced to the disk, once for each commit and not for a read', async () => {
    const store = await open(storeFolder());
    const sync = vi.spyOn(fs, 'fdatasyncSync');

    for (let n = 0; n < 10; n += 1) {
      await addNumber(store, n);
      expect(sync).toHaveBeenCalledTimes(n + 1);
    }
    await store.pg.transaction(async (transaction) => {
      await transaction.query('insert into public.number values (10), (11)');
      await transaction.query('delete from public.number where n = 3');
      expect(sync).toHaveBeenCalledTimes(10);
    });
    await numbers(store);

    expect(sync).toHaveBeenCalledTimes(11);
  });

  test.runIf(process.platform === 'linux')('survives a power cut after which the disk has only what was synced', async () => {
    const root = temporaryFolder();
    const disk = new ForgetfulDisk(root);
    const store = await open(path.join(root, 'store'));
    await store.pg.exec('create table public.number (n integer primary key)');
    for (let n = 0; n < 10; n += 1) await addNumber(store, n);
    await store.pg.exec('checkpoint');
    await store.pg.exec('create table public.later as select 1 as n');
    for (let n = 10; n < 20; n += 1) await addNumber(store, n);
    const left = temporaryFolder();

    disk.cutPower(left);

    const after = await open(path.join(left, 'store'));
    expect(await numbers(after)).toEqual(Array.from({ length: 20 }, (_, n) => n));
    expect(await column(after, 'select n from public.later')).toEqual([1]);
  });

  test.each([
    ['a transaction', `store.pg.transaction((transaction) => transaction.query('insert into public.number values (2)'))`],
    ['a batch of statements', `store.pg.execProtocolRaw(new Uint8Array([...write, ...write]))`],
  ])('is not one that the disk refused: %s fails, the store stops, and goes on when it is opened again', async (_, attempt) => {
    const folder = storeFolder();
    // In a process of its own: without our care PGlite never returns from this.
    const writer = child(
      `import { protocol } from '@electric-sql/pglite';
       const write = protocol.serialize.query("select pg_logical_emit_message(true, 'test', 'test')");
       const store = await openEmbedded({ dataDir: folder });
       await store.pg.query('insert into public.number values (1)');
       const { fdatasyncSync } = fs;
       fs.fdatasyncSync = () => { throw Object.assign(new Error('broken disk'), { code: 'EIO' }); };
       const report = (error) => console.log(error.name, error.cause.message, error === store.failure);
       await ${attempt}.catch(report);
       fs.fdatasyncSync = fdatasyncSync;
       await store.pg.query('select 1').catch(report);
       await store.pg.query('insert into public.number values (3)').catch(report);
       await store.close();
       const again = await openEmbedded({ dataDir: folder });
       console.log(again.failure, (await again.pg.query('select n from public.number where n <> 2')).rows.length);
       await again.close();`,
      folder,
    );

    const refusal = 'StoreUnavailable broken disk true';
    expect(await remaining(writer.lines)).toEqual([refusal, refusal, refusal, 'undefined 1']);
    expect(await writer.ended).toBe(0);
  });
});

describe('a store in memory', () => {
  test('syncs nothing and keeps nothing', async () => {
    const sync = vi.spyOn(fs, 'fsyncSync');
    const first = await open('memory');
    await first.pg.exec('create table public.number (n integer primary key)');
    await first.close();

    const second = await open('memory');

    expect(await column(second, "select to_regclass('public.number')")).toEqual([null]);
    expect(await column(second, 'show timezone')).toEqual(['UTC']);
    expect(sync).not.toHaveBeenCalled();
    expect(fs.existsSync('memory')).toBe(false);
  });
});

test.each(['folder', 'memory'])('the log of a store in %s does not grow without end', async (kind) => {
  const store = await open(kind === 'memory' ? kind : storeFolder());
  await store.pg.exec('create table public.filler (bytes text)');

  for (let round = 0; round < 8; round += 1) {
    await store.pg.exec("insert into public.filler select repeat('x', 2000) from generate_series(1, 15000); truncate public.filler");
  }

  const [written, sinceCheckpoint] = await Promise.all([
    column<string>(store, "select pg_current_wal_lsn() - '0/0'::pg_lsn"),
    column<string>(store, 'select pg_current_wal_lsn() - redo_lsn from pg_control_checkpoint()'),
  ]);
  expect(Number(written[0])).toBeGreaterThan(200 * 2 ** 20);
  expect(Number(sinceCheckpoint[0])).toBeLessThan(192 * 2 ** 20);
});

/**
 * A disk that keeps only what was synced: of a file its content at its last sync, of a folder the names it had then.
 * A file that was synced also keeps its name, which ext4, xfs, btrfs and apfs promise and PostgreSQL counts on.
 */
class ForgetfulDisk {
  readonly #contents = new Map<string, Buffer>();
  readonly #names = new Map<string, Map<string, { id: string; isFolder: boolean }>>();
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
    for (const method of ['fsyncSync', 'fdatasyncSync'] as const) {
      const sync = fs[method];
      vi.spyOn(fs, method).mockImplementation((fd) => {
        sync(fd);
        this.#remember(fs.readlinkSync(`/proc/self/fd/${fd}`));
      });
    }
  }

  /** Writes what is left to `target`. */
  cutPower(target: string): void {
    vi.restoreAllMocks();
    this.#restore(this.#id(this.#root), target);
  }

  #remember(file: string): void {
    if (fs.statSync(file).isDirectory()) {
      const names = fs.readdirSync(file, { withFileTypes: true });
      this.#names.set(this.#id(file), new Map(names.map((entry) => [entry.name, { id: this.#id(path.join(file, entry.name)), isFolder: entry.isDirectory() }])));
    } else {
      this.#contents.set(this.#id(file), fs.readFileSync(file));
      const folder = this.#id(path.dirname(file));
      if (!this.#names.has(folder)) this.#names.set(folder, new Map());
      this.#names.get(folder)?.set(path.basename(file), { id: this.#id(file), isFolder: false });
    }
  }

  #restore(folder: string, target: string): void {
    for (const [name, { id, isFolder }] of this.#names.get(folder) ?? []) {
      const file = path.join(target, name);
      if (isFolder) {
        fs.mkdirSync(file);
        this.#restore(id, file);
      } else fs.writeFileSync(file, this.#contents.get(id) ?? '');
    }
  }

  /** The same through renames, and another for a new file that gets the inode of a removed one. */
  #id(file: string): string {
    const { ino, birthtimeNs } = fs.lstatSync(file, { bigint: true });
    return `${ino} ${birthtimeNs}`;
  }
}
