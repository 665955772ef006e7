/** Everything that Paidup refuses, by slug; docs/problems has a page for each. */
export const PROBLEM_SLUGS = [
  'invalid_request',
  'unauthorized',
  'forbidden',
  'not_found',
  'method_not_allowed',
  'already_exists',
  'body_too_large',
  'unsupported_media_type',
  'idempotency_key_reused',
  'meter_in_use',
  'feature_in_use',
  'plan_archived',
  'plan_not_offered',
  'subscription_ended',
  'phase_conflict',
  'quantity_below_usage',
  'coupon_conflict',
  'invoice_conflict',
  'sandbox_only',
  'revision_not_reached',
  'payment_method_missing',
  'payment_declined',
  'insufficient_funds',
  'hold_conflict',
  'limit_reached',
  'refund_conflict',
  'overloaded',
  'provider_unavailable',
  'store_unavailable',
  'internal_error',
] as const;

/** What was refused. `unreadable_answer` is the SDK's own: something between here and Paidup, such as a proxy, answered. */
export type ProblemSlug = (typeof PROBLEM_SLUGS)[number] | 'unreadable_answer';

/** One thing wrong with the input. */
export interface InputError {
  /** A JSON pointer (RFC 6901) into the body, or one that begins with `querystring:`, `params:` or `header:`. */
  pointer: string;
  detail: string;
}

/** What a problem says (RFC 9457). */
export interface ProblemFields {
  /** Which of the problems it is; a newer server may know more of them than this SDK. */
  readonly slug: ProblemSlug | (string & Record<never, never>);
  /** HTTP status. */
  readonly status: number;
  /** What this kind of problem is; always the same for a slug. */
  readonly title: string;
  /** What happened this time, and what to do. */
  readonly detail: string;
  /** What is wrong with the input, place by place; empty for other problems. */
  readonly errors: readonly InputError[];
  /** The id under which the server's log has the request; null when the answer was not Paidup's. */
  readonly requestId: string | null;
}

/** Paidup answered, and the answer is no. */
export class PaidupProblem extends Error implements ProblemFields {
  override readonly name = 'PaidupProblem';
  readonly slug: ProblemFields['slug'];
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly errors: readonly InputError[];
  readonly requestId: string | null;

  constructor(fields: ProblemFields) {
    super(`${fields.slug} (${fields.status}): ${fields.detail}`);
    this.slug = fields.slug;
    this.status = fields.status;
    this.title = fields.title;
    this.detail = fields.detail;
    this.errors = fields.errors;
    this.requestId = fields.requestId;
  }
}

/** No whole answer came: no connection, or not in time. Whether the request was carried out is not known. */
export class PaidupUnreachable extends Error {
  override readonly name = 'PaidupUnreachable';
  /** True when the time-out ended it. */
  readonly isTimeout: boolean;

  constructor(message: string, options: { isTimeout: boolean; cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.isTimeout = options.isTimeout;
  }
}

/**
 * Whether an error is a problem that Paidup answered with, and the one with this slug if one is given.
 * @example
 * if (isProblem(error, 'already_exists')) await client.putCustomer('acme', profile);
 */
export function isProblem<Slug extends ProblemSlug = ProblemSlug>(error: unknown, slug?: Slug): error is PaidupProblem & { readonly slug: Slug } {
  return error instanceof PaidupProblem && (slug === undefined || error.slug === slug);
}

/** What the body of an answer that is not a success says; a body that is no problem document gives `unreadable_answer`. */
export function readProblem(status: number, text: string): ProblemFields {
  const body = parseObject(text);
  const { type, title, detail, instance, errors } = body ?? {};
  const slug = typeof type === 'string' ? /([a-z_]+)(?:\.md)?$/.exec(type)?.[1] : undefined;
  if (slug === undefined || typeof title !== 'string') return unreadable(status, text);
  return {
    slug,
    status,
    title,
    detail: typeof detail === 'string' ? detail : title,
    errors: Array.isArray(errors) ? (errors as InputError[]) : [],
    requestId: typeof instance === 'string' ? instance : null,
  };
}

/** The problem of an answer that cannot be Paidup's. */
export function unreadable(status: number, text: string): ProblemFields {
  const start = text.replace(/\s+/g, ' ').trim().slice(0, 200);
  const said = start === '' ? 'The body is empty.' : `It begins: ${start}`;
  const title = 'The answer is not one of Paidup';
  return { slug: 'unreadable_answer', status, title, detail: `${title}: is the address right, and what stands between? ${said}`, errors: [], requestId: null };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
