import type { Instant } from '../core/instant.js';
import { Refusal, invalidInput } from '../core/problems.js';
import { billingState, nextChangeAt, type BillingState, type CustomerFacts } from '../core/state.js';
import type { StateAnswer, StateRows } from '../store/state.js';
import { withPlans } from './catalog-cache.js';
import { findCustomerId } from './customer.js';
import type { Engine, RememberedState } from './engine.js';

/** How far ahead a state may be asked for: ten years, of which every window may have to be walked. */
const MAX_FUTURE_MS = 10 * 366 * 86_400_000;

/** The billing state of a customer, by id or external id, now or at a later moment if nothing more were used. @throws Refusal `not_found`. */
export async function readState(engine: Engine, name: string, moment?: Instant): Promise<BillingState> {
  const { derived, at } = await readDerivedState(engine, name, moment);
  return { ...derived, asOf: at };
}

/**
 * The state as it was first derived, and the moment asked for: the state at that moment is the same but for `asOf`.
 * As long as nothing changes the very same object comes back, so that what is made of it can be kept with it.
 */
export async function readDerivedState(engine: Engine, name: string, moment?: Instant): Promise<{ derived: BillingState; at: Instant }> {
  const customerId = await findCustomerId(engine, name);
  const now = engine.clock.now();
  const at = moment ?? now;
  if (at < now || at > now + MAX_FUTURE_MS) throw invalidInput([{ pointer: 'querystring:/at', detail: 'must lie between now and ten years from now: states of the past are not offered yet' }]);
  const known = rememberedAt(engine, customerId, at);
  const answer = await ask(engine, { customerId, at, known: known?.version ?? null });
  if (answer === undefined) throw new Refusal('not_found', 'There is no such customer.');
  if (answer.catalogRevision !== engine.catalog.revision) await engine.catalog.refresh();
  if (answer.rows === null && known?.catalogRevision === engine.catalog.revision) return { derived: known.state, at };
  const full = answer.rows === null ? await ask(engine, { customerId, at, known: null }) : answer;
  if (full === undefined || full.rows === null) throw new Refusal('not_found', 'There is no such customer.');
  return { derived: await derive(engine, { version: full.version, rows: full.rows, at }), at };
}

function rememberedAt(engine: Engine, customerId: string, at: Instant): RememberedState | undefined {
  const known = engine.remembered.get(customerId);
  return known !== undefined && at >= known.from && at < known.until ? known : undefined;
}

async function ask(engine: Engine, question: { customerId: string; at: Instant; known: string | null }): Promise<StateAnswer | undefined> {
  const [answer] = await engine.states.submit([question]);
  return answer;
}

async function derive(engine: Engine, input: { version: string; rows: StateRows; at: Instant }): Promise<BillingState> {
  const { version, at } = input;
  const catalogRevision = engine.catalog.revision;
  const facts = await factsOf(engine, input.rows);
  const state = billingState(facts, at);
  engine.remembered.set(facts.customer.id, { version, catalogRevision, from: at, until: nextChangeAt(facts, at), state });
  return state;
}

async function factsOf(engine: Engine, rows: StateRows): Promise<CustomerFacts> {
  const { stored, windows } = rows;
  const { standing, subscriptions } = await withPlans(engine, engine.database, (planOf) => engine.standings.resolve(stored.customer.id, stored.standingText, planOf));
  return {
    customer: stored.customer,
    revision: stored.revision,
    subscriptions,
    windows,
    balances: standing.balances,
    topUp: standing.topUp,
    paymentMethod: standing.paymentMethod,
  };
}
