import type { Customer, Grant, PlanInput, Price, State, Subscription } from '@paidup/sdk';
import { decimal, decimalText, add, multiply, subtract } from '../core/decimal.js';
import { instant, instantText, latest, parseInstant } from '../core/instant.js';
import { field, flag, items, text, type Maybe } from '../reader/json.js';
import { anchorFor } from './anchor.js';
import { Carrier, type Figure } from './carrier.js';
import { codeOf } from './code.js';
import { Sections, moneyOf, quantityOf, type SingleImport } from './single.js';
import { Tally, type Outcome } from './tally.js';
import { carried, stopText } from './target.js';

/** Codes that the Diga surface looks for: docs/surfaces/diga.md. */
const FEATURES = {
  concurrent_calls: { name: 'Concurrent calls', type: 'limit', combine: 'max' },
  knowledge_storage: { name: 'Knowledge storage', type: 'metered', unit: 'size', meter: 'diga_knowledge_bytes' },
  knowledge_items: { name: 'Knowledge items', type: 'metered', meter: 'diga_knowledge_items' },
  workflows: { name: 'Workflows', type: 'metered', meter: 'diga_workflows' },
  copilot: { name: 'Copilot', type: 'metered', meter: 'diga_copilot' },
} as const;

/** Calls count by the second and are sold by the begun minute: contracts/diga.md section 4. */
const METERS = {
  diga_minutes: { name: 'Call minutes', event_name: 'call.ended', aggregation: 'sum', property: 'seconds', unit: 'minute', conversion: { divide_by: '60', round: 'up' } },
  diga_knowledge_bytes: { name: 'Knowledge storage', event_name: 'knowledge.measured', aggregation: 'last', property: 'bytes', unit: 'byte' },
  diga_knowledge_items: { name: 'Knowledge items', event_name: 'knowledge.measured', aggregation: 'last', property: 'items', unit: 'item' },
  diga_workflows: { name: 'Workflows', event_name: 'workflows.measured', aggregation: 'last', property: 'workflows', unit: 'workflow' },
  diga_copilot: { name: 'Copilot', event_name: 'copilot.asked', aggregation: 'sum', property: 'credits', unit: 'credit' },
} as const;

const MARK = 'diga.active_since';
const MONTH = { unit: 'month', count: 1 } as const;
/** What the vendor writes into an integer for "unlimited". */
const UNLIMITED = '2147483647';

/** Brings the project of a key into Paidup: its plan, its subscription with dates and rollover, and what it has used. */
export async function importDiga(work: SingleImport): Promise<Outcome> {
  const tally = new Tally(work.isDry);
  const progress = { done: 0, total: 1 };
  try {
    const sections = await Sections.read('diga', work);
    const failure = sections.failure('subscription');
    if (failure !== null) return tally.outcome(`stopped: ${failure}`);
    work.onProgress(progress);
    await new DigaCarrier(work, sections, tally).carry();
    work.onProgress({ done: 1, total: 1 });
    return tally.outcome(null);
  } catch (error) {
    return tally.outcome(stopText(error, progress));
  }
}

class DigaCarrier {
  readonly #work: SingleImport;
  readonly #sections: Sections;
  readonly #tally: Tally;
  readonly #carrier: Carrier;
  readonly #told: Maybe;

  constructor(work: SingleImport, sections: Sections, tally: Tally) {
    this.#work = work;
    this.#sections = sections;
    this.#tally = tally;
    this.#told = sections.value('subscription');
    this.#carrier = new Carrier({ target: work.target, tally, dialect: 'diga' });
  }

