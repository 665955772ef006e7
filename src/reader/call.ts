import { STATUS_CODES } from 'node:http';
import { isRecord, parseJson, type Json } from './json.js';

/** A live system to read from, and how its dialect words a refusal. */
export interface Source {
  /** http or https address that paths are appended to; a path of its own is kept. */
  url: string;
  key: string;
  headers: Record<string, string>;
  fetch: typeof globalThis.fetch;
  /** Limit for one call, from request to the last byte of the body. */
  timeoutMs: number;
  /** The vendor's own words in a refused call's body; null when it has none. */
  toMessage: (body: Json) => string | null;
  /** Whether a body that came with 200 is a refusal all the same; its status, or null when it is none. */
  toRefusal?: (body: Json) => number | null;
  /** How long to wait before each further attempt of what may succeed later; none unless told: one attempt. */
  waitsMs?: readonly number[];
}

/** What one call gave: the body, an object (or a list, where one is expected), or the reason why there is none. */
export type Answer =
  | { ok: true; body: Json; /** What Paidup says that its answer in a vendor's words leaves out. */ omitted: readonly string[] }
  | { ok: false; status: number | null; message: string; /** How long the other side asks to be left alone. */ retryAfterMs: number | null };

/** A call that is no GET. */
export interface Sent {
  method: 'POST' | 'PUT';
  body: unknown;
  headers?: Record<string, string>;
}

interface Reply {
  status: number;
  location: string | null;
  retryAfter: string | null;
  omitted: string | null;
  body: string;
}

const messageLimit = 300;
const redirectLimit = 5;
const depthLimit = 32;
// A shorter key cannot be told from ordinary text; it is still struck out of messages.
const secretLength = 8;

/** Reads one path with GET. Never throws: whatever goes wrong is in the answer, without the key. `shape`: of the body. */
export async function readPath(source: Source, path: string, shape: 'object' | 'list' = 'object'): Promise<Answer> {
  return callPath(source, path, { shape });
}

/** Sends to one path, as readPath reads one. What is sent must be safe to send again where the source waits and asks again. */
export async function sendPath(source: Source, path: string, sent: Sent & { shape?: 'object' | 'list' }): Promise<Answer> {
  return callPath(source, path, { shape: sent.shape ?? 'object', sent });
}

async function callPath(source: Source, path: string, asked: Asked): Promise<Answer> {
  for (let made = 0; ; made += 1) {
    const answer = await callOnce(source, path, asked);
    const waitMs = (source.waitsMs ?? [])[made];
    if (answer.ok || waitMs === undefined || !isPassing(answer.status)) return answer;
    const askedMs = answer.retryAfterMs ?? 0;
    if (askedMs > longestWaitMs) return answer;
    await new Promise<void>((resolve) => {
      setTimeout(resolve, Math.max(waitMs, askedMs));
    });
  }
}

interface Asked {
  shape: 'object' | 'list';
  sent?: Sent;
}

const longestWaitMs = 60_000;

/** Whether the same call may succeed later: no whole answer came, or one that says so. */
function isPassing(status: number | null): boolean {
  return status === null || status === 408 || status === 429 || status >= 500;
}

async function callOnce(source: Source, path: string, asked: Asked): Promise<Answer> {
  const base = toAddress(source.url);
  if (base === null) return failed(source, null, 'the address is not an http or https address');
  try {
    const reply = await request(source, new URL(base + path), asked.sent);
    return toAnswer(source, reply, asked.shape);
  } catch (error) {
    return failed(source, null, describe(error));
  }
}

/** The address without credentials, query, fragment and last slash; null when it is no http or https address. */
export function toAddress(url: string): string | null {
  const parsed = URL.canParse(url.trim()) ? new URL(url.trim()) : null;
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) return null;
  return parsed.origin + parsed.pathname.replace(/\/+$/, '');
}

/** One path segment; null for what an address cannot carry in one (empty, `.`, `..`, half a character). */
export function toSegment(value: string): string | null {
  if (value === '' || value === '.' || value === '..') return null;
  try {
    return encodeURIComponent(value);
  } catch {
    return null;
  }
}

