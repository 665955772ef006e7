import fs from 'node:fs';
import path from 'node:path';
import { MemoryFS, type PGlite, type PGliteOptions } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';
import { StoreUnavailable } from './database.js';

type EmscriptenOptions = Parameters<NonNullable<PGliteOptions['fs']>['init']>[1];

/** What we use of the emscripten module and its file systems; PGlite's own types leave them open. */
interface EmscriptenModule {
  FS: { ErrnoError: new (errno: number) => Error; isDir(mode: number): boolean };
  NODEFS: { stream_ops: StreamOperations; convertNodeCode(error: unknown): number | undefined };
  MEMFS: { ops_table: { file: { stream: StreamOperations } } };
  stackRestore(pointer: number): number;
}

interface StreamOperations {
  write(stream: EmscriptenStream, ...rest: unknown[]): number;
  /** Called by emscripten's fd_sync when it is there; NODEFS has none, and fd_sync then answers that all is well. */
  fsync?(stream: EmscriptenStream): number;
}

interface EmscriptenStream {
  /** The path inside emscripten, as it was when the file was opened. */
  path: string;
  node: { mode: number };
  /** NODEFS: the host's file descriptor, of a folder as of a file. */
  nfd: number;
}

const WAL_FOLDER = '/pglite/data/pg_wal/';
/** EIO, as WASI numbers it. */
const EIO = 29;

/** Looks on while PostgreSQL writes: how much log there is, and whether it has given up. */
export class FileWatch {
  /** Bytes written to the log since somebody last set this to 0. */
  walBytes = 0;
  /** How often PostgreSQL had a file or a folder synced. */
  syncCount = 0;
  /** Set once, when PostgreSQL panics: from then on nothing is written and no answer may be believed. */
  failure: StoreUnavailable | undefined;
  lastHostError: unknown;

  /** Adds this watch to the options PGlite gives emscripten. `prepare` sees the module before anything is opened. */
  attachTo(options: EmscriptenOptions, prepare: (module: EmscriptenModule) => StreamOperations): { emscriptenOpts: EmscriptenOptions } {
    let module: EmscriptenModule | undefined;
    const onAbort = (): void => this.#stop(module);
    const preRun: NonNullable<EmscriptenOptions['preRun']> = [
      ...(options.preRun ?? []),
      (loaded) => {
        module = loaded;
        this.#watchWrites(module, prepare(module));
      },
    ];
    return { emscriptenOpts: { ...options, onAbort, preRun } };
  }

  throwIfStopped(): void {
    if (this.failure !== undefined) throw this.failure;
  }

  #watchWrites(module: EmscriptenModule, operations: StreamOperations): void {
    const write = operations.write.bind(operations);
    operations.write = (stream, ...rest) => {
      if (this.failure !== undefined) throw new module.FS.ErrnoError(EIO);
      const written = write(stream, ...rest);
      if (stream.path.startsWith(WAL_FOLDER)) this.walBytes += written;
      return written;
    };
  }

  /**
   * PostgreSQL panicked: it cannot tell any more what is on disk, and the next start repairs that from the log. A
   * server would end its process here. PGlite swallows the abort and calls PostgreSQL again, for ever and without
   * yielding; the one way out of that loop is an error from `stackRestore`, which it calls for all it swallows.
   */
  #stop(module: EmscriptenModule | undefined): void {
    const failure = new StoreUnavailable(
      'the embedded store has stopped, most likely because it could not write; what was acknowledged is safe, what was under way may or may not be there after the next start',
      { cause: this.lastHostError },
    );
    this.failure ??= failure;
    if (module === undefined) return;
    module.stackRestore = () => {
      throw failure;
    };
  }
}

/** A folder of the host in which PostgreSQL's fsync is the host's. */
export class DurableFolder extends NodeFS {
  constructor(
    folder: string,
    readonly watch: FileWatch,
  ) {
    super(folder);
  }

  override async init(pg: PGlite, options: EmscriptenOptions): Promise<{ emscriptenOpts: EmscriptenOptions }> {
    const { emscriptenOpts } = await super.init(pg, options);
    return this.watch.attachTo(emscriptenOpts, (module) => {
      module.NODEFS.stream_ops.fsync = (stream) => this.#sync(module, stream);
      return module.NODEFS.stream_ops;
    });
  }

  #sync(module: EmscriptenModule, stream: EmscriptenStream): number {
    if (this.watch.failure !== undefined) throw new module.FS.ErrnoError(EIO);
    try {
      // The log goes into space that was filled beforehand, where fdatasync is enough: PostgreSQL's own choice on Linux.
      const isLog = stream.path.startsWith(WAL_FOLDER) && !module.FS.isDir(stream.node.mode);
      if (isLog) fs.fdatasyncSync(stream.nfd);
      else fs.fsyncSync(stream.nfd);
    } catch (error) {
      this.watch.lastHostError = error;
      // A code that emscripten does not know would reach PostgreSQL as 0, which means success.
      throw new module.FS.ErrnoError(module.NODEFS.convertNodeCode(error) ?? EIO);
    }
    this.watch.syncCount += 1;
    return 0;
  }
}

/** Files that end with the process. */
export class WatchedMemory extends MemoryFS {
  constructor(readonly watch: FileWatch) {
    super();
  }

  override async init(pg: PGlite, options: EmscriptenOptions): Promise<{ emscriptenOpts: EmscriptenOptions }> {
    const { emscriptenOpts } = await super.init(pg, options);
    return this.watch.attachTo(emscriptenOpts, (module) => module.MEMFS.ops_table.file.stream);
  }
}

/** Makes `folder` and what is missing above it, and syncs each new name into the folder that holds it. */
export function makeFolder(folder: string): void {
  // Level by level: mkdir with `recursive` never returns where nothing can be made, such as under /proc.
  const parent = path.dirname(folder);
  if (parent !== folder && !fs.existsSync(folder)) makeFolder(parent);
  const known = fs.statSync(folder, { throwIfNoEntry: false });
  if (known?.isDirectory() === true) return;
  if (known !== undefined) throw new Error(`${folder} is not a folder`);
  fs.mkdirSync(folder, { mode: 0o700 });
  syncPath(parent);
}

/** Syncs every file and folder inside `folder`, and `folder` itself. */
export function syncTree(folder: string): void {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const inner = path.join(folder, entry.name);
    if (entry.isDirectory()) syncTree(inner);
    else if (entry.isFile()) syncPath(inner);
  }
  syncPath(folder);
}

/** Syncs one file, or the names in one folder. */
export function syncPath(file: string): void {
  const fd = fs.openSync(file, 'r');
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}
