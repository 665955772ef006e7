import type { Customer } from '../core/customer.js';
import type { Instant } from '../core/instant.js';
import { factsOfHistory, historyUntil, type History } from '../core/history.js';
import { Refusal, invalidInput } from '../core/problems.js';
import { lastingState, type BillingState } from '../core/state.js';
import { selectCustomer } from '../store/customer.js';
import type { Queryable } from '../store/database.js';
import { selectAlertFirings } from '../store/alert.js';
import { selectEventEntries } from '../store/event.js';
import { selectHoldChanges } from '../store/hold.js';
import { selectCustomerInvoices } from '../store/invoice.js';
import { selectTransactions } from '../store/ledger.js';
import { selectPaymentChanges } from '../store/payment.js';
import { selectSettingChanges } from '../store/setting.js';
import { selectSubscriptionChanges } from '../store/subscription.js';
import { withPlans } from './catalog-cache.js';
import { findCustomerId } from './customer.js';
import type { Engine } from './engine.js';
import { stampOf, type DerivedState } from './derived-state.js';

/** Every fact of a customer; of events those that happened up to `to`. */
export async function loadHistory(queryable: Queryable, customerId: string, to?: Instant): Promise<History> {
  const events: Array<History['events'][number]> = [];
  for await (const entry of selectEventEntries(queryable, { customerId, ...(to === undefined ? {} : { to }) })) events.push(entry);
  return {
    changes: await selectSubscriptionChanges(queryable, customerId),
    settings: await selectSettingChanges(queryable, customerId),
    transactions: await selectTransactions(queryable, customerId),
    invoices: await selectCustomerInvoices(queryable, customerId),
    holds: await selectHoldChanges(queryable, customerId, null),
    payments: await selectPaymentChanges(queryable, customerId),
    firings: await selectAlertFirings(queryable, customerId),
    events,
  };
}

/** How far ahead a state may be asked for: ten years, of which every window may have to be walked. */
export const MAX_FUTURE_MS = 10 * 366 * 86_400_000;

/**
 * The state at a moment of the past by what is known today, or (with `revision`) at any moment by what was known when
 * the customer's change of that number had been made. Derived from the facts alone, so it takes longer the more events
 * the customer has. The profile (name, e-mail, zone) and the names of the catalog are today's. No state of
 * the past is final: usage that is reported late changes it, so its stamp follows the customer's present revision.
 * @throws Refusal `not_found`, `invalid_request` when the customer has no such revision yet.
 */
export async function readPastState(engine: Engine, name: string, cutoff: { at: Instant; revision: number | undefined }): Promise<DerivedState> {
  if (cutoff.at > engine.clock.now() + MAX_FUTURE_MS) throw invalidInput([{ pointer: 'querystring:/at', detail: 'must not lie more than ten years ahead' }]);
  const customerId = await findCustomerId(engine, name);
  const stored = await selectCustomer(engine.database, customerId);
  if (stored === undefined) throw new Refusal('not_found', 'There is no such customer.');
  if (cutoff.revision !== undefined && cutoff.revision > stored.revision) {
    throw new Refusal('invalid_request', `The customer's last change is number ${stored.revision}.`, [{ pointer: 'querystring:/known_at_revision', detail: `must not be above ${stored.revision}` }]);
  }
  const whole = await loadHistory(engine.database, customerId, (cutoff.at + 1) as Instant);
  await engine.catalog.refresh();
  const catalogRevision = engine.catalog.revision;
  const { state, until } = await derivePastState(engine, { customer: stored.customer, whole, cutoff });
  return { derived: state, at: cutoff.at, until, stamp: stampOf({ revision: stored.revision, until, catalogRevision }) };
}

/** The same of a customer whose facts are read already: all of them up to the moment asked for, or more; and until when (out) it stays so. */
export async function derivePastState(engine: Engine, input: { customer: Customer; whole: History; cutoff: { at: Instant; revision: number | undefined } }): Promise<{ state: BillingState; until: Instant }> {
  const { customer, whole, cutoff } = input;
  const history = historyUntil(whole, { at: cutoff.at, revision: cutoff.revision ?? Number.MAX_SAFE_INTEGER });
  const facts = await withPlans(engine, engine.database, (planOf) => factsOfHistory(history, customer, planOf));
  return lastingState(cutoff.revision === undefined ? facts : { ...facts, revision: cutoff.revision }, cutoff.at);
}
