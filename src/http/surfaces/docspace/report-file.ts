import { createHash } from 'node:crypto';
import type { TSchema } from 'typebox';
import { tableXlsx, type Table } from '../../../document/table.js';
import type { Engine } from '../../../service/engine.js';
import { baseUrl } from './envelope.js';
import { toCustomerInfo } from './customer-info.js';
import { Fault, absenceFault } from './fault.js';
import type { Call, Route } from './route.js';

/** What the vendor's server says of a file that it makes in the background: contracts/docspace.md section 3. */
export interface DocumentTask {
  readonly id: string;
  readonly percentage: number;
  readonly isCompleted: boolean;
  /** 2: done, in the vendor's numbers of a task. */
  readonly status: 2;
  readonly resultFileId: number;
  readonly resultFileName: string;
  readonly resultFileUrl: string;
}

/** A file in place of an envelope. */
export class FileAnswer {
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;

  constructor(file: { name: string; type: string; bytes: Buffer }) {
    this.name = file.name;
    this.type = file.type;
    this.bytes = file.bytes;
  }
}

interface Kept {
  readonly task: DocumentTask;
  readonly bytes: Buffer;
  readonly keptUntil: number;
}

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const LIFETIME_MS = 3_600_000;
const MOST_BYTES = 64 * 1024 * 1024;

/** Files of portals, one of a kind for each, in this process: for an hour by the machine's clock, the oldest going first when they are too many. */
class Shelf {
  readonly #files = new Map<string, Kept>();

  get(key: string): Kept | undefined {
    const kept = this.#files.get(key);
    if (kept === undefined || kept.keptUntil > Date.now()) return kept;
    this.#files.delete(key);
    return undefined;
  }

  set(key: string, kept: Kept): void {
    this.#files.delete(key);
    this.#files.set(key, kept);
    let total = [...this.#files.values()].reduce((bytes, file) => bytes + file.bytes.length, 0);
    for (const [oldest, file] of this.#files) {
      if (oldest === key || (total <= MOST_BYTES && file.keptUntil > Date.now())) continue;
      total -= file.bytes.length;
      this.#files.delete(oldest);
    }
  }

  delete(key: string): void {
    this.#files.delete(key);
  }
}

const shelves = new WeakMap<Engine, Shelf>();

/** A report as a file: the addresses that make it, tell of it, drop it and give it. It is made at once, so it is always done. */
export interface ReportFile {
  /** Under `/api/2.0/portal`. */
  readonly path: string;
  readonly noun: string;
  readonly body: TSchema;
  readonly table: (call: Call) => Promise<Table>;
}

export function reportFileRoutes({ path, noun, body, table }: ReportFile): Route[] {
  const common = { path, who: 'admin', needsBilling: true, right: 'wallet:read' } as const;
  const keyOf = ({ customerId }: Call): string => `${customerId} ${path}`;
  return [
    { ...common, method: 'POST', summary: `Make a file of ${noun}`, body, answer: (call) => make(call, { path, key: keyOf(call), table }) },
    { ...common, method: 'GET', summary: `Where the file of ${noun} is; nothing when there is none`, answer: async (call) => shelfOf(call).get(keyOf(call))?.task },
    {
      ...common, method: 'DELETE', summary: `Drop the file of ${noun}`,
      answer: async (call) => {
        shelfOf(call).delete(keyOf(call));
        return undefined;
      },
    },
    { ...common, path: `${path}/:file`, method: 'GET', summary: `The file of ${noun}`, answer: async (call) => fileOf(call, keyOf(call)) },
  ];
}

async function make(call: Call, input: { path: string; key: string; table: ReportFile['table'] }): Promise<DocumentTask> {
  const { engine, request } = call;
  if (toCustomerInfo(await call.state()) === undefined) throw absenceFault('Customer');
  const table = await input.table(call);
  const bytes = await tableXlsx(table);
  const id = createHash('sha256').update(`${input.key} ${engine.clock.now()} ${Date.now()}`).update(bytes).digest('hex').slice(0, 32);
  const task: DocumentTask = {
    id,
    percentage: 100,
    isCompleted: true,
    status: 2,
    resultFileId: Number.parseInt(id.slice(0, 7), 16),
    resultFileName: `${table.sheet}.xlsx`,
    resultFileUrl: `${baseUrl(request)}/api/2.0/portal${input.path}/${id}.xlsx`,
  };
  shelfOf(call).set(input.key, { task, bytes, keptUntil: Date.now() + LIFETIME_MS });
  return task;
}

/** Only by the key of the same portal: the address alone opens nothing. */
function fileOf(call: Call, key: string): FileAnswer {
  const { file } = call.request.params as { file: string };
  const kept = shelfOf(call).get(key);
  if (kept === undefined || `${kept.task.id}.xlsx` !== file) throw new Fault('The file could not be found', { status: 404, type: null, hresult: 0 });
  return new FileAnswer({ name: kept.task.resultFileName, type: XLSX, bytes: kept.bytes });
}

function shelfOf({ engine }: Call): Shelf {
  const shelf = shelves.get(engine) ?? new Shelf();
  shelves.set(engine, shelf);
  return shelf;
}
