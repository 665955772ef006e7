import type { FastifyReply, FastifyRequest } from 'fastify';
import { Refusal, type InputError } from '../../../core/problems.js';
import { failureOf, logFailure, type Failure } from '../../problem.js';

/** One thing wrong with the request, as FastAPI tells it. */
interface InvalidPart {
  readonly loc: ReadonlyArray<string | number>;
  readonly msg: string;
  readonly type: string;
}

/**
 * Answers with `{"detail": ...}`, a sentence or for 422 a list: the vendor documents no error body, and these are
 * those of the framework that its words point to (contracts/lark.md section 1, inferred). Never 409: the vendor's
 * clients would ask three times.
 */
export function sendFailure(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const failed = failureOf(error);
  logFailure(error, failed, request);
  if (failed.status === 503) void reply.header('retry-after', '1');
  return reply.status(statusOf(failed)).send({ detail: detailOf(failed, request) });
}

export function subjectNotFound(): Refusal {
  return new Refusal('not_found', 'Subject not found');
}

/** Input is unprocessable; what the state of things does not allow is a bad request. */
function statusOf({ slug, status }: Failure): number {
  if (slug === 'invalid_request' || slug === 'idempotency_key_reused') return 422;
  return status === 409 || status === 402 ? 400 : status;
}

function detailOf(failed: Failure, request: FastifyRequest): unknown {
  if (failed.slug !== 'invalid_request') return SENTENCES[failed.slug] ?? failed.detail;
  if (failed.errors.length > 0) return failed.errors.map(invalidPart);
  // Nothing names the place: text that cannot be stored came by the path where there is no body.
  return [invalidPart({ pointer: request.method === 'GET' ? 'params:' : '', detail: failed.detail })];
}

/** Sentences that are the same whatever happened. */
const SENTENCES: Partial<Record<Failure['slug'], string>> = {
  unauthorized: 'Invalid or missing API key',
  forbidden: 'Not enough permissions',
  method_not_allowed: 'Method Not Allowed',
  internal_error: 'Internal Server Error',
};

const PLACES: Record<string, string> = { querystring: 'query', params: 'path', header: 'header', headers: 'header' };

/** A JSON pointer as the way to what is wrong: `/price/amount` is `["body", "price", "amount"]`. */
function invalidPart({ pointer, detail }: InputError): InvalidPart {
  const [, place = '', path = ''] = /^(?:(\w+):)?(.*)$/s.exec(pointer) ?? [];
  const tokens = path.split('/').slice(1).filter((token) => token !== '').map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
  const loc = [PLACES[place] ?? 'body', ...tokens.map((token) => (/^(0|[1-9]\d{0,5})$/.test(token) ? Number(token) : token))];
  return detail === 'is needed' ? { loc, msg: 'Field required', type: 'missing' } : { loc, msg: detail, type: 'value_error' };
}
