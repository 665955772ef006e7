import { PaidupUnreachable, createClient, isProblem, type Client, type Customer, type PaidupProblem } from '@paidup/sdk';
import { LarkApi, ReadFailure } from '../reader/lark-api.js';
import { larkHeaders, larkMessage } from '../reader/lark.js';
import { TargetClock } from './clock.js';
import type { Progress } from './turns.js';

/** The running Paidup that things are carried to: by its native API, and by its Lark surface what is said in Lark's words. */
export interface Target {
  readonly client: Client;
  readonly lark: LarkApi;
  readonly clock: TargetClock;
}

export interface Place {
  readonly url: string;
  /** A secret key. */
  readonly key: string;
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** How long to wait before each further attempt. */
  readonly waitsMs?: readonly number[] | undefined;
}

/** Long enough for a server that is started anew. */
const WAITS_MS = [250, 1000, 4000];
const TIMEOUT_MS = 60_000;

/** Nothing is asked yet. @throws TypeError when the address or the key is not usable. */
export function openTarget(place: Place): Target {
  const { url, key, fetch } = place;
  return { client: createClient({ url, key, fetch, timeoutMs: TIMEOUT_MS, maxRetries: (place.waitsMs ?? WAITS_MS).length }), lark: openLark(place), clock: new TargetClock() };
}

/** A system that speaks Lark's dialect. */
export function openLark({ url, key, fetch, waitsMs }: Place): LarkApi {
  return new LarkApi({ url, key, headers: larkHeaders(key), toMessage: larkMessage, fetch: fetch ?? globalThis.fetch, timeoutMs: TIMEOUT_MS, waitsMs: waitsMs ?? WAITS_MS });
}

/** Nothing more can be carried: one of the two sides does not answer, or does not take the key. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** The work's outcome; a refusal that concerns this thing alone is given to `refused`. @throws Stopped. */
export async function carried<T>(work: () => Promise<T>, refused: (reason: string) => void): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    refused(refusalOf(error));
    return undefined;
  }
}

/** Why this one thing was refused. @throws Stopped for what concerns everything that follows too. */
export function refusalOf(error: unknown): string {
  if (error instanceof ReadFailure) {
    const { status, message } = error;
    if (status === null || status === 401 || status === 403 || status === 429 || status >= 500) throw new Stopped(`${status === null ? '' : `${status} `}${message}`, { cause: error });
    return message;
  }
  if (error instanceof PaidupUnreachable) throw new Stopped(error.message, { cause: error });
  if (!isProblem(error)) throw error;
  if (error.status === 401 || error.status === 403 || error.status === 429 || error.status >= 500) throw new Stopped(`Paidup says ${error.status}: ${error.detail}`, { cause: error });
  return problemText(error);
}

/** Why everything came to an end. @throws what is a fault of ours. */
export function endOf(error: unknown): string {
  if (error instanceof Stopped) return error.message;
  try {
    return refusalOf(error);
  } catch (stop) {
    if (stop instanceof Stopped) return stop.message;
    throw stop;
  }
}

/** The same with how far it had come. */
export function stopText(error: unknown, { done, total }: Progress): string {
  return `stopped${total === 0 ? '' : ` after ${done} of ${total}`}: ${endOf(error)}`;
}

function problemText({ detail, errors }: PaidupProblem): string {
  return [detail, ...errors.map((each) => `${each.pointer} ${each.detail}`)].join('; ');
}

/** The customer that has this external id; undefined when there is none. */
export async function findCustomer({ client }: Target, externalId: string): Promise<Customer | undefined> {
  // No address can name them, so nobody is called so.
  if (externalId === '.' || externalId === '..') return undefined;
  try {
    return await client.getCustomer(externalId);
  } catch (error) {
    if (isProblem(error, 'not_found')) return undefined;
    throw error;
  }
}
