import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { PROBLEMS, Refusal, type InputError, type ProblemSlug } from '../core/problems.js';
import { isOverloaded, isProviderAway, isStoreAway, isUnstorableText } from '../service/weather.js';

/** Status of each problem. */
export const STATUS: Record<ProblemSlug, number> = {
  invalid_request: 400,
  unauthorized: 401,
  payment_declined: 402,
  insufficient_funds: 402,
  hold_conflict: 409,
  limit_reached: 409,
  refund_conflict: 409,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  already_exists: 409,
  meter_in_use: 409,
  feature_in_use: 409,
  plan_archived: 409,
  plan_not_offered: 409,
  subscription_ended: 409,
  phase_conflict: 409,
  payment_method_missing: 409,
  revision_not_reached: 409,
  body_too_large: 413,
  unsupported_media_type: 415,
  quantity_below_usage: 409,
  coupon_conflict: 409,
  invoice_conflict: 409,
  sandbox_only: 409,
  idempotency_key_reused: 422,
  internal_error: 500,
  overloaded: 503,
  provider_unavailable: 503,
  store_unavailable: 503,
};

/** What went wrong, as every surface needs it before it puts it into its own shape. */
export interface Failure {
  readonly slug: ProblemSlug;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly errors: readonly InputError[];
}

/** The failure that an error of any kind is: refusals as they are, weather as 503, everything else as a bug of ours. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Refusal) return failure(error.slug, error.message, error.errors);
  const { validation, validationContext, statusCode, code } = error as Partial<FastifyError>;
  if (validation !== undefined) {
    const errors = validation.map((fault) => validationError(fault, validationContext ?? 'body'));
    return failure('invalid_request', errors.map((fault) => `${fault.pointer}: ${fault.detail}`).slice(0, 3).join('; '), errors);
  }
  if (isOverloaded(error)) return failure('overloaded', 'Too much work is waiting: try again in a second.');
  if (isStoreAway(error)) return failure('store_unavailable', 'The store cannot be reached just now: try again soon.');
  if (isProviderAway(error)) return failure('provider_unavailable', 'The payment provider did not answer: try again with the same Idempotency-Key, and nothing is charged twice.');
  if (isUnstorableText(error)) return failure('invalid_request', 'The request holds text that cannot be stored, such as a NUL character.');
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return failure('body_too_large', 'The body is larger than this address takes: send it in parts.');
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return failure('unsupported_media_type', 'Send JSON with Content-Type: application/json.');
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) return failure('invalid_request', (error as Error).message);
  return failure('internal_error', 'This is a fault of Paidup. The log has it under the request id.');
}

/** Answers with an RFC 9457 problem document; faults of ours go to the log with their cause. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const failed = failureOf(error);
  logFailure(error, failed, request);
  if (failed.status === 503) void reply.header('retry-after', '1');
  if (failed.status === 401) void reply.header('www-authenticate', 'Bearer');
  return reply.status(failed.status).type('application/problem+json').send({
    // A reference relative to this server, which serves the page of each problem: pages.ts.
    type: `/problems/${failed.slug}`,
    title: failed.title,
    status: failed.status,
    detail: failed.detail,
    instance: request.id,
    ...(failed.errors.length > 0 ? { errors: failed.errors } : {}),
  });
}

export function logFailure(error: unknown, failed: Failure, request: FastifyRequest): void {
  if (failed.status >= 500) request.log.error({ err: error }, failed.title);
}

function failure(slug: ProblemSlug, detail: string, errors: readonly InputError[] = []): Failure {
  return { slug, status: STATUS[slug], title: PROBLEMS[slug], detail, errors };
}

function validationError(fault: NonNullable<FastifyError['validation']>[number], context: string): InputError {
  const missing = fault.keyword === 'required' ? `/${String((fault.params as { missingProperty?: string }).missingProperty)}` : '';
  const pointer = `${fault.instancePath}${missing}`;
  const detail = fault.keyword === 'required' ? 'is needed' : (fault.message ?? 'is not valid');
  return { pointer: context === 'body' ? pointer || '/' : `${context}:${pointer || '/'}`, detail };
}
