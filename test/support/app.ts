import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { instant, type Instant } from '../../src/core/instant.js';
import { buildApp, type AppOptions } from '../../src/http/app.js';
import type { StreamSettings } from '../../src/http/context.js';
import { sandboxProvider } from '../../src/provider/sandbox.js';
import { createApiKey } from '../../src/service/api-key.js';
import type { Clock, Engine, Webhooks } from '../../src/service/engine.js';
import { closeEngine, openEngine } from '../../src/service/open.js';
import { openSandboxClock, type SandboxClock } from '../../src/service/sandbox.js';
import type { Database } from '../../src/store/database.js';
import { migrate } from '../../src/store/migrate.js';
import { openPostgres } from '../../src/store/postgres.js';
import { openEmptyStore } from './empty-store.js';
import { freshDatabase } from './postgres.js';

/** The stores that everything must work on alike. */
export const STORES = ['embedded', 'postgres'] as const;
export type StoreKind = (typeof STORES)[number];

/** A clock that stands still until it is told to move. */
export class TestClock {
  #now: Instant;

  constructor(start: Instant = instant(Date.now())) {
    this.#now = start;
  }

  now(): Instant {
    return this.#now;
  }

  set(at: Instant): void {
    this.#now = at;
  }

  advance(milliseconds: number): void {
    this.#now = instant(this.#now + milliseconds);
  }
}

/** What a test does with time. In a sandbox it is better moved through the API, which does what falls due on the way. */
export type MovableClock = Pick<TestClock, 'now' | 'set' | 'advance'>;

/** A Paidup in this process, on a store of its own. */
export interface TestPaidup {
  readonly engine: Engine;
  readonly app: FastifyInstance;
  readonly clock: MovableClock;
  readonly secretKey: string;
  inject(request: InjectOptions): Promise<LightMyRequestResponse>;
  /** A request to the native API with the secret key (or another); gives status, body (as text when it is not JSON) and headers. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests read bodies of every shape
  call<Body = any>(method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE', url: string, body?: unknown, headers?: Record<string, string>): Promise<{ status: number; body: Body; headers: Record<string, unknown> }>;
  customerKey(customer: string, scopes?: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

export async function openStore(kind: StoreKind): Promise<Database> {
  if (kind === 'embedded') return openEmptyStore();
  const database = await openPostgres(await freshDatabase());
  await migrate(database);
  return database;
}

/** `isSandbox`: its clock is kept with the store and moved by POST /v1/sandbox/clock. */
export async function startPaidup(options: { store?: StoreKind; now?: Instant; isSandbox?: boolean; realClock?: Clock; webhooks?: Partial<Webhooks>; streams?: Partial<StreamSettings>; pages?: Pick<AppOptions, 'embedOrigins' | 'trustProxy'> } = {}): Promise<TestPaidup> {
  const database = await openStore(options.store ?? 'embedded');
  const clock = new TestClock(options.now);
  const sandboxClock = options.isSandbox === true ? await openSandboxClock(database, clock.now()) : undefined;
  const engine = await openEngine({ database, provider: sandboxProvider, clock: sandboxClock ?? clock, ...(options.realClock === undefined ? {} : { realClock: options.realClock }), ...(options.webhooks === undefined ? {} : { webhooks: options.webhooks }) });
  const app = await buildApp({ engine, streams: options.streams ?? {}, ...options.pages });
  const { key: secretKey } = await createApiKey(engine, { kind: 'secret', name: 'test', scopes: [] });
  return {
    engine,
    app,
    clock: sandboxClock === undefined ? clock : movable(sandboxClock),
    secretKey,
    inject: (request) => app.inject(request),
    call: async (method, url, body, headers) => {
      const response = await app.inject({
        method,
        url,
        headers: { authorization: `Bearer ${secretKey}`, ...headers },
        ...(body === undefined ? {} : { payload: body as object }),
      });
      return { status: response.statusCode, body: bodyOf(response) as never, headers: response.headers };
    },
    customerKey: async (customer, scopes = []) => (await createApiKey(engine, { kind: 'customer', customer, name: 'test', scopes })).key,
    stop: async () => {
      await app.close();
      await closeEngine(engine);
    },
  };
}

function bodyOf(response: LightMyRequestResponse): unknown {
  if (response.body === '') return null;
  return /json/.test(response.headers['content-type']?.toString() ?? '') ? response.json() : response.body;
}

function movable(clock: SandboxClock): MovableClock {
  return { now: () => clock.now(), set: (at) => clock.set(at), advance: (milliseconds) => clock.set(instant(clock.now() + milliseconds)) };
}
