/**
 * Everything that Paidup refuses, by slug. Each slug has a page in docs/problems; a test holds them equal.
 * The title is fixed; what happened this time goes into the refusal's detail.
 */
export const PROBLEMS = {
  invalid_request: 'The request is not valid',
  unauthorized: 'The key is missing or not known',
  forbidden: 'The key may not do this',
  not_found: 'There is no such thing',
  method_not_allowed: 'This address does not take this method',
  already_exists: 'The name is already taken',
  body_too_large: 'The body is larger than this address takes',
  unsupported_media_type: 'The body is not JSON',
  idempotency_key_reused: 'The idempotency key was used for another request',
  meter_in_use: 'The meter already counts usage and its definition is fixed',
  feature_in_use: 'A plan grants the feature and its kind is fixed',
  plan_archived: 'The plan is not sold any more',
  plan_not_offered: 'The customer may not take this plan by itself',
  subscription_ended: 'The subscription has already ended',
  phase_conflict: 'The phase does not fit the schedule of the subscription',
  quantity_below_usage: 'More is in use than the new quantity allows',
  coupon_conflict: 'The coupon does not fit the subscription',
  invoice_conflict: 'The invoice is not in a state that allows this',
  sandbox_only: 'This needs a sandbox',
  revision_not_reached: 'The state has not come as far as asked',
  payment_method_missing: 'There is no usable payment method on file',
  payment_declined: 'The payment was declined',
  insufficient_funds: 'The wallet does not have the money',
  hold_conflict: 'The hold is not open any more',
  limit_reached: 'Not so much is left of the feature',
  refund_conflict: 'The payment cannot be given back like this',
  overloaded: 'More work is waiting than can be taken',
  provider_unavailable: 'The payment provider cannot be reached',
  store_unavailable: 'The store cannot be reached',
  internal_error: 'Something went wrong inside Paidup',
} as const;

export type ProblemSlug = keyof typeof PROBLEMS;

/** One thing wrong with the input: a JSON pointer (RFC 6901) to it and a sentence. */
export interface InputError {
  readonly pointer: string;
  readonly detail: string;
}

/** A name as a part of a JSON pointer (RFC 6901 section 3). */
export function pointerToken(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** An expected "no": thrown by any room, told to the caller as one of the PROBLEMS. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly slug: ProblemSlug;
  readonly errors: readonly InputError[];

  constructor(slug: ProblemSlug, detail: string, errors: readonly InputError[] = []) {
    super(detail);
    this.slug = slug;
    this.errors = errors;
  }
}

/** The refusal of input that is wrong in the named places. */
export function invalidInput(errors: readonly InputError[]): Refusal {
  const first = errors[0];
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return new Refusal('invalid_request', first === undefined ? 'The input is not valid.' : `${first.pointer}: ${first.detail}${more}`, errors);
}

/** The refusal of what is absent, or not to be seen by the one who asks: both look alike. */
export function notFound(noun: string, name: string): Refusal {
  return new Refusal('not_found', `There is no ${noun} "${name}".`);
}
