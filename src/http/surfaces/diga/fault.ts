import { Refusal } from '../../../core/problems.js';

/** One thing wrong with a body, as FastAPI tells it: what does not fit is answered in its words, not in the vendor's. */
export interface InvalidPart {
  readonly loc: ReadonlyArray<string | number>;
  readonly msg: string;
  readonly type: string;
}

/** What only this vendor has words for: the status and the body as they go out (contracts/diga.md section 3). */
export class DigaFault extends Error {
  override readonly name = 'DigaFault';
  readonly status: number;
  readonly body: object;

  private constructor(status: number, body: object) {
    super(`the Diga surface answers ${status}`);
    this.status = status;
    this.body = body;
  }

  static of(status: number, fault: { code: string; message: string }): DigaFault {
    return new DigaFault(status, { status: 'error', error_code: fault.code, message: fault.message });
  }

  static invalid(parts: readonly InvalidPart[]): DigaFault {
    return new DigaFault(422, { detail: parts });
  }
}

/** Section 1: there is no paid subscription that could have an upcoming invoice. */
export function noPaidSubscription(): DigaFault {
  return DigaFault.of(404, { code: 'PAID_SUBSCRIPTION_NOT_FOUND', message: 'Error: Paid Subscription Not Found' });
}

/** Section 1: the payment provider does not know the customer yet, so none of its payment methods can be the customer's. */
export function noMethodOnCreate(): DigaFault {
  return DigaFault.of(500, { code: 'DEFAULT_PAYMENT_METHOD_NOT_ALLOWED_ON_CREATE', message: 'Error: Default Payment Method Not Allowed On Create' });
}

/**
 * What a body was refused for, in FastAPI's words: the address documents no other refusal than 422. `fields` renames
 * what the native API calls otherwise. Other errors are passed on.
 */
export function asInvalidBody(error: unknown, fields: Readonly<Record<string, string>> = {}): unknown {
  if (!(error instanceof Refusal) || error.slug !== 'invalid_request' || error.errors.length === 0) return error;
  return DigaFault.invalid(error.errors.map(({ pointer, detail }) => {
    const names = pointer.split('/').slice(1).map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
    return { loc: ['body', ...names.map((name) => fields[name] ?? name)], msg: `Value error, ${detail}`, type: 'value_error' };
  }));
}
