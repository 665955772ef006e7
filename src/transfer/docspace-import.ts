import { isProblem, type Customer, type Subscription, type SubscriptionInput } from '@paidup/sdk';
import { decimal, decimalText, subtract } from '../core/decimal.js';
import { instantText, parseInstant, type Instant } from '../core/instant.js';
import { boundaryAt } from '../core/period.js';
import { field, flag, items, text, type Json } from '../reader/json.js';
import { Carrier, type Figure } from './carrier.js';
import { keyOf } from './code.js';
import { aggregationOf, perSeat, planOf, servicePlanOf, type DocspacePlan } from './docspace-plan.js';
import { Sections, moneyOf, quantityOf, type SingleImport } from './single.js';
import { Tally, type Outcome } from './tally.js';
import { carried, stopText } from './target.js';

const MARK = 'docspace.imported_quota';
const REASON = 'imported';

/** Brings the portal of a key into Paidup: profile, plan, seats, services bought, use, balances and top-up settings. */
export async function importDocspace(work: SingleImport): Promise<Outcome> {
  const tally = new Tally(work.isDry);
  const progress = { done: 0, total: 1 };
  try {
    const sections = await Sections.read('docspace', work);
    const failure = sections.failure('current plan') ?? sections.failure('tariff');
    if (failure !== null) return tally.outcome(`stopped: ${failure}`);
    work.onProgress(progress);
    await new DocspaceCarrier(work, sections, tally).carry();
    work.onProgress({ done: 1, total: 1 });
    return tally.outcome(null);
  } catch (error) {
    return tally.outcome(stopText(error, progress));
  }
}

/** A row of the tariff: a plan or a service, and how much of it. */
interface Row {
  readonly id: string;
  readonly quantity: string;
  readonly nextQuantity: string | null;
  readonly dueAt: Instant | undefined;
  readonly isFromWallet: boolean;
}

class DocspaceCarrier {
  readonly #work: SingleImport;
  readonly #sections: Sections;
  readonly #tally: Tally;
  readonly #carrier: Carrier;
  readonly #currency: string;

  constructor(work: SingleImport, sections: Sections, tally: Tally) {
    this.#work = work;
    this.#sections = sections;
    this.#tally = tally;
    this.#carrier = new Carrier({ target: work.target, tally, dialect: 'docspace' });
    const offered = items(sections.value('available plans')).map((plan) => moneyOf(field(plan, 'price'))?.currency ?? null);
    this.#currency = text(field(sections.value('balance'), 'account_currency')) ?? offered.find((code) => code !== null) ?? 'USD';
  }

