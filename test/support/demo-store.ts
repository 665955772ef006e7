import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { inject } from 'vitest';
import { startDemoEngine, type DemoEngine } from './browser.js';
import { emptyStoreFolder } from './empty-store.js';

const LOOK_AGAIN_MS = 200;

/** An engine with a demo of its own: a copy, since making one takes five times as long. */
export async function startDemoCopy(more: readonly string[] = []): Promise<DemoEngine> {
  const folder = mkdtempSync(path.join(tmpdir(), 'paidup-demo-'));
  cpSync(await demoStore(), folder, { recursive: true });
  const engine = await startDemoEngine(more, folder);
  return {
    ...engine,
    stop: async () => {
      await engine.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The store that is copied; of the workers of a run the first one makes it, and the others wait for that. */
async function demoStore(): Promise<string> {
  const made = path.join(inject('emptyStore'), 'demo');
  const lock = `${made}.lock`;
  while (!existsSync(made)) {
    if (isFirst(lock)) await makeDemo(made, lock);
    else await pause(LOOK_AGAIN_MS);
  }
  return made;
}

function isFirst(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    return false;
  }
}

/** Whoever fails lets the next one try. */
async function makeDemo(made: string, lock: string): Promise<void> {
  const folder = emptyStoreFolder();
  try {
    const engine = await startDemoEngine([], folder);
    await engine.stop();
    // Whole at once: the others look for it.
    cpSync(folder, `${made}.part`, { recursive: true });
    renameSync(`${made}.part`, made);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(lock, { recursive: true, force: true });
  }
}
