import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { buildApp } from '../http/app.js';
import { changeMessage } from '../http/change.js';
import type { PaymentProvider, Webhook } from '../provider/port.js';
import { isSandboxProvider } from '../provider/sandbox.js';
import { createApiKey, listApiKeys } from '../service/api-key.js';
import type { Engine, Webhooks } from '../service/engine.js';
import { closeEngine, systemClock } from '../service/open.js';
import { hasCustomers, isSandboxStore, openSandboxClock } from '../service/sandbox.js';
import { settleOpenPayments } from '../service/payment.js';
import { createPost, type Range } from '../service/post.js';
import { listenFault, urlOf } from './address.js';
import { loadDemo } from './demo/load.js';
import type { Database } from '../store/database.js';
import { startOverview } from '../worker/overview.js';
import { startRenewals } from '../worker/renew.js';
import { startSettling } from '../worker/settle.js';
import { startWebhooks } from '../worker/webhook.js';
import { Failed, Misuse } from './exit.js';
import { greeting, readyLine, type Ready } from './greeting.js';
import { providerOf } from './provider.js';
import { originsOf, portOf, rangesOf, sellerOf, settingOf, wordOf } from './setting.js';
import { watchSignals, type Stop } from './stop.js';
import { engineOver, openStore, type StoreFlags } from './store.js';

/** Flags of `paidup serve`, as they were written. */
export interface ServeFlags extends StoreFlags {
  readonly port?: string;
  readonly host?: string;
  readonly demo?: true;
  readonly json?: true;
  readonly logLevel?: string;
  readonly corsOrigin?: readonly string[];
  readonly embedOrigin?: readonly string[];
  readonly sandbox?: true;
  readonly provider?: string;
  readonly trustProxy?: true;
  readonly webhookAllow?: readonly string[];
}

type App = Awaited<ReturnType<typeof buildApp>>;

interface ServeSettings {
  readonly port: number;
  readonly host: string;
  readonly logLevel: string;
  readonly corsOrigins: readonly string[];
  readonly embedOrigins: readonly string[];
  readonly webhookRanges: readonly Range[];
}

export const DEFAULT_PORT = 4610;
export const DEFAULT_HOST = '127.0.0.1';
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** How long requests under way may take once the server stops; what is accepted is saved all the same. */
const GRACE_MS = 8_000;
/** Headers that carry keys. No line logs headers; should one ever, these are struck out. */
const KEY_HEADERS = ['authorization', 'cookie', 'x-api-key', 'apikeybearer'];

/** Serves until SIGTERM or SIGINT. @throws Misuse, Failed and what openStore throws. */
export async function serve(flags: ServeFlags): Promise<void> {
  const settings = settingsOf(flags);
  const openProvider = providerOf(flags);
  const stop = watchSignals();
  const { database, name } = await openStore(flags, { mayBeMemory: true });
  const provider = openProvider(database);
  const engine = await engineFor(database, { provider, isSandbox: flags.sandbox === true, webhooks: { post: createPost({ allowed: settings.webhookRanges }) } });
  try {
    const app = await buildApp({ engine, logger: loggerOf(settings.logLevel), corsOrigins: settings.corsOrigins, embedOrigins: settings.embedOrigins, trustProxy: flags.trustProxy === true, seller: sellerOf() });
    if (isSandboxProvider(provider)) provider.sendWebhooksTo((webhook) => deliver(app, webhook));
    try {
      await run({ app, engine, stop, settings, flags, store: name });
    } finally {
      await closeApp(app);
    }
  } finally {
    await closeEngine(engine);
  }
}

interface Run {
  readonly app: App;
  readonly engine: Engine;
  readonly stop: Stop;
  readonly settings: ServeSettings;
  readonly flags: ServeFlags;
  readonly store: string;
}

async function run({ app, engine, stop, settings, flags, store }: Run): Promise<void> {
  await settlePayments(app, engine);
  const demo = flags.demo === true ? await loadDemo(engine) : undefined;
  if (flags.demo === true && demo === undefined) app.log.warn('the store holds data of its own: the demo was not loaded');
  if (stop.isRequested) return;
  const url = await listen(app, settings);
  // Only now: a key that is made before the start has succeeded may never be seen.
  const secretKey = demo === undefined ? await createFirstKey(engine) : undefined;
  const ready: Ready = { url, store, demo, secretKey, isDemoAsked: flags.demo === true };
  process.stdout.write(flags.json === true ? `${JSON.stringify(readyLine(ready))}\n` : greeting(ready));
  // In a sandbox too: an event may make something due while the clock stands still.
  const workers = [startRenewals(engine, app.log), startSettling(engine, app.log), startOverview(engine, app.log), startWebhooks(engine, app.log, { bodyOf: changeMessage })];
  await stop.requested;
  app.log.info('stopping: no new requests, those under way are finished');
  await Promise.all(workers.map((worker) => worker.stop()));
}