  async carry(): Promise<void> {
    const { customer: name, target, zone } = this.#work;
    for (const [code, input] of Object.entries(METERS)) await this.#carrier.meter(code, input);
    for (const [code, input] of Object.entries(FEATURES)) await this.#carrier.feature(code, input);
    const plan = planOf(this.#told);
    const hasPlan = await this.#carrier.plan(plan.code, plan.input);
    const customer = await this.#carrier.customer({ external_id: name, currency: plan.input.currency, timezone: zone });
    const subscription = hasPlan ? await this.#subscribe(customer, plan) : undefined;
    if (customer !== undefined && subscription !== undefined) {
      const state = await carried(() => target.client.readState(customer.id), (reason) => this.#tally.lost('usage', name, { reason }));
      if (state !== undefined) await this.#carryUsage({ customer, subscription, state });
    } else if (this.#work.isDry) for (const figure of figuresOf(this.#told)) this.#tally.made('usage', `${name}, ${figure.field}`, null);
    await this.#carryAlert(customer);
    this.#listTheRest();
  }

  async #subscribe(customer: Customer | undefined, plan: { readonly code: string; readonly input: PlanInput }): Promise<Subscription | undefined> {
    const { customer: name, zone } = this.#work;
    const moment = (of: string) => parseInstant(text(field(this.#told, of)) ?? '');
    const [activeSince, periodStart, periodEnd] = [moment('active_since'), moment('period_start'), moment('period_end')];
    if (activeSince === undefined || periodStart === undefined || periodEnd === undefined) {
      this.#tally.lost('subscription', name, { field: 'active_since, period_start, period_end', reason: 'the source tells no such moments' });
      return undefined;
    }
    const isEnding = isCanceled(this.#told);
    const anchor = anchorFor({ startsAt: activeSince, period: { startsAt: periodStart, endsAt: periodEnd }, interval: plan.input.interval, zone, isCut: isEnding });
    if (anchor === undefined) {
      this.#tally.lost('subscription', name, { field: 'period_start, period_end', reason: `nothing counted in ${zone} gives this period: it is counted from its end; another --timezone may fit` });
    }
    const anchorAt = anchor === undefined ? periodEnd : anchor.anchorAt;
    const input = {
      plan: plan.code, starts_at: instantText(activeSince), trial_days: 0, billed_until: instantText(latest(activeSince, periodStart)),
      ...(anchorAt === null ? {} : { billing_anchor: instantText(anchorAt) }), ...(isEnding ? { ends_at: instantText(periodEnd) } : {}),
    };
    return this.#carrier.subscription(customer, [MARK, instantText(activeSince)], { source: `${name}, ${plan.input.name ?? plan.code}`, input });
  }

  async #carryUsage(of: { customer: Customer; subscription: Subscription; state: State }): Promise<void> {
    await this.#carryRollover(of);
    for (const figure of figuresOf(this.#told)) await this.#carrier.figure(of.customer, { ...of, figure });
  }

  /** What is carried in follows from what was used in the window before: so much is reported there that the rest is what the source says. */
  async #carryRollover({ customer, subscription, state }: { customer: Customer; subscription: Subscription; state: State }): Promise<void> {
    const wanted = text(field(this.#told, 'rollover_minutes_count'));
    const source = `${this.#work.customer}, rollover_minutes_count`;
    const find = ({ usage }: State) => usage.find((each) => each.subscription === subscription.id && each.price === 'minutes');
    const now = find(state);
    if (wanted === null || now === undefined || decimal(now.carried).eq(decimal(wanted))) return;
    const lost = (): void => this.#tally.lost('usage', source, { reason: `Paidup carries ${now.carried} minutes into this month, the source ${wanted}: left as it is` });
    const justBefore = instantText(instant((parseInstant(now.window.start) ?? 0) - 1));
    if (justBefore < subscription.starts_at) return lost();
    const before = await carried(async () => find(await this.#work.target.client.readState(customer.id, { at: justBefore })), (reason) => this.#tally.lost('usage', source, { reason }));
    const left = before === undefined ? undefined : subtract(add(decimal(before.included ?? '0'), decimal(before.carried)), decimal(before.used));
    const rest = left === undefined ? undefined : subtract(left, decimal(wanted));
    if (before === undefined || rest === undefined || rest.lt(0)) return lost();
    await this.#carrier.event(customer, { source, meter: before.meter, property: 'seconds', value: decimalText(multiply(rest, decimal(60))), at: justBefore, key: ['rollover', before.window.start, before.used, wanted] });
  }

  async #carryAlert(customer: Customer | undefined): Promise<void> {
    const alert = this.#sections.value('usage alert');
    const percent = text(field(alert, 'percent'));
    if (flag(field(alert, 'enabled')) !== true || percent === null) return;
    this.#tally.lost('usage alert', this.#work.customer, { field: 'notification_email', reason: 'the source does not tell it' });
    const reference = 'diga.usage_alert';
    const { client } = this.#work.target;
    const source = `${this.#work.customer}, at ${percent} percent`;
    const refused = (reason: string): void => this.#tally.lost('usage alert', source, { reason });
    const known = customer === undefined ? [] : (await carried(() => client.listAlerts(customer.id), refused))?.data;
    if (known === undefined) return;
    if (known.some((each) => each.reference === reference)) return this.#tally.found('usage alert');
    const made = customer === undefined || this.#work.isDry ? undefined : await carried(() => client.createAlert(customer.id, { meter: 'diga_minutes', reference, threshold: { type: 'percent', percent, of: 'included' } }), refused);
    if (this.#work.isDry || made !== undefined) this.#tally.made('usage alert', source, made?.id ?? null);
  }

  #listTheRest(): void {
    const { customer: name } = this.#work;
    const next = field(this.#told, 'next_phase');
    if (next != null && !isCanceled(this.#told)) this.#tally.lost('subscription', name, { field: 'next_phase', reason: `${text(field(next, 'name')) ?? ''} follows, of which the source tells no more than name, period and price: schedule it with POST /v1/subscriptions/{id}/phases` });
    for (const method of items(this.#sections.value('payment methods'))) {
      this.#tally.lost('payment method', `${name}, ${text(field(method, 'brand')) ?? ''} ${text(field(method, 'last4')) ?? ''}`, { reason: 'no card can be read: ask the customer to leave one, by the link of POST /v1/customers/{id}/payment-method/setup-link' });
    }
    for (const section of this.#sections.failures()) this.#tally.lost('customer', name, { field: section, reason: this.#sections.failure(section) ?? '' });
    this.#tally.past('customer', name, 'the source tells neither name nor address of the customer, nor invoices of the past');
  }
}

/** Every field that says what the plan is makes its code: who has the same plan at the source has the same here. */
function planOf(told: Maybe): { readonly code: string; readonly input: PlanInput } {
  const name = text(field(told, 'name')) ?? 'Diga';
  const period = text(field(told, 'period'));
  const unit = (['day', 'week', 'month', 'year'] as const).find((each) => each === period) ?? 'month';
  const included = text(field(told, 'included_minutes')) ?? '0';
  const overage = moneyOf(field(told, 'overage_price_per_minute'));
  const isMetered = flag(field(told, 'usage_based_billing_enabled')) === true;
  const minutes: Price = {
    code: 'minutes', name: 'Call minutes', type: 'usage', meter: 'diga_minutes', included: included === UNLIMITED ? 'unlimited' : included, model: { type: 'per_unit', amount: overage?.amount ?? '0' },
    window: MONTH, overage: isMetered ? 'allowed' : 'blocked', ...(included === UNLIMITED ? {} : { rollover: { cap: { multiple: '2' } } }),
  };
  const price = moneyOf(field(told, 'price'))?.amount ?? '0';
  const { features, prices } = limitsOf(told);
  const input: PlanInput = {
    name, currency: (text(field(told, 'currency')) ?? 'EUR').toUpperCase(), interval: { unit, count: 1 }, collection: 'charge',
    features, prices: [{ code: 'base', name: 'Plan fee', type: 'fixed', amount: price }, minutes, ...prices],
    // What every project falls back to.
    metadata: decimal(price).eq(0) && name.toLowerCase() === 'free' ? { 'diga.free': 'true' } : {},
  };
  return { code: codeOf(`diga ${name}`, ['diga', JSON.stringify(input)]), input };
}

/** Limits that the version of the source tells. */
function limitsOf(told: Maybe): { readonly features: Grant[]; readonly prices: Price[] } {
  const features: Grant[] = [];
  const prices: Price[] = [];
  const limit = (of: string): string | null => {
    const given = quantityOf(field(told, of));
    return given === UNLIMITED ? 'unlimited' : given;
  };
  const counted = (code: keyof typeof FEATURES, included: string, window: { unit: 'lifetime' } | { unit: 'week'; count: number } = { unit: 'lifetime' }): void => {
    const feature = FEATURES[code];
    if (!('meter' in feature)) return;
    features.push({ feature: code, price: code });
    prices.push({ code, name: feature.name, type: 'usage', meter: feature.meter, included, model: { type: 'per_unit', amount: '0' }, overage: 'blocked', window });
  };
  const calls = limit('max_concurrent_calls');
  if (calls !== null) features.push({ feature: 'concurrent_calls', limit: calls });
  const storage = limit('knowledge_storage_limit_bytes');
  if (storage !== null || quantityOf(field(told, 'knowledge_storage_used_bytes')) !== null) counted('knowledge_storage', storage ?? 'unlimited');
  if (limit('knowledge_items_count') !== null) counted('knowledge_items', 'unlimited');
  const workflows = limit('included_workflows');
  if (workflows !== null) counted('workflows', workflows);
  if (limit('copilot_usage_percent') !== null) counted('copilot', '100', { unit: 'week', count: 1 });
  return { features, prices };
}

function figuresOf(told: Maybe): Figure[] {
  const figure = (of: string, rest: Pick<Figure, 'price' | 'aggregation' | 'property' | 'perUnit'>): Figure[] => {
    const used = quantityOf(field(told, of));
    return used === null ? [] : [{ field: of, used, ...rest }];
  };
  const last = (price: string, property: string) => ({ price, property, aggregation: 'last', perUnit: 1 }) as const;
  return [
    ...figure('minutes_count', { price: 'minutes', aggregation: 'sum', property: 'seconds', perUnit: 60 }),
    ...figure('knowledge_storage_used_bytes', last('knowledge_storage', 'bytes')),
    ...figure('knowledge_items_count', last('knowledge_items', 'items')),
    ...figure('workflows_count', last('workflows', 'workflows')),
    ...figure('copilot_usage_percent', { price: 'copilot', aggregation: 'sum', property: 'credits', perUnit: 1 }),
  ];
}

/** Contracts/diga.md section 5.5: no date of a next invoice; where no version tells one, a free phase that follows. */
function isCanceled(told: Maybe): boolean {
  const date = field(told, 'next_invoice_date');
  if (date !== undefined) return date === null;
  const price = moneyOf(field(field(told, 'next_phase'), 'price'));
  return price !== null && decimal(price.amount).eq(0);
}
