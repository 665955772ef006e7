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
}

/** What one call gave: the body, an object (or a list, where one is expected), or the reason why there is none. */
export type Answer =
  | { ok: true; body: Json }
  | { ok: false; status: number | null; message: string };

interface Reply {
  status: number;
  location: string | null;
  body: string;
}

const messageLimit = 300;
const redirectLimit = 5;
const depthLimit = 32;
// A shorter key cannot be told from ordinary text; it is still struck out of messages.
const secretLength = 8;

/** Reads one path with GET. Never throws: whatever goes wrong is in the answer, without the key. `shape`: of the body. */
export async function readPath(source: Source, path: string, shape: 'object' | 'list' = 'object'): Promise<Answer> {
  const base = toAddress(source.url);
  if (base === null) return failed(source, null, 'the address is not an http or https address');
  try {
    const reply = await request(source, new URL(base + path));
    return toAnswer(source, reply, shape);
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

async function request(source: Source, url: URL): Promise<Reply> {
  const limit = new AbortController();
  const late = new Error(`no answer within ${source.timeoutMs / 1000} s`);
  const timer = setTimeout(() => limit.abort(late), source.timeoutMs);
  try {
    return await follow(source, url, limit.signal);
  } catch (error) {
    throw limit.signal.aborted ? late : error;
  } finally {
    clearTimeout(timer);
  }
}

/** Follows redirects to the same origin only: fetch itself would carry an X-API-Key header to any host. */
async function follow(source: Source, start: URL, signal: AbortSignal): Promise<Reply> {
  const headers = { accept: 'application/json', ...source.headers };
  let url = start;
  for (let hops = 0; ; hops += 1) {
    const response = await source.fetch(url.href, { headers, signal, redirect: 'manual' });
    const body = await response.text();
    const location = response.headers.get('location');
    const isRedirect = response.status >= 300 && response.status < 400 && location !== null;
    const next = isRedirect && URL.canParse(location, url.href) ? new URL(location, url.href) : null;
    if (next === null || next.origin !== start.origin || hops === redirectLimit) {
      return { status: response.status, location, body };
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
    return failed(source, status, firstOf(words, redirect, reply.body, STATUS_CODES[status] ?? ''));
  }
  if (body === undefined) {
    return failed(source, status, `the answer is not JSON: ${firstOf(reply.body, '(empty)')}`);
  }
  if (shape === 'list' ? !Array.isArray(body) : !isRecord(body)) {
    return failed(source, status, `the answer is ${shape === 'list' ? 'not a list' : 'not an object'}: ${reply.body}`);
  }
  const refusal = source.toRefusal?.(body) ?? null;
  if (refusal === null) return { ok: true, body };
  return failed(source, refusal, firstOf(source.toMessage(body), reply.body));
}

function failed(source: Source, status: number | null, message: string): Answer {
  // Struck out before it is cut, so that no part of a key is left at the end.
  const safe = strike(source.key, message).replace(/\s+/g, ' ').trim();
  const short = [...safe.slice(0, 2 * messageLimit)].slice(0, messageLimit).join('');
  return { ok: false, status, message: short.length < safe.length ? `${short}...` : safe };
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
