import { inspect } from 'node:util';
import { createClient, isProblem, type Client, type PaidupProblem } from '../../sdk/src/index.js';
import type { TestPaidup } from './app.js';

/** A client of the SDK that keeps what it asked for, as `METHOD /path`. */
export interface RecordedClient {
  readonly client: Client;
  readonly url: string;
  readonly asked: readonly string[];
  /** The same with another key. */
  with(key: string): Client;
}

/** The SDK over a real connection to a Paidup in this process. */
export async function recordedClient(paidup: TestPaidup): Promise<RecordedClient> {
  const url = await paidup.app.listen({ host: '127.0.0.1', port: 0 });
  const asked: string[] = [];
  const recording: typeof fetch = (address, init) => {
    asked.push(`${init?.method ?? 'GET'} ${new URL(address instanceof Request ? address.url : address).pathname}`);
    return fetch(address, init);
  };
  const withKey = (key: string): Client => createClient({ url, key, fetch: recording });
  return { client: withKey(paidup.secretKey), url, asked, with: withKey };
}

/** The problem that a call is refused with. */
export async function problemOf(call: Promise<unknown>): Promise<PaidupProblem> {
  const error = await call.then(() => undefined, (reason: unknown) => reason);
  if (!isProblem(error)) throw new Error(`no problem: ${inspect(error)}`);
  return error;
}

/** Everything that an iterator gives. Array.fromAsync is not in Node 20. */
export async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** What test/e2e/sdk-billing.test.ts, sdk-gate.test.ts, sdk-live.test.ts sdk-overview.test.ts and sdk-session.test.ts call, by tag; test/e2e/sdk.test.ts calls all that is tagged otherwise. */
const TAGS = { billing: ['subscriptions', 'invoices', 'sandbox', 'webhooks'], gate: ['gate', 'entitlements'], live: ['stream'], overview: ['overview', 'forecast', 'plan change'], session: ['sessions'] } as const;
type Part = keyof typeof TAGS | 'other';

/** The same question as by POST, for people and for caches. */
const TWICE = ['GET /v1/customers/{customer}/check'];

/** What the payment provider calls is for nobody's program. */
const PROVIDERS_TAG = 'provider';

/** Operations of the native API, of one part of it or all others, for which no call is among those asked. */
export async function uncalledOperations(paidup: TestPaidup, asked: readonly string[], part: Part): Promise<{ known: number; uncalled: string[] }> {
  const { paths } = (await paidup.call<{ paths: Record<string, Record<string, { tags: string[] }>> }>('GET', '/openapi.json')).body;
  const operations = Object.entries(paths).flatMap(([path, item]) => Object.entries(item).map(([method, { tags }]) => ({ name: `${method.toUpperCase()} ${path}`, tags })));
  const known = operations.filter(({ name, tags }) => / \/v1\/(?!billing\/|notification\/|knowledge\/)/.test(name) && !tags.includes(PROVIDERS_TAG) && !TWICE.includes(name) && partOf(tags) === part).map(({ name }) => name);
  // Files are for people: a client of JSON does not read them.
  const isFile = (operation: string): boolean => /\.(csv|xlsx)$/.test(operation);
  const isAsked = (operation: string): boolean => asked.some((each) => new RegExp(`^${operation.replace(/\{\w+\}/g, '[^/]+')}$`).test(each));
  return { known: known.length, uncalled: known.filter((operation) => !isAsked(operation) && !isFile(operation)) };
}

function partOf(tags: readonly string[]): Part {
  const parts = Object.keys(TAGS) as Array<keyof typeof TAGS>;
  return parts.find((part) => TAGS[part].some((tag) => tags.includes(tag))) ?? 'other';
}