  async carry(): Promise<void> {
    const customer = await this.#carryCustomer();
    const rows = items(field(this.#sections.value('tariff'), 'quotas')).map((row) => this.#rowOf(row));
    const current = this.#sections.value('current plan');
    const id = text(field(current, 'id'));
    if (id !== null && current !== null) await this.#carryPlan(customer, id, rows);
    for (const row of rows.filter(({ isFromWallet }) => isFromWallet)) await this.#carryService(customer, row);
    await this.#carryBalances(customer);
    await this.#carryTopUp(customer);
    this.#listTheRest();
  }

  async #carryCustomer(): Promise<Customer | undefined> {
    const { customer: name, zone } = this.#work;
    const told = this.#sections.value('customer info');
    const payer = field(told, 'payer');
    const texts = { portal_id: text(field(told, 'portal_id')), payer_id: text(field(payer, 'id')), payer_name: text(field(payer, 'name')) };
    const metadata = Object.fromEntries(Object.entries(texts).flatMap(([key, value]) => (value === null ? [] : [[`docspace.${key}`, value]])));
    return this.#carrier.customer({ external_id: name, name: text(field(payer, 'name')), email: text(field(told, 'email')), currency: this.#currency, timezone: zone, metadata });
  }

  #rowOf(row: Json): Row {
    const isFromWallet = flag(field(row, 'from_wallet')) === true;
    const due = text(field(row, 'due_date')) ?? (isFromWallet ? null : text(field(this.#sections.value('tariff'), 'due_date')));
    return { id: text(field(row, 'id')) ?? '', quantity: text(field(row, 'quantity')) ?? '1', nextQuantity: text(field(row, 'next_quantity')), dueAt: momentOf(due), isFromWallet };
  }

  async #carryPlan(customer: Customer | undefined, id: string, rows: readonly Row[]): Promise<void> {
    const current = this.#sections.value('current plan');
    const offered = items(this.#sections.value('available plans')).find((plan) => text(field(plan, 'id')) === id);
    const row = rows.find((each) => each.id === id && !each.isFromWallet) ?? { id, quantity: '1', nextQuantity: null, dueAt: momentOf(text(field(this.#sections.value('tariff'), 'due_date'))), isFromWallet: false };
    const plan = planOf(offered ?? perSeat(current, row.quantity), { currency: this.#currency, quantity: row.quantity });
    if (flag(field(current, 'trial')) === true) this.#tally.lost('subscription', this.#work.customer, { field: 'trial', reason: 'that it is a trial is not carried: it is a subscription like others' });
    const subscription = await this.#subscribe(customer, plan, row);
    const figures = items(field(current, 'features')).flatMap(figureOf);
    if (customer === undefined || subscription === undefined) {
      if (this.#work.isDry) for (const figure of figures) this.#tally.made('usage', `${this.#work.customer}, ${figure.field}`, null);
      return;
    }
    const state = await carried(() => this.#work.target.client.readState(customer.id), (reason) => this.#tally.lost('usage', this.#work.customer, { reason }));
    if (state !== undefined) for (const figure of figures) await this.#carrier.figure(customer, { state, subscription, figure });
  }

  async #carryService(customer: Customer | undefined, row: Row): Promise<void> {
    const service = items(this.#sections.value('wallet services')).find((each) => text(field(each, 'id')) === row.id);
    if (service === undefined) return this.#tally.lost('service', `${this.#work.customer}, ${row.id}`, { reason: 'the source tells no price of it' });
    await this.#subscribe(customer, servicePlanOf(service, this.#currency), row);
  }

  async #subscribe(customer: Customer | undefined, plan: DocspacePlan, row: Row): Promise<Subscription | undefined> {
    for (const [code, meter] of Object.entries(plan.meters)) await this.#carrier.meter(code, meter);
    for (const [code, feature] of Object.entries(plan.features)) await this.#carrier.feature(code, feature);
    if (!(await this.#carrier.plan(plan.code, plan.input))) return undefined;
    return this.#carrier.subscription(customer, [MARK, row.id], { source: `${this.#work.customer}, ${plan.input.name ?? row.id} x ${row.quantity}`, input: this.#termsOf(plan, row) });
  }

  /** The period under way ends when the source says that it is due; what is said of the next quantity follows then. */
  #termsOf({ code, seats, input: { interval } }: DocspacePlan, { quantity, nextQuantity, dueAt }: Row): SubscriptionInput {
    const common = { plan: code, quantities: { [seats]: quantity }, trial_days: 0 };
    if (dueAt === undefined) return common;
    const startsAt = boundaryAt({ anchorAt: dueAt, startsAt: dueAt, zone: this.#work.zone, interval, alignment: 'anniversary' }, -1);
    const dated = { ...common, starts_at: instantText(startsAt), billing_anchor: instantText(dueAt), billed_until: instantText(startsAt) };
    if (nextQuantity === null || nextQuantity === quantity) return dated;
    if (decimal(nextQuantity).eq(0)) return { ...dated, ends_at: instantText(dueAt) };
    return { ...dated, ends_at: instantText(dueAt), phases: [{ plan: code, quantities: { [seats]: nextQuantity } }] };
  }

  async #carryBalances(customer: Customer | undefined): Promise<void> {
    for (const balance of items(field(this.#sections.value('balance'), 'balances'))) {
      const money = moneyOf(balance);
      if (money !== null) await this.#carryBalance(customer, { amount: money.amount, currency: money.currency ?? this.#currency });
    }
  }

  /** Credit that was paid for elsewhere: what has been brought before counts toward it. */
  async #carryBalance(customer: Customer | undefined, { amount, currency }: { amount: string; currency: string }): Promise<void> {
    const source = `${this.#work.customer}, ${amount} ${currency}`;
    const lost = (reason: string): void => this.#tally.lost('credit', source, { reason });
    const { client } = this.#work.target;
    const before = customer === undefined ? decimal(0) : await carried(() => this.#importedIn(customer, currency), lost);
    if (before === undefined) return;
    const rest = subtract(decimal(amount), before);
    if (rest.eq(0)) return this.#tally.found('credit');
    if (rest.lt(0)) return lost(before.eq(0) ? 'a debt is not carried: ask for it by an invoice' : `${decimalText(before)} ${currency} have been brought before, and the source has less now: left as it is`);
    if (this.#work.isDry) this.#tally.made('credit', source, null);
    if (customer === undefined || this.#work.isDry) return;
    const grant = { amount: decimalText(rest), currency, kind: 'purchased', reason: REASON } as const;
    const made = await carried(() => client.grantCredit(customer.id, grant, { idempotencyKey: keyOf('docspace', customer.id, currency, decimalText(before), amount) }), lost);
    if (made !== undefined) this.#tally.made('credit', source, made.id);
  }

  async #importedIn(customer: Customer, currency: string) {
    let found = decimal(0);
    for await (const { reason, entries } of this.#work.target.client.ledger(customer.id, { limit: 200 })) {
      const wallet = entries.find(({ account, amount }) => account === 'wallet' && amount.currency === currency);
      if (reason === REASON && wallet !== undefined) found = found.plus(wallet.amount.amount);
    }
    return found;
  }

  async #carryTopUp(customer: Customer | undefined): Promise<void> {
    const told = this.#sections.value('top-up settings');
    const [least, most] = [moneyOf(field(told, 'min_balance')), moneyOf(field(told, 'up_to_balance'))];
    // Never set: contracts/docspace.md section 5.5.
    if (least === null || most === null || decimal(most.amount).eq(0)) return;
    const { customer: name, target } = this.#work;
    const source = `${name}, ${least.amount} to ${most.amount} ${least.currency ?? ''}`.trim();
    const refused = (reason: string): void => this.#tally.lost('top-up settings', source, { reason });
    const known = customer === undefined ? null : await carried(() => target.client.getTopUpSettings(customer.id).catch(nothing), refused);
    if (known === undefined) return;
    if (known !== null) return this.#tally.found('top-up settings');
    if (this.#work.isDry) this.#tally.made('top-up settings', source, null);
    if (customer === undefined || this.#work.isDry) return;
    const settings = { enabled: flag(field(told, 'enabled')) === true, min_balance: least.amount, up_to_balance: most.amount, currency: text(field(told, 'currency')) ?? this.#currency };
    if ((await carried(() => target.client.setTopUpSettings(customer.id, settings), refused)) !== undefined) this.#tally.made('top-up settings', source, customer.id);
  }

  #listTheRest(): void {
    const { customer: name } = this.#work;
    const state = text(field(this.#sections.value('tariff'), 'state'));
    if (state === 'delay' || state === 'not paid') this.#tally.lost('subscription', name, { field: 'tariff state', reason: `${state}: what is owed at the source is not carried` });
    if (text(field(this.#sections.value('customer info'), 'payment_method')) === 'set') {
      this.#tally.lost('payment method', name, { reason: 'no card can be read: ask the customer to leave one, by the link of POST /v1/customers/{id}/payment-method/setup-link' });
    }
    for (const service of items(field(this.#sections.value('services switched on'), 'services'))) {
      this.#tally.lost('service', `${name}, ${text(service) ?? ''}`, { reason: 'that it is switched on is not carried: switch it on with POST /api/2.0/portal/payment/servicestate' });
    }
    for (const balance of items(field(this.#sections.value('AI balance'), 'balances'))) {
      const money = moneyOf(balance);
      if (money !== null && !decimal(money.amount).eq(0)) this.#tally.lost('credit', `${name}, AI balance of ${money.amount} ${money.currency ?? ''}`, { reason: 'credit it with POST /api/2.0/portal/payment/creditaibalance' });
    }
    for (const section of this.#sections.failures()) this.#tally.lost('customer', name, { field: section, reason: this.#sections.failure(section) ?? '' });
    this.#tally.past('customer', name, 'operations and invoices of the past stay where they are');
  }
}

function figureOf(feature: Json): Figure[] {
  const id = text(field(feature, 'id'));
  const used = quantityOf(field(feature, 'used'));
  // Where nothing counts it, the vendor says 0 or nothing.
  if (id === null || used === null || used === 'unlimited') return [];
  const aggregation = aggregationOf(id);
  return [{ field: id, price: id, aggregation, property: aggregation === 'count' ? null : 'value', used, perUnit: 1 }];
}

/** The vendor writes some of its moments without a zone: they are in UTC. Its least date is none. */
function momentOf(given: string | null): Instant | undefined {
  if (given === null || given.startsWith('0001-01-01')) return undefined;
  return parseInstant(given) ?? parseInstant(`${given}Z`);
}

function nothing(error: unknown): null {
  if (isProblem(error, 'not_found')) return null;
  throw error;
}

