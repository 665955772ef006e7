import type { CustomerFacts } from '../core/facts.js';
import type { Instant } from '../core/instant.js';
import { Refusal, invalidInput } from '../core/problems.js';
import { lastingState, type BillingState } from '../core/state.js';
import type { StateAnswer, StateRows } from '../store/state.js';
import { withPlans } from './catalog-cache.js';
import { findCustomerId } from './customer.js';
import { stampOf, type DerivedState } from './derived-state.js';
import type { Engine, RememberedState } from './engine.js';
import { factsOf } from './facts.js';
import { MAX_FUTURE_MS, readPastState } from './history.js';

/** The billing state of a customer, by id or external id, at any moment: now unless told, later as if nothing more were used. @throws Refusal `not_found`. */
export async function readState(engine: Engine, name: string, moment?: Instant): Promise<BillingState> {
  const { derived, at } = await readDerivedState(engine, name, moment);
  return { ...derived, asOf: at };
}

/** The same with what it can be recognised by. @throws Refusal `not_found`. */
export async function readDerivedState(engine: Engine, name: string, moment?: Instant): Promise<DerivedState> {
  const customerId = await findCustomerId(engine, name);
  const now = engine.clock.now();
  const at = moment ?? now;
  if (at > now + MAX_FUTURE_MS) throw invalidInput([{ pointer: 'querystring:/at', detail: 'must not lie more than ten years ahead' }]);
  if (at < now) return readPastState(engine, name, { at, revision: undefined });
  const known = rememberedAt(engine, customerId, at);
  const answer = await ask(engine, { customerId, at, known: known?.version ?? null });
  if (answer === undefined) throw new Refusal('not_found', 'There is no such customer.');
  if (answer.catalogRevision !== engine.catalog.revision) await engine.catalog.refresh();
  if (answer.rows === null && known?.catalogRevision === engine.catalog.revision) return fromRemembered(known, at);
  const full = answer.rows === null ? await ask(engine, { customerId, at, known: null }) : answer;
  if (full === undefined || full.rows === null) throw new Refusal('not_found', 'There is no such customer.');
  return fromRemembered(await derive(engine, { version: full.version, rows: full.rows, at }), at);
}

function fromRemembered({ state, until, stamp }: RememberedState, at: Instant): DerivedState {
  return { derived: state, at, until, stamp };
}

/** What each state of the present was derived from, with everything booked that is due; kept as long as the state is. */
const behind = new WeakMap<BillingState, CustomerFacts>();

/** The facts behind a customer's present state, with it: as fresh as the state, and read as cheaply. @throws Refusal `not_found`. */
export async function readPresentFacts(engine: Engine, name: string): Promise<{ state: BillingState; facts: CustomerFacts; at: Instant }> {
  const { derived, at } = await readDerivedState(engine, name);
  const facts = behind.get(derived);
  if (facts === undefined) throw new Error('a state of the present has no facts behind it');
  return { state: derived, facts, at };
}

function rememberedAt(engine: Engine, customerId: string, at: Instant): RememberedState | undefined {
  const known = engine.remembered.get(customerId);
  return known !== undefined && at >= known.from && at < known.until ? known : undefined;
}

async function ask(engine: Engine, question: { customerId: string; at: Instant; known: string | null }): Promise<StateAnswer | undefined> {
  const [answer] = await engine.states.submit([question]);
  return answer;
}

async function derive(engine: Engine, input: { version: string; rows: StateRows; at: Instant }): Promise<RememberedState> {
  const { version, at } = input;
  const catalogRevision = engine.catalog.revision;
  const { stored, windows } = input.rows;
  const { standing, subscriptions } = await withPlans(engine, engine.database, (planOf) => engine.standings.resolve(stored.customer.id, stored.standingText, planOf));
  const facts = factsOf({ stored, standing, subscriptions, windows });
  const { state, until, booked } = lastingState(facts, at);
  behind.set(state, booked);
  // The version too: a repair changes what is kept of a customer, but not its revision.
  const stamp = `${stampOf({ revision: state.revision, until, catalogRevision })}-${Number(version).toString(36)}`;
  const remembered: RememberedState = { version, catalogRevision, from: at, until, state, stamp };
  engine.remembered.set(facts.customer.id, remembered);
  return remembered;
}
