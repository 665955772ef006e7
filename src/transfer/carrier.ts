import { isProblem, type Customer, type CustomerInput, type FeatureInput, type MeterInput, type PlanInput, type PriceUsage, type State, type Subscription, type SubscriptionInput } from '@paidup/sdk';
import { decimal, decimalText, multiply, subtract } from '../core/decimal.js';
import { isImported, keyOf } from './code.js';
import { makeCustomer } from './customer.js';
import type { Tally } from './tally.js';
import { carried, findCustomer, type Target } from './target.js';

/** How much of something is used, as its source tells it, in units as they are sold. */
export interface Figure {
  /** What its source calls it. */
  readonly field: string;
  /** Code of the usage price that counts it. */
  readonly price: string;
  readonly aggregation: 'sum' | 'count' | 'last' | 'max';
  /** Of the events that are counted; null for `count`. */
  readonly property: string | null;
  readonly used: string;
  /** Counted units to a sold one: 60 where seconds are counted and minutes sold. */
  readonly perUnit: number;
}

/** Makes what is not there of a single customer's things; in a dry run, only says what it would make. */
export class Carrier {
  readonly #target: Target;
  readonly #tally: Tally;
  readonly #dialect: string;

  constructor(of: { readonly target: Target; readonly tally: Tally; readonly dialect: string }) {
    this.#target = of.target;
    this.#tally = of.tally;
    this.#dialect = of.dialect;
  }

  /** What is there under the code stays as it is. @throws Stopped. */
  async meter(code: string, input: MeterInput): Promise<void> {
    const { client } = this.#target;
    await this.#ensure('meter', code, { find: () => client.getMeter(code), make: () => client.putMeter(code, input) });
  }

  /** What is there under the code stays as it is. @throws Stopped. */
  async feature(code: string, input: FeatureInput): Promise<void> {
    const { client } = this.#target;
    await this.#ensure('feature', code, { find: () => client.getFeature(code), make: () => client.putFeature(code, input) });
  }

  /** The code follows from what the plan is, so one that is there is the same. Whether it is there now. @throws Stopped. */
  async plan(code: string, input: PlanInput): Promise<boolean> {
    const { client } = this.#target;
    return this.#ensure('plan', code, { find: () => client.getPlan(code), make: () => client.putPlan(code, input) });
  }

  /** Undefined when it could not be made, or would be. @throws Stopped. */
  async customer(input: CustomerInput & { readonly external_id: string }): Promise<Customer | undefined> {
    let isFailed = false;
    const known = await carried(() => findCustomer(this.#target, input.external_id), (reason) => {
      isFailed = true;
      this.#tally.lost('customer', input.external_id, { reason });
    });
    if (known !== undefined) this.#tally.found('customer');
    if (known !== undefined || isFailed) return known;
    return makeCustomer({ target: this.#target, tally: this.#tally }, input.external_id, input);
  }

  /** The subscription that bears the mark in its metadata, made unless it is there. @throws Stopped. */
  async subscription(customer: Customer | undefined, mark: readonly [name: string, value: string], asked: { readonly source: string; readonly input: SubscriptionInput }): Promise<Subscription | undefined> {
    const { client } = this.#target;
    const { source, input } = asked;
    const refused = (reason: string): void => this.#tally.lost('subscription', source, { reason });
    const known = customer === undefined ? undefined : await carried(() => findMarked(client.subscriptions(customer.id), mark), refused);
    if (known != null) this.#tally.found('subscription');
    if (known != null) return known;
    if (this.#tally.isDry) this.#tally.made('subscription', source, null);
    if (customer === undefined || this.#tally.isDry) return undefined;
    const marked = { ...input, metadata: { ...input.metadata, [mark[0]]: mark[1] } };
    const made = await carried(() => client.createSubscription(customer.id, marked, { idempotencyKey: keyOf(this.#dialect, customer.id, marked) }), refused);
    if (made !== undefined) this.#tally.made('subscription', source, made.id);
    return made;
  }

  /** Brings what is counted up to what the source says; what Paidup has more is left. @throws Stopped. */
  async figure(customer: Customer, of: { readonly state: State; readonly subscription: Subscription; readonly figure: Figure }): Promise<void> {
    const { state, subscription, figure } = of;
    const source = `${customer.external_id ?? customer.id}, ${figure.field}`;
    const lost = (reason: string): void => this.#tally.lost('usage', source, { reason });
    const there = state.usage.find((usage) => usage.subscription === subscription.id && usage.price === figure.price);
    if (there === undefined) return lost('no price of the plan counts it');
    const rest = subtract(decimal(figure.used), decimal(there.used));
    if (rest.eq(0)) return this.#tally.found('usage');
    const isAhead = figure.aggregation === 'last' ? await this.#countsByItself(customer, there) : rest.lt(0);
    if (isAhead) return lost(`Paidup counts ${there.used} already, the source ${figure.used}: left as it is`);
    const units = figure.aggregation === 'sum' || figure.aggregation === 'count' ? rest : decimal(figure.used);
    const at = figure.aggregation === 'last' ? state.as_of : there.window.start;
    await this.event(customer, { source, meter: there.meter, property: figure.property, value: decimalText(multiply(units, decimal(figure.perUnit))), at, key: [figure.price, there.window.start, there.used, figure.used] });
  }

  /** Sends one event for one meter alone; in a dry run, says that it would. @throws Stopped. */
  async event(customer: Customer, event: { readonly source: string; readonly meter: string; readonly property: string | null; readonly value: string; readonly at: string; readonly key: readonly string[] }): Promise<void> {
    const { source, meter, property, value, at, key } = event;
    if (this.#tally.isDry) return this.#tally.made('usage', source, null);
    const counted = property === null ? { occurrences: value } : { properties: { [property]: value } };
    const sent = { id: keyOf(this.#dialect, ...key), customer: customer.id, name: `meter:${meter}`, timestamp: at, ...counted };
    const answer = await carried(() => this.#target.client.ingestEvents([sent]), (reason) => this.#tally.lost('usage', source, { reason }));
    const result = answer?.results[0];
    if (result?.status === 'refused') this.#tally.lost('usage', source, { reason: result.reason ?? 'refused' });
    else if (result !== undefined) this.#tally.made('usage', source, '1 event');
  }

  async #countsByItself(customer: Customer, { meter, window }: PriceUsage): Promise<boolean> {
    for await (const event of this.#target.client.events(customer.id, { meter, from: window.start, limit: 200 })) if (!isImported(event.id)) return true;
    return false;
  }

  async #ensure(kind: 'meter' | 'feature' | 'plan', code: string, how: { readonly find: () => Promise<unknown>; readonly make: () => Promise<unknown> }): Promise<boolean> {
    const refused = (reason: string): void => this.#tally.lost(kind, code, { reason });
    const known = await carried(() => how.find().catch(nothing), refused);
    if (known === undefined) return false;
    if (known !== null) this.#tally.found(kind);
    if (known !== null) return true;
    if (!this.#tally.isDry && (await carried(how.make, refused)) === undefined) return false;
    this.#tally.made(kind, code, code);
    return true;
  }
}

/** Null for what is not there. */
function nothing(error: unknown): null {
  if (isProblem(error, 'not_found')) return null;
  throw error;
}

/** One that has ended is found too: what was ended here is not begun again. */
async function findMarked(subscriptions: AsyncIterable<Subscription>, [name, value]: readonly [string, string]): Promise<Subscription | null> {
  for await (const subscription of subscriptions) if (subscription.metadata[name] === value) return subscription;
  return null;
}
