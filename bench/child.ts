import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The server and what it is compared with run on one core, what loads them on another. */
export type Core = 'server' | 'load';
const CORE_NUMBERS: Record<Core, string> = { server: '0', load: '1' };

/** True where each side can have a core of its own. */
export const isPinned = availableParallelism() > 1 && hasTaskset();

/** A program of this folder that runs in a process of its own. */
export interface Child<Message> {
  /** What it told first. */
  readonly message: Message;
  /** Resident memory in bytes. */
  residentBytes(): number;
  stop(): Promise<void>;
}

export interface ChildInput {
  /** A file of this folder. */
  readonly script: string;
  readonly core: Core;
  /** What the program finds as its first argument. */
  readonly input: unknown;
  /** Folder for a CPU profile of it. */
  readonly profileFolder?: string | undefined;
}

/** Starts the program and waits for its first message. */
export async function startChild<Message>({ script, core, input, profileFolder }: ChildInput): Promise<Child<Message>> {
  const profile = profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${path.join(profileFolder, profileName(script))}`];
  const command = [process.execPath, ...profile, '--import', 'tsx', fileURLToPath(new URL(script, import.meta.url)), JSON.stringify(input)];
  const [program, ...args] = (isPinned ? ['taskset', '-c', CORE_NUMBERS[core], ...command] : command) as [string, ...string[]];
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], env: { ...process.env, NODE_ENV: 'production' } });
  const message = await new Promise<Message>((resolve, reject) => {
    child.once('message', (value) => resolve(value as Message));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${script} ended with ${code} before it was ready`)));
  });
  return { message, residentBytes: () => residentBytes(child), stop: () => stop(child) };
}

/** Runs the program until it has told its result. */
export async function runChild<Result>(input: ChildInput): Promise<Result> {
  const child = await startChild<Result>(input);
  await child.stop();
  return child.message;
}

let profiles = 0;
/** A folder for each process: the thread that loads TypeScript writes a profile too. */
function profileName(script: string): string {
  profiles += 1;
  return `${String(profiles).padStart(2, '0')}-${script.replaceAll(/[^a-z-]+/g, '-')}`;
}

function residentBytes({ pid }: ChildProcess): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)]).toString()) * 1024;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

function hasTaskset(): boolean {
  try {
    execFileSync('taskset', ['-c', '0,1', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