/** A sandbox has a clock of its own; what was dated by it cannot go on by the real one, nor the other way round. */
async function engineFor(database: Database, { isSandbox, ...parts }: { provider: PaymentProvider; isSandbox: boolean; webhooks: Partial<Webhooks> }): Promise<Engine> {
  try {
    const isOne = await isSandboxStore(database);
    if (!isSandbox && isOne) throw new Failed('the store is a sandbox, whose facts are dated by a clock of its own: start it with --sandbox');
    if (!isSandbox) return await engineOver(database, parts);
    if (!isOne && (await hasCustomers(database))) throw new Failed('the store holds customers that live by the real clock: give the sandbox a store of its own (--data or --database-url)');
    return await engineOver(database, { ...parts, clock: await openSandboxClock(database, systemClock.now()) });
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** The sandbox's webhooks come in by the same door as those of a real provider. */
function deliver(app: App, { rawBody, headers }: Webhook): void {
  app.inject({ method: 'POST', url: '/v1/provider/webhook', payload: rawBody, headers: { 'content-type': 'application/json', ...headers } }).catch((error: unknown) => {
    app.log.error({ err: error }, 'a webhook of the sandbox was not taken');
  });
}

function settingsOf(flags: ServeFlags): ServeSettings {
  const level = settingOf({ flag: '--log-level', variable: 'PAIDUP_LOG_LEVEL' }, flags.logLevel);
  const host = settingOf({ flag: '--host', variable: 'PAIDUP_HOST' }, flags.host);
  if (host?.value.trim() === '') throw new Misuse('--host must name an address, such as 127.0.0.1 or 0.0.0.0');
  return {
    port: portOf(settingOf({ flag: '--port', variable: 'PAIDUP_PORT' }, flags.port), DEFAULT_PORT),
    host: host?.value ?? DEFAULT_HOST,
    logLevel: wordOf(LOG_LEVELS, level, 'info'),
    corsOrigins: originsOf({ flag: '--cors-origin', variable: 'PAIDUP_CORS_ORIGINS' }, flags.corsOrigin),
    embedOrigins: originsOf({ flag: '--embed-origin', variable: 'PAIDUP_EMBED_ORIGINS' }, flags.embedOrigin),
    webhookRanges: rangesOf(flags.webhookAllow),
  };
}

/** JSON lines on stderr; stdout is for what was asked for. */
function loggerOf(level: string) {
  const paths = KEY_HEADERS.flatMap((header) => [`req.headers["${header}"]`, `headers["${header}"]`]);
  return { level, stream: pino.destination({ dest: 2, sync: false }), redact: { paths, censor: '[hidden]' } };
}

/** Payments whose result a crash kept from us. A provider that is away must not keep the server from starting. */
async function settlePayments(app: App, engine: Engine): Promise<void> {
  try {
    const { settled, failures } = await settleOpenPayments(engine);
    for (const failure of failures) app.log.error({ err: failure }, 'a payment that was under way when the last run ended could not be settled; the next start tries again');
    if (settled > 0) app.log.info({ settled }, 'settled payments that were under way when the last run ended');
  } catch (error) {
    app.log.error({ err: error }, 'payments that were under way when the last run ended could not be settled; the next start tries again');
  }
}

async function listen(app: App, { host, port }: ServeSettings): Promise<string> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    throw listenFault(error, { host, port });
  }
  return urlOf(app.server.address() as AddressInfo);
}

/** A store without any key would be a house without a door: the first start makes one. */
async function createFirstKey(engine: Engine): Promise<string | undefined> {
  const keys = await listApiKeys(engine, { limit: 1 });
  if (keys.length > 0) return undefined;
  return (await createApiKey(engine, { kind: 'secret', name: 'first key', scopes: [] })).key;
}

async function closeApp(app: App): Promise<void> {
  const limit = setTimeout(() => {
    app.log.warn(`cutting connections that are still open after ${GRACE_MS / 1000} s`);
    app.server.closeAllConnections();
  }, GRACE_MS);
  await app.close();
  clearTimeout(limit);
}

