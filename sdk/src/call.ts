import type { InstantInput } from './money.js';
import { PaidupProblem, PaidupUnreachable, readProblem, unreadable } from './problem.js';
import { readSecret, type Secret } from './secret.js';
import { pause, retryAfterMs } from './wait.js';

/** What a client is made of. */
export interface ClientOptions {
  /** Where Paidup is, such as "https://billing.example.com" or "http://127.0.0.1:4610". */
  url: string;
  /** An API key: secret, publishable or customer. It goes into the Authorization header, and nowhere else. */
  key?: string | undefined;
  /** In place of a key, in a page that Paidup itself serves: the browser's session, by its `csrf_token`. Neither: to sign in. */
  csrfToken?: string | undefined;
  /** In place of the global fetch. */
  fetch?: typeof globalThis.fetch | undefined;
  /** How long one attempt may take, to the last byte of its answer, in milliseconds; 30,000 unless told. */
  timeoutMs?: number | undefined;
  /** How often a call that is safe to repeat is made again at most; 2 unless told. */
  maxRetries?: number | undefined;
}

/** What one call may be told. */
export interface CallOptions {
  /** Ends the call, its waits and its repeats included; the call then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** In place of the client's. */
  timeoutMs?: number | undefined;
  /**
   * For writes: the same key with the same request is carried out once, however often it is sent; 1 to 255
   * characters. The SDK makes one per call, which covers its own repeats. Give one of your own (an order number, say)
   * to be covered when your program starts again.
   */
  idempotencyKey?: string | undefined;
}

/** What a call may be told whose repeats need no key: it changes nothing, its body makes it safe to repeat, or it is never repeated. */
export type KeylessOptions = Omit<CallOptions, 'idempotencyKey'>;

/** A value of a query; a list is written with commas between. */
export type QueryValue = string | number | boolean | InstantInput | readonly string[] | undefined;

/** What an answer that is not JSON is: text for `text/html`, bytes for the others. */
type AnswerType = 'text/html' | 'application/pdf' | 'text/csv' | 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

export interface Request {
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  /** Segments as they are; they are encoded here. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, QueryValue>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** A body that is JSON already, in place of `body`. */
  readonly json?: string;
  /**
   * What makes it safe to repeat: an Idempotency-Key (unless told otherwise), or its body, by the ids in it or because
   * it only asks. `never`: the server keeps no answer for it.
   */
  readonly repeat?: 'by_key' | 'by_body' | 'never';
  /** What the answer is, if not JSON: the text of a page, or the bytes of a document. */
  readonly answer?: AnswerType;
  /** Asks for the answer with its tag, and for nothing when it is the one of `known`. */
  readonly tagged?: { readonly known: string | undefined };
  /** How long the server is asked to wait before it answers; comes on top of the time-out. */
  readonly waitMs?: number | undefined;
  readonly options?: CallOptions | undefined;
}

/** An answer with the tag that it can be recognised by. */
export interface Tagged<Body> {
  readonly tag: string;
  readonly body: Body;
}

/** Makes one call and gives the body of its answer. @throws PaidupProblem, PaidupUnreachable, or the signal's reason. */
export type Call = <Answer>(request: Request) => Promise<Answer>;

/** Opens an answer that goes on for as long as it is read. @throws PaidupProblem, PaidupUnreachable, or the signal's reason. */
export type Open = (request: Request, headers: Readonly<Record<string, string>>) => Promise<OpenAnswer>;

/** The bytes of an answer as they come. */
export interface OpenAnswer {
  readonly bytes: ReadableStream<Uint8Array>;
  readonly close: () => void;
}

/** Whether the same request may succeed later. */
export function isPassing(error: unknown): boolean {
  return error instanceof PaidupUnreachable || (error instanceof PaidupProblem && PASSING_STATUSES.has(error.status));
}

/** Statuses after which the same request may succeed. */
const PASSING_STATUSES = new Set([429, 502, 503, 504]);
/** The longest that Retry-After is obeyed; a server that asks for more gets no repeat. */
const LONGEST_WAIT_MS = 60_000;
const FIRST_WAIT_MS = 250;
const LONGEST_BACK_OFF_MS = 8_000;

