import type { Call, CallOptions } from './call.js';
import type { Instant } from './money.js';

/** Everything that can happen to a customer. */
export type ChangeType =
  | 'customer.created' | 'customer.updated' | 'customer.deleted'
  | 'subscription.created' | 'subscription.updated' | 'subscription.canceled'
  | 'invoice.issued' | 'invoice.updated' | 'credit_note.created'
  | 'wallet.updated'
  | 'payment.requested' | 'payment.succeeded' | 'payment.declined'
  | 'hold.opened' | 'hold.extended' | 'hold.settled' | 'hold.released'
  | 'top_up_settings.updated' | 'payment_method.updated' | 'tax.updated' | 'services.updated' | 'entitlement.updated' | 'alerts.updated'
  | 'usage.alert' | 'usage.recorded';

/** One thing that happened to a customer. Ordered by revision, then position. */
export interface Change {
  revision: number;
  position: number;
  type: ChangeType;
  /** Null for usage, whose events say themselves when they happened. */
  made_at: Instant | null;
  /** What happened, by type: ids, amounts, reasons. */
  data: Record<string, unknown>;
}

export interface Changes {
  data: Change[];
  /** Number of the customer's last change. */
  revision: number;
  /** `after_revision` of the next part; null when this is all. */
  next_after_revision: number | null;
}

export interface ChangesQuery {
  /** The last revision that is known already; everything unless told. */
  after_revision?: number | undefined;
  /** About how many: a revision is never cut. 1 to 200; 50 unless told. */
  limit?: number | undefined;
}

export interface ChangeOperations {
  /** What happened after a revision, in order: what webhooks tell, to fill a gap. Problems: `not_found`. */
  listChanges(customer: string, query?: ChangesQuery, options?: CallOptions): Promise<Changes>;
}

export function changeOperations(call: Call): ChangeOperations {
  return {
    listChanges: (customer, query, options) => call({ method: 'GET', path: ['v1', 'customers', customer, 'changes'], query: { ...query }, options }),
  };
}
