import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../core/problems.js';
import { sendProblem } from './problem.js';

/** Answers what no route takes: 405 with the methods that the address does take, else 404. Call before routes are added. */
export function answerUnknown(app: FastifyInstance): void {
  const addresses = new Map<string, { readonly pattern: RegExp; readonly methods: Set<string> }>();
  app.addHook('onRoute', ({ url, method }) => {
    const address = addresses.get(url) ?? { pattern: patternOf(url), methods: new Set<string>() };
    addresses.set(url, address);
    for (const one of [method].flat()) address.methods.add(one);
  });
  app.setNotFoundHandler((request: FastifyRequest, reply: FastifyReply) => {
    const path = request.url.split('?')[0] ?? '';
    const methods = [...new Set([...addresses.values()].filter(({ pattern }) => pattern.test(path)).flatMap((address) => [...address.methods]))].sort();
    if (methods.length === 0) return sendProblem(new Refusal('not_found', `There is nothing at ${request.method} ${path}.`), request, reply);
    void reply.header('allow', methods.join(', '));
    return sendProblem(new Refusal('method_not_allowed', `${path} takes ${methods.join(', ')}.`), request, reply);
  });
}

function patternOf(url: string): RegExp {
  const parts = url.split('/').map((part) => (part.startsWith(':') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')));
  return new RegExp(`^${parts.join('/')}$`);
}
