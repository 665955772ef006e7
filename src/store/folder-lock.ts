import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Somebody else has the store's folder open. Nothing in the folder was touched. */
export class StoreLocked extends Error {
  override readonly name = 'StoreLocked';

  constructor(
    readonly folder: string,
    /** As the holder sees itself: inside a container this is the container's number. Undefined when it left no note. */
    readonly holderPid: number | undefined,
    holderHost: string | undefined,
  ) {
    const holder = holderPid === undefined ? 'another process' : `process ${holderPid}`;
    const where = holderHost === undefined || holderHost === os.hostname() ? '' : ` on ${holderHost}`;
    super(`the store in ${folder} is already open in ${holder}${where}; stop it first, or give this one another folder`);
  }
}

export interface FolderLock {
  release(): void;
}

/**
 * Takes the folder for this open alone; a second one is refused, in this process as in any other.
 *
 * The lock is flock(2) on the file `lock` in the folder. The kernel keeps it with the open file, so it goes
 * when its holder goes, however it dies: there is no stale lock to detect, no pid to be mistaken for another's,
 * no moment between finding a dead holder and taking its place, and two containers that share a volume see each
 * other although neither sees the other's processes. A file of our own with a pid and a start time has all four
 * faults. Node cannot call flock, but both systems let it be had without an add-on: macOS takes it while opening
 * (O_EXLOCK), and on Linux flock(1) takes it on a descriptor it inherits, which is the same open file, so the lock
 * stays here when the command ends. What the file says is a note for whoever is refused; the lock does not
 * depend on it, and the file is never removed, for a lock on a removed file excludes nobody.
 *
 * @throws StoreLocked when the folder is taken.
 */
export function lockFolder(folder: string): FolderLock {
  const file = path.join(folder, 'lock');
  const fd = process.platform === 'linux' ? openThenLock(folder, file) : openLocked(folder, file);
  fs.ftruncateSync(fd);
  fs.writeSync(fd, JSON.stringify({ pid: process.pid, host: os.hostname() }), 0);
  let held = true;
  return {
    release() {
      if (!held) return;
      held = false;
      fs.ftruncateSync(fd);
      fs.closeSync(fd);
    },
  };
}

/** From macOS <fcntl.h>; Node hands numeric flags to open(2) as they are. O_EXLOCK and O_NONBLOCK together fail with EAGAIN. */
const MACOS_O_EXLOCK = 0x20;

function openLocked(folder: string, file: string): number {
  if (process.platform !== 'darwin') {
    throw new Error(`a store in a folder needs Linux or macOS, this is ${process.platform}; use PostgreSQL (DATABASE_URL) instead`);
  }
  const { O_RDWR, O_CREAT, O_NONBLOCK } = fs.constants;
  try {
    return fs.openSync(file, O_RDWR | O_CREAT | O_NONBLOCK | MACOS_O_EXLOCK, 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') throw lockedBy(folder, file);
    throw new Error(`cannot lock the folder ${folder}`, { cause: error });
  }
}

function openThenLock(folder: string, file: string): number {
  const fd = fs.openSync(file, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o600);
  try {
    if (!isTaken(folder, fd)) return fd;
    throw lockedBy(folder, file);
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
}

/** Runs flock(1) on `fd`; true when somebody else holds the lock. util-linux and busybox both have it. */
function isTaken(folder: string, fd: number): boolean {
  // The PATH of a service may be short; the command is in one of these on every common distribution.
  for (const command of ['flock', '/usr/bin/flock', '/bin/flock']) {
    const run = spawnSync(command, ['-n', '-x', '3'], { stdio: ['ignore', 'ignore', 'pipe', fd], timeout: 10_000, encoding: 'utf8' });
    if ((run.error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') continue;
    if (run.status === 0) return false;
    // Both end with 1 and say nothing when the lock is taken, and say why when they failed.
    if (run.status === 1 && run.stderr === '') return true;
    throw new Error(`cannot lock the folder ${folder}: ${run.stderr.trim() || `flock ended with ${run.status ?? run.signal}`}`, { cause: run.error });
  }
  throw new Error(`cannot lock the folder ${folder}: the command flock is missing (package util-linux, or busybox)`);
}

function lockedBy(folder: string, file: string): StoreLocked {
  try {
    const note = JSON.parse(fs.readFileSync(file, 'utf8')) as { pid?: unknown; host?: unknown };
    return new StoreLocked(folder, typeof note.pid === 'number' ? note.pid : undefined, typeof note.host === 'string' ? note.host : undefined);
  } catch {
    // The holder has the lock but has not written its note yet, or has just cleared it.
    return new StoreLocked(folder, undefined, undefined);
  }
}
