import type { FastifyInstance } from 'fastify';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { isStoreReachable } from '../service/health.js';
import { isSandbox } from '../service/sandbox.js';
import type { HttpContext } from './context.js';
import { readVersion } from './version.js';

const registries = new WeakMap<FastifyInstance, Registry>();

/** Counts and times every request, and logs one line for each: method, route, status, time; never keys or queries. */
export function observe(app: FastifyInstance, { engine }: HttpContext): void {
  const register = new Registry();
  registries.set(app, register);
  collectDefaultMetrics({ register });
  const seconds = new Histogram({
    name: 'paidup_http_request_seconds',
    help: 'Time from a request to its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [register],
  });
  /** Routes, methods and statuses are few; finding their series by labels each time is slow. */
  const timed = new Map<string, ReturnType<typeof seconds.labels>>();
  const refused = new Counter({ name: 'paidup_http_refused_total', help: 'Answers with a status of 400 or more', labelNames: ['status'], registers: [register] });
  new Gauge({
    name: 'paidup_events_waiting',
    help: 'Events that wait for their batch',
    registers: [register],
    collect() {
      this.set(engine.events.waitingItems);
    },
  });
  new Gauge({
    name: 'paidup_streams_open',
    help: 'Live streams that are open',
    registers: [register],
    collect() {
      this.set(engine.feed.streams);
    },
  });
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unknown';
    const status = String(reply.statusCode);
    const name = `${request.method} ${route} ${status}`;
    let series = timed.get(name);
    if (series === undefined) {
      series = seconds.labels({ method: request.method, route, status });
      timed.set(name, series);
    }
    series.observe(reply.elapsedTime / 1000);
    if (reply.statusCode >= 400) refused.inc({ status });
    request.log.info({ method: request.method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime * 10) / 10, key: request.principal?.keyId }, 'answered');
    done();
  });
}

export function healthRoutes(app: FastifyInstance, { engine }: HttpContext): void {
  const config = { right: 'open' } as const;
  const schema = { hide: true };
  const health = { status: 'ok', version: readVersion(), sandbox: isSandbox(engine) };
  app.get('/healthz', { config, schema }, () => Promise.resolve(health));
  app.get('/readyz', { config, schema }, async (_request, reply) => {
    const isReady = await isStoreReachable(engine);
    return reply.status(isReady ? 200 : 503).send({ status: isReady ? 'ok' : 'store unavailable' });
  });
  app.get('/metrics', { config, schema }, async (_request, reply) => {
    const register = registryOf(app);
    return reply.type(register.contentType).send(await register.metrics());
  });
  app.get('/openapi.json', { config, schema }, () => Promise.resolve(app.swagger()));
}

function registryOf(app: FastifyInstance): Registry {
  // A plugin's instance inherits from the one that observes.
  for (let candidate: object = app; candidate !== null; candidate = Object.getPrototypeOf(candidate) as object) {
    const register = registries.get(candidate as FastifyInstance);
    if (register !== undefined) return register;
  }
  throw new Error('nothing observes this server');
}
