import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { failureOf, logFailure, type Failure } from '../../problem.js';
import { DigaFault, type InvalidPart } from './fault.js';

/** The vendor's words for what went wrong: contracts/diga.md section 3. */
interface Fault {
  readonly error_code: string;
  readonly message: string;
}

/** Answers with the vendor's error body. */
export function sendFailure(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof DigaFault) return reply.status(error.status).send(error.body);
  const invalid = invalidParts(error as FastifyError, request);
  if (invalid !== undefined) return reply.status(422).send({ detail: invalid });
  const failed = failureOf(error);
  logFailure(error, failed, request);
  if (failed.status === 503) void reply.header('retry-after', '1');
  if (failed.status === 401) void reply.header('www-authenticate', 'Bearer');
  return reply.status(failed.status).send({ status: 'error', ...faultOf(failed) });
}

function faultOf(failed: Failure): Fault {
  switch (failed.status) {
    case 400:
      return { error_code: 'NOT_VALID_FIELD', message: failed.detail };
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

/** What does not fit the schema; undefined when something else went wrong. */
function invalidParts(error: FastifyError, request: FastifyRequest): InvalidPart[] | undefined {
  if (error.code === 'FST_ERR_CTP_INVALID_JSON_BODY') return [{ loc: ['body', 0], msg: 'JSON decode error', type: 'json_invalid' }];
  const isEmpty = error.code === 'FST_ERR_CTP_EMPTY_JSON_BODY' || (error.validation !== undefined && request.body == null);
  if (isEmpty) return [{ loc: ['body'], msg: 'Field required', type: 'missing' }];
  return error.validation?.map(invalidPart);
}

function invalidPart({ keyword, instancePath, params }: NonNullable<FastifyError['validation']>[number]): InvalidPart {
  const { missingProperty, type, limit } = params as { missingProperty?: string; type?: string | readonly string[]; limit?: number };
  const loc = ['body', ...instancePath.split('/').slice(1), ...(missingProperty === undefined ? [] : [missingProperty])];
  switch (keyword) {
    case 'required':
      return { loc, msg: 'Field required', type: 'missing' };
    case 'minimum':
      return { loc, msg: `Input should be greater than or equal to ${limit}`, type: 'greater_than_equal' };
    case 'maximum':
      return { loc, msg: `Input should be less than or equal to ${limit}`, type: 'less_than_equal' };
    case 'maxLength':
      return { loc, msg: `String should have at most ${limit} characters`, type: 'string_too_long' };
    default:
      return { loc, ...(TYPES[[type ?? []].flat()[0] ?? ''] ?? { msg: 'Input is not valid', type: 'value_error' }) };
  }
}

const TYPES: Record<string, Omit<InvalidPart, 'loc'>> = {
  boolean: { msg: 'Input should be a valid boolean', type: 'bool_type' },
  integer: { msg: 'Input should be a valid integer', type: 'int_type' },
  string: { msg: 'Input should be a valid string', type: 'string_type' },
  object: { msg: 'Input should be a valid dictionary or object to extract fields from', type: 'model_attributes_type' },
};
