import Stripe from 'stripe';
import { ProviderUnavailable } from './port.js';

/** Stripe's definite no: it has understood the request, and moved no money. Undefined for everything else. */
export function refusalOf(error: unknown): { readonly kind: 'card' | 'request'; readonly reason: string; readonly message: string; readonly param: string | undefined } | undefined {
  if (!(error instanceof Stripe.errors.StripeError)) return undefined;
  const { message, param } = error;
  const reason = error.decline_code ?? error.code ?? 'refused_by_provider';
  if (error instanceof Stripe.errors.StripeCardError) return { kind: 'card', reason, message, param };
  // A key that came with another request before is no answer to this one: the first may have taken the money.
  const isRequest = error instanceof Stripe.errors.StripeInvalidRequestError && error.rawType === 'invalid_request_error';
  return isRequest ? { kind: 'request', reason, message, param } : undefined;
}

/** Whether an answer came, though none that says what became of the request. */
export function hasAnswered(error: unknown): boolean {
  return error instanceof Stripe.errors.StripeAPIError || error instanceof Stripe.errors.StripeIdempotencyError;
}

/** Whether Stripe does not know what the request names. */
export function isMissing(error: unknown): boolean {
  return refusalOf(error)?.reason === 'resource_missing';
}

/** Any error as weather. What Stripe's errors carry beside their words (answers, headers) must not reach a log. */
export function unavailable(error: unknown): ProviderUnavailable {
  if (error instanceof ProviderUnavailable) return error;
  const { message, code, statusCode, requestId } = error as Partial<Stripe.errors.StripeError>;
  const facts = [statusCode, code, requestId].filter((fact) => fact !== undefined).join(', ');
  return new ProviderUnavailable(`Stripe gave no answer: ${message ?? 'unknown'}${facts === '' ? '' : ` (${facts})`}`);
}

/** Makes the call; whatever it throws is weather. */
export async function asked<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call();
  } catch (error) {
    throw unavailable(error);
  }
}
