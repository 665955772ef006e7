import { cpSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inject } from 'vitest';
import type { Database } from '../../src/store/database.js';
import { openEmbeddedDatabase } from '../../src/store/embedded-database.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of the empty store that this run made for itself (global-setup.ts). */
    emptyStore: string;
  }
}

let file: Blob | undefined;

/** An embedded store in memory, up to date and empty. A copy: making one takes three times as long. */
export function openEmptyStore(): Promise<Database> {
  file ??= new Blob([new Uint8Array(readFileSync(path.join(inject('emptyStore'), 'store.tar')))]);
  return openEmbeddedDatabase('memory', file);
}

/** A folder of its own with an embedded store, up to date and empty; whoever asks for it removes it. */
export function emptyStoreFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'paidup-store-'));
  cpSync(path.join(inject('emptyStore'), 'store'), folder, { recursive: true });
  return folder;
}
