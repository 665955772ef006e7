import { randomBytes } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { InputError } from '../../../core/problems.js';
import { failureOf, logFailure, type Failure } from '../../problem.js';
import { isBasic } from './credentials.js';
import { Fault, absenceFault, argumentFault, deniedFault, operationFault, quotaFault } from './fault.js';

/** What every answer with a body is wrapped in (contracts/docspace.md section 2). `response` is absent, never null. */
export interface Envelope {
  readonly response?: unknown;
  readonly count: number;
  readonly links: ReadonlyArray<{ readonly href: string; readonly action: string }>;
  readonly status: 0 | 1;
  readonly statusCode: number;
}

/** The answer of a request that went well; `payload` undefined when there is nothing to tell. */
export function toEnvelope(request: FastifyRequest, payload: unknown, outcome: { status: 0 | 1; statusCode: number } = { status: 0, statusCode: 200 }): Envelope {
  return {
    ...(payload === undefined ? {} : { response: payload }),
    count: payload === undefined ? 0 : Array.isArray(payload) ? payload.length : 1,
    links: [{ href: `${baseUrl(request)}${request.originalUrl}`, action: request.method }],
    ...outcome,
  };
}

/** Answers with the vendor's error body; what is wrong with a parameter or a field, with its validation body. */
export function sendFailure(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof Fault) return sendFault(reply, error);
  const failed = failureOf(error);
  logFailure(error, failed, request);
  if (failed.status === 503) void reply.header('retry-after', '1');
  if (failed.status === 401) void reply.header('www-authenticate', isBasic(request) ? 'Basic' : 'Bearer');
  if (failed.status === 400) return reply.status(400).send(toEnvelope(request, validationOf(failed), { status: 1, statusCode: 400 }));
  return sendFault(reply, faultOf(failed));
}

function sendFault(reply: FastifyReply, { message, type, hresult, status }: Fault): FastifyReply {
  return reply.status(status).send({ error: { message, type, stack: null, hresult }, status: 1, statusCode: status });
}

/** Protocol and host that the request came to. */
export function baseUrl(request: FastifyRequest): string {
  return `${request.protocol}://${request.host}`;
}

function faultOf(failed: Failure): Fault {
  if (failed.slug === 'payment_method_missing') return operationFault('Customer payment method is not set');
  if (failed.slug === 'insufficient_funds') return argumentFault('Insufficient balance');
  if (failed.slug === 'quantity_below_usage') return quotaFault(failed.detail);
  switch (failed.status) {
    case 401:
      return new Fault('Unauthorized', { status: 401, type: null, hresult: 0 });
    case 403:
      return deniedFault();
    case 404:
      return absenceFault('Customer');
    case 409:
      // The vendor knows no conflict: what the state of things forbids is an invalid operation.
      return operationFault(failed.detail);
    default:
      return new Fault(failed.detail, { status: failed.status, type: null, hresult: 0 });
  }
}

function validationOf(failed: Failure) {
  return {
    type: 'https://tools.ietf.org/html/rfc9110#section-15.5.1',
    title: 'One or more validation errors occurred.',
    status: 400,
    errors: byField(failed.errors.length > 0 ? failed.errors : [{ pointer: '', detail: failed.detail }]),
    // A W3C trace parent that nobody else takes part in.
    traceId: `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-00`,
  };
}

function byField(errors: readonly InputError[]): Record<string, string[]> {
  const fields: Record<string, string[]> = {};
  for (const { pointer, detail } of errors) {
    const name = pointer.replace(/^\w*:?\//, '').replaceAll('/', '.');
    fields[name] = [...(fields[name] ?? []), detail];
  }
  return fields;
}