/** What came of one attempt. `waitMs` is what the server asked for. */
type Outcome<Answer> = { readonly answer: Answer } | { readonly failure: Error; readonly isPassing: boolean; readonly waitMs?: number | undefined };

interface Attempt {
  readonly address: string;
  readonly method: string;
  /** For messages: method and path, without the query. */
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Undefined for JSON. */
  readonly answer: AnswerType | undefined;
  readonly isTagged: boolean;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** What makes the calls of a client. @throws TypeError when an option is not usable; no message quotes the key. */
export function createCall(options: ClientOptions): Call {
  const base = readUrl(options.url);
  const secret = readSecret(options);
  const { fetch: ownFetch, timeoutMs = 30_000, maxRetries = 2 } = options;
  const send: typeof globalThis.fetch = (address, init) => (ownFetch ?? globalThis.fetch)(address, init);
  return async <Answer>(request: Request): Promise<Answer> => {
    const attempt = attemptOf(request, { base, secret, timeoutMs });
    const isRepeatable = request.repeat !== 'never';
    for (let made = 1; ; made += 1) {
      const outcome = await attemptOnce<Answer>(attempt, { send, secret });
      if ('answer' in outcome) return outcome.answer;
      if (made > 1 && isGone(request, outcome.failure)) return undefined as Answer;
      const waitMs = outcome.waitMs ?? backOffMs(made);
      if (!isRepeatable || !outcome.isPassing || made > maxRetries || waitMs > LONGEST_WAIT_MS) throw outcome.failure;
      await pause(waitMs, attempt.signal);
    }
  };
}

/** What opens the streams of a client; nothing is repeated here. @throws TypeError as createCall. */
export function createOpen(options: ClientOptions): Open {
  const client = { base: readUrl(options.url), secret: readSecret(options), timeoutMs: options.timeoutMs ?? 30_000 };
  return async (request, headers) => {
    const attempt = attemptOf(request, client);
    const { signal, timeoutMs, name, address, method } = attempt;
    signal?.throwIfAborted();
    const ending = new AbortController();
    const close = (): void => {
      signal?.removeEventListener('abort', close);
      ending.abort();
    };
    signal?.addEventListener('abort', close, { once: true });
    let isTimeout = false;
    // For the head of the answer only: its body has no end.
    const timer = setTimeout(() => {
      isTimeout = true;
      close();
    }, timeoutMs);
    try {
      const response = await (options.fetch ?? globalThis.fetch)(address, { method, headers: { ...attempt.headers, ...headers, accept: 'text/event-stream' }, redirect: 'manual', signal: ending.signal });
      if (response.ok && response.body !== null && isEventStream(response)) return { bytes: response.body, close };
      const text = client.secret.scrub(await response.text());
      throw new PaidupProblem(response.ok ? unreadable(response.status, text) : readProblem(response.status, text));
    } catch (error) {
      close();
      signal?.throwIfAborted();
      if (error instanceof PaidupProblem) throw error;
      const reason = isTimeout ? `gave no answer within ${timeoutMs} ms` : `could not be reached: ${client.secret.reasonOf(error)}`;
      throw new PaidupUnreachable(`${name}: Paidup ${reason}.`, { isTimeout, cause: client.secret.copyOf(error) });
    } finally {
      clearTimeout(timer);
    }
  };
}

function isEventStream(response: Response): boolean {
  return (response.headers.get('content-type') ?? '').startsWith('text/event-stream');
}

/** A deletion that is repeated and finds nothing has done its work the first time. */
function isGone({ method }: Request, failure: Error): boolean {
  return method === 'DELETE' && failure instanceof PaidupProblem && failure.slug === 'not_found';
}

function attemptOf(request: Request, client: { base: string; secret: Secret; timeoutMs: number }): Attempt {
  const { method, options = {} } = request;
  const path = request.path.map((segment) => `/${encodeSegment(segment)}`).join('');
  const body = request.json ?? (request.body === undefined ? undefined : JSON.stringify(request.body));
  const hasKey = method !== 'GET' && (request.repeat ?? 'by_key') === 'by_key';
  return {
    address: `${client.base}${path}${queryText(request.query ?? {})}`,
    method,
    name: client.secret.scrub(`${method} ${path}`),
    headers: {
      ...client.secret.headers,
      accept: request.answer ?? 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(request.tagged?.known === undefined ? {} : { 'if-none-match': request.tagged.known }),
      ...(hasKey ? { 'idempotency-key': options.idempotencyKey ?? newKey() } : {}),
    },
    body,
    answer: request.answer,
    isTagged: request.tagged !== undefined,
    timeoutMs: (options.timeoutMs ?? client.timeoutMs) + (request.waitMs ?? 0),
    signal: options.signal,
  };
}

async function attemptOnce<Answer>(attempt: Attempt, client: { send: typeof globalThis.fetch; secret: Secret }): Promise<Outcome<Answer>> {
  const { signal, timeoutMs } = attempt;
  signal?.throwIfAborted();
  // Not AbortSignal.any and AbortSignal.timeout: on Node 20 a signal made of both may be collected before it fires.
  const ending = new AbortController();
  let isTimeout = false;
  const timer = setTimeout(() => {
    isTimeout = true;
    ending.abort();
  }, timeoutMs);
  const end = (): void => ending.abort();
  signal?.addEventListener('abort', end, { once: true });
  try {
    const { method, headers, body } = attempt;
    // A redirect is shown, not followed: the key goes to the address it was given for.
    const response = await client.send(attempt.address, { method, headers, redirect: 'manual', signal: ending.signal, ...(body === undefined ? {} : { body }) });
    return await readAnswer<Answer>(response, attempt, client.secret);
  } catch (error) {
    signal?.throwIfAborted();
    const reason = isTimeout ? `gave no whole answer within ${timeoutMs} ms` : `could not be reached: ${client.secret.reasonOf(error)}`;
    return { failure: new PaidupUnreachable(`${attempt.name}: Paidup ${reason}.`, { isTimeout, cause: client.secret.copyOf(error) }), isPassing: true };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
  }
}

async function readAnswer<Answer>(response: Response, { answer: type, isTagged }: Attempt, secret: Secret): Promise<Outcome<Answer>> {
  const { status, ok } = response;
  const isAsAsked = ok && type !== undefined && (response.headers.get('content-type') ?? '').startsWith(type);
  if (isAsAsked && type !== 'text/html') return { answer: new Uint8Array(await response.arrayBuffer()) as Answer };
  const text = await response.text();
  if (status === 204 || (status === 304 && isTagged)) return { answer: undefined as Answer };
  if (isAsAsked) return { answer: text as Answer };
  if (ok && type === undefined) {
    try {
      const body = JSON.parse(text) as Answer;
      return { answer: isTagged ? ({ tag: response.headers.get('etag') ?? '', body } as Answer) : body };
    } catch {
      // Not JSON: told below.
    }
  }
  if (ok) return { failure: new PaidupProblem(unreadable(status, secret.scrub(text))), isPassing: false };
  const failure = new PaidupProblem(readProblem(status, secret.scrub(text)));
  return { failure, isPassing: PASSING_STATUSES.has(status), waitMs: retryAfterMs(response.headers.get('retry-after')) };
}

/** Twice as long each time, and up to half of that less by chance, so that many clients do not come back at once. */
function backOffMs(made: number): number {
  return Math.min(FIRST_WAIT_MS * 2 ** (made - 1), LONGEST_BACK_OFF_MS) * (1 - Math.random() / 2);
}

/** @throws TypeError for a name that no path can hold: an address reads "." and ".." as steps. */
function encodeSegment(segment: string): string {
  if (typeof segment !== 'string' || segment === '' || segment === '.' || segment === '..') throw new TypeError(`"${segment}" cannot stand in an address: it names nothing.`);
  return encodeURIComponent(segment);
}

function queryText(query: Readonly<Record<string, QueryValue>>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    parameters.set(name, value instanceof Date ? value.toISOString() : typeof value === 'object' ? value.join(',') : String(value));
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}

/** @throws TypeError unless it is an http address without a name, password, query or fragment. */
function readUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw new TypeError('url must be an address that begins with http:// or https://.');
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') throw new TypeError('url must hold no name, password, query or fragment.');
  return url.href.replace(/\/+$/, '');
}

/** A browser gives randomUUID to pages that came over https only. */
function newKey(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
