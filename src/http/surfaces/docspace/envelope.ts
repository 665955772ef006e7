import { randomBytes } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { InputError } from '../../../core/problems.js';
import { failureOf, logFailure, type Failure } from '../../problem.js';
import { isBasic } from './credentials.js';

/** What every answer with a body is wrapped in (contracts/docspace.md section 2). `response` is absent, never null. */
export interface Envelope {
  readonly response?: unknown;
  readonly count: number;
  readonly links: ReadonlyArray<{ readonly href: string; readonly action: string }>;
  readonly status: 0 | 1;
  readonly statusCode: number;
}

/** The vendor's exception of an answer; `type` and `hresult` are those of its platform. */
interface Fault {
  readonly message: string;
  readonly type: string | null;
  readonly hresult: number;
}

/** The answer of a read that went well; `payload` undefined when there is nothing to tell. */
export function toEnvelope(request: FastifyRequest, payload: unknown, outcome: { status: 0 | 1; statusCode: number } = { status: 0, statusCode: 200 }): Envelope {
  return {
    ...(payload === undefined ? {} : { response: payload }),
    count: payload === undefined ? 0 : Array.isArray(payload) ? payload.length : 1,
    links: [{ href: `${baseUrl(request)}${request.originalUrl}`, action: request.method }],
    ...outcome,
  };
}

/** Answers with the vendor's error body; what is wrong with a parameter, with its validation body. */
export function sendFailure(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const failed = failureOf(error);
  logFailure(error, failed, request);
  if (failed.status === 503) void reply.header('retry-after', '1');
  if (failed.status === 401) void reply.header('www-authenticate', isBasic(request) ? 'Basic' : 'Bearer');
  void reply.status(failed.status);
  if (failed.status === 400) return reply.send(toEnvelope(request, validationOf(failed), { status: 1, statusCode: 400 }));
  const { message, type, hresult } = faultOf(failed);
  return reply.send({ error: { message, type, stack: null, hresult }, status: 1, statusCode: failed.status });
}

/** Protocol and host that the request came to. */
function baseUrl(request: FastifyRequest): string {
  return `${request.protocol}://${request.host}`;
}

function faultOf(failed: Failure): Fault {
  switch (failed.status) {
    case 401:
      return { message: 'Unauthorized', type: null, hresult: 0 };
    case 403:
      return { message: 'Access denied', type: 'System.Security.SecurityException', hresult: -2146233078 };
    case 404:
      return { message: 'Customer could not be found', type: null, hresult: 0 };
    default:
      return { message: failed.detail, type: null, hresult: 0 };
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
