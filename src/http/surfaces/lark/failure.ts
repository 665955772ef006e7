import type { FastifyReply, FastifyRequest } from 'fastify';
import { failureOf, logFailure, type Failure } from '../../problem.js';

/**
 * Answers with `{"detail": ...}`, a sentence or for 422 a list: the vendor documents no error body, and these are
 * those of the framework that its words point to (contracts/lark.md section 1, inferred).
 */
export function sendFailure(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const failed = failureOf(error);
  logFailure(error, failed, request);
  if (failed.status === 503) void reply.header('retry-after', '1');
  const status = failed.status === 400 ? 422 : failed.status;
  return reply.status(status).send({ detail: detailOf(failed) });
}

function detailOf(failed: Failure): unknown {
  switch (failed.status) {
    case 400:
      return [{ loc: ['path', 'subject_id'], msg: failed.detail, type: 'value_error' }];
    case 401:
      return 'Invalid or missing API key';
    case 403:
      return 'Not enough permissions';
    case 405:
      return 'Method Not Allowed';
    case 500:
      return 'Internal Server Error';
    default:
      return failed.detail;
  }
}
