import type { FastifyReply, FastifyRequest } from 'fastify';
import { failureOf, logFailure, type Failure } from '../../problem.js';

/** The vendor's words for what went wrong: contracts/diga.md section 3. */
interface Fault {
  readonly error_code: string;
  readonly message: string;
}

/** Answers with the vendor's error body. */
export function sendFailure(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const failed = failureOf(error);
  logFailure(error, failed, request);
  if (failed.status === 503) void reply.header('retry-after', '1');
  if (failed.status === 401) void reply.header('www-authenticate', 'Bearer');
  return reply.status(failed.status).send({ status: 'error', ...faultOf(failed) });
}

function faultOf(failed: Failure): Fault {
  switch (failed.status) {
    case 401:
      return { error_code: 'INVALID_API_KEY', message: 'Invalid or missing API key' };
    case 403:
      // The vendor's billing pages show INTERNAL_SERVER_ERROR as the code here, all its others this one.
      return { error_code: 'MISSING_PERMISSIONS', message: 'Missing required permissions' };
    case 405:
      return { error_code: 'METHOD_NOT_ALLOWED', message: 'Method Not Allowed' };
    case 500:
      return { error_code: 'INTERNAL_SERVER_ERROR', message: 'Error: Internal Server Error' };
    case 503:
      return { error_code: 'SERVICE_UNAVAILABLE', message: failed.detail };
    default:
      return { error_code: failed.slug.toUpperCase(), message: failed.detail };
  }
}