async function request(source: Source, url: URL, sent: Sent | undefined): Promise<Reply> {
  const limit = new AbortController();
  const late = new Error(`no answer within ${source.timeoutMs / 1000} s`);
  const timer = setTimeout(() => limit.abort(late), source.timeoutMs);
  try {
    return await follow(source, url, { signal: limit.signal, sent });
  } catch (error) {
    throw limit.signal.aborted ? late : error;
  } finally {
    clearTimeout(timer);
  }
}

/** Follows redirects to the same origin only: fetch itself would carry an X-API-Key header to any host. */
async function follow(source: Source, start: URL, { signal, sent }: { signal: AbortSignal; sent: Sent | undefined }): Promise<Reply> {
  const headers = { accept: 'application/json', ...source.headers, ...sent?.headers, ...(sent === undefined ? {} : { 'content-type': 'application/json' }) };
  const posted = sent === undefined ? {} : { method: sent.method, body: JSON.stringify(sent.body) };
  let url = start;
  for (let hops = 0; ; hops += 1) {
    const response = await source.fetch(url.href, { ...posted, headers, signal, redirect: 'manual' });
    const body = await response.text();
    const location = response.headers.get('location');
    const isRedirect = response.status >= 300 && response.status < 400 && location !== null;
    const next = isRedirect && URL.canParse(location, url.href) ? new URL(location, url.href) : null;
    if (next === null || next.origin !== start.origin || hops === redirectLimit) {
      return { status: response.status, location, retryAfter: response.headers.get('retry-after'), omitted: response.headers.get('x-paidup-omitted'), body };
    }
    url = next;
  }
}

function toAnswer(source: Source, reply: Reply, shape: 'object' | 'list'): Answer {
  const { status } = reply;
  const body = clean(source.key, parseOrUndefined(reply.body));
  if (status < 200 || status > 299) {
    const words = body === undefined ? null : source.toMessage(body);
    const redirect = status < 400 && reply.location !== null ? `redirected to ${reply.location}` : null;
    return { ...failed(source, status, firstOf(words, redirect, reply.body, STATUS_CODES[status] ?? '')), retryAfterMs: secondsAsMs(reply.retryAfter) };
  }
  if (body === undefined) {
    return failed(source, status, `the answer is not JSON: ${firstOf(reply.body, '(empty)')}`);
  }
  if (shape === 'list' ? !Array.isArray(body) : !isRecord(body)) {
    return failed(source, status, `the answer is ${shape === 'list' ? 'not a list' : 'not an object'}: ${reply.body}`);
  }
  const refusal = source.toRefusal?.(body) ?? null;
  if (refusal === null) return { ok: true, body, omitted: (reply.omitted ?? '').split(', ').filter((name) => name !== '') };
  return failed(source, refusal, firstOf(source.toMessage(body), reply.body));
}

/** Only seconds are read: nobody who limits rates writes a date. */
function secondsAsMs(text: string | null): number | null {
  return text !== null && /^\d{1,6}$/.test(text) ? Number(text) * 1000 : null;
}

function failed(source: Source, status: number | null, message: string): Extract<Answer, { ok: false }> {
  // Struck out before it is cut, so that no part of a key is left at the end.
  const safe = strike(source.key, message).replace(/\s+/g, ' ').trim();
  const short = [...safe.slice(0, 2 * messageLimit)].slice(0, messageLimit).join('');
  return { ok: false, status, message: short.length < safe.length ? `${short}...` : safe, retryAfterMs: null };
}

function firstOf(...words: (string | null)[]): string {
  return words.find((word) => word !== null && word.trim() !== '') ?? '';
}

function parseOrUndefined(source: string): Json | undefined {
  try {
    return parseJson(source);
  } catch {
    return undefined;
  }
}

/** The words of a failed fetch: its cause says more than its own "fetch failed". */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message || error.name;
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  return cause.message || code || error.message;
}

function strike(key: string, message: string): string {
  const secret = key.trim();
  return secret === '' ? message : message.replaceAll(secret, '[key]');
}

/** Strikes the key out of every string, and ends what is nested too deeply to be shown. */
function clean<T extends Json | undefined>(key: string, value: T, depth = 0): T | Json {
  const strikeKey = (given: string): string => (key.trim().length < secretLength ? given : strike(key, given));
  if (typeof value === 'string') return strikeKey(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === depthLimit) return null;
  if (Array.isArray(value)) return value.map((item) => clean(key, item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [strikeKey(name), clean(key, item, depth + 1)]),
  );
}
