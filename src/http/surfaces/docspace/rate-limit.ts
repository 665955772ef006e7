import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { tooManyFault } from './fault.js';

/** How often something may be asked, by the machine's own clock, in this process. */
export interface RateLimit {
  readonly max: number;
  readonly windowMs: number;
}

const MINUTE_MS = 60_000;

/** Contracts/docspace.md section 2: all calls of a key; each path that pays, per key; requests to sales, per address. */
export const RATE_LIMITS = {
  all: { max: 1500, windowMs: MINUTE_MS },
  payment: { max: 10, windowMs: MINUTE_MS },
  sales: { max: 10, windowMs: 2 * MINUTE_MS },
} as const satisfies Record<string, RateLimit>;

export type RateLimitName = Exclude<keyof typeof RATE_LIMITS, 'all'>;

/** Counts a request; refuses it when there were too many. */
export type CountRequest = (request: FastifyRequest, reply: FastifyReply, name: RateLimitName | undefined) => Promise<void>;

/** What counts the requests of this surface. Keys are known by then: call it after the hook that knows who asks. */
export async function requestCounter(app: FastifyInstance): Promise<CountRequest> {
  await app.register(rateLimit, { global: false });
  const counter = (limit: RateLimit, keyGenerator: (request: FastifyRequest) => string) => app.createRateLimit({ max: limit.max, timeWindow: limit.windowMs, keyGenerator });
  const keyOf = (request: FastifyRequest): string => request.principal?.keyId ?? '';
  const all = counter(RATE_LIMITS.all, keyOf);
  const counters = {
    payment: counter(RATE_LIMITS.payment, (request) => `${keyOf(request)} ${pathOf(request)}`),
    sales: counter(RATE_LIMITS.sales, (request) => request.ip),
  } satisfies Record<RateLimitName, unknown>;
  return async (request, reply, name) => {
    tell(reply, await all(request));
    if (name !== undefined) tell(reply, await counters[name](request));
  };
}

/** The headers of the vendor: how many, how many are left, and the second at which the count starts anew. */
function tell(reply: FastifyReply, counted: Awaited<ReturnType<ReturnType<FastifyInstance['createRateLimit']>>>): void {
  if (counted.isAllowed) return;
  const { max, remaining, ttl, ttlInSeconds, isExceeded } = counted;
  void reply.header('x-ratelimit-limit', String(max)).header('x-ratelimit-remaining', String(remaining)).header('x-ratelimit-reset', String(Math.ceil((Date.now() + ttl) / 1000)));
  if (!isExceeded) return;
  void reply.header('retry-after', String(Math.max(1, ttlInSeconds)));
  throw tooManyFault();
}

/** The address as it was registered, so that a trailing slash makes no second count. */
function pathOf(request: FastifyRequest): string {
  return `${request.method} ${(request.routeOptions.url ?? '').replace(/\/$/, '')}`;
}
