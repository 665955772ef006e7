import type { Currency } from '../core/currency.js';
import { divide, isPositive, subtract, add, ZERO } from '../core/decimal.js';
import type { CustomerFacts } from '../core/facts.js';
import { decideGate, entitlementAt, type GateAnswer, type GateQuestion } from '../core/gate.js';
import type { Instant } from '../core/instant.js';
import { postTransaction } from '../core/ledger.js';
import { addMoney, moneyToDecimal, zeroMoney, type Money } from '../core/money.js';
import type { Plan } from '../core/plan.js';
import { Refusal } from '../core/problems.js';
import type { BillingState } from '../core/state.js';
import { isLive, isServing, phaseAt, quantityOf, type Subscription } from '../core/subscription.js';
import { MAX_DEPOSIT, depositTransaction } from '../core/wallet.js';
import { loadForPreview, previewFigures, previewOn, type Decide, type Previewable } from './command.js';
import type { Engine } from './engine.js';
import { changeSubscription, createSubscription, resumeSubscription } from './subscription.js';

/** Something that would turn a "no" of the gate into a "yes" at once. */
export interface Remedy {
  readonly type: 'top_up' | 'enable_overage' | 'add_quantity' | 'change_plan' | 'subscribe' | 'resume';
  /** What it costs now, proration and all; below zero when money comes back. Of a top-up: the money to put in. */
  readonly price: Money;
  /** What the use itself costs then, beyond what is included. */
  readonly useCost: Money | null;
  /** The total of the next invoice then; null when there is none, or it stays as it is. */
  readonly nextInvoice: Money | null;
  readonly subscriptionId: string | null;
  /** Code of the plan to change or subscribe to. */
  readonly plan: string | null;
  /** Quantities to set, by price. */
  readonly quantities: Readonly<Record<string, string>> | null;
}

/** How many are told. */
const MAX_REMEDIES = 5;
/** How many plans are tried. */
const MAX_PLANS = 40;
/** For how long what was worked out is told again, if nothing changes: a proration by the second moves with the clock. */
const KEPT_MS = 10_000;

interface Asked {
  readonly state: BillingState;
  readonly facts: CustomerFacts;
  readonly question: GateQuestion;
  readonly answer: GateAnswer;
}

const kept = new WeakMap<BillingState, Map<string, { readonly remedies: Promise<readonly Remedy[]>; readonly madeAt: number }>>();

/** The cheapest first. Each has been tried on the facts: with it, the gate says yes to the same question. */
export async function remediesFor(engine: Engine, asked: Asked): Promise<readonly Remedy[]> {
  const { state, question } = asked;
  const key = JSON.stringify([question.feature, question.quantity.toFixed(), question.properties]);
  const byQuestion = kept.get(state) ?? new Map<string, { remedies: Promise<readonly Remedy[]>; madeAt: number }>();
  kept.set(state, byQuestion);
  const known = byQuestion.get(key);
  const now = engine.clock.now();
  if (known !== undefined && now >= known.madeAt && now < known.madeAt + KEPT_MS) return known.remedies;
  const remedies = workOut(engine, asked);
  byQuestion.set(key, { remedies, madeAt: now });
  return remedies.catch((error: unknown) => {
    byQuestion.delete(key);
    throw error;
  });
}

async function workOut(engine: Engine, { facts, question, answer }: Asked): Promise<readonly Remedy[]> {
  const whole = { ...question, isPartial: false };
  const found: Remedy[] = [];
  const base = await loadForPreview(engine, facts.customer.id);
  if (answer.shortfall !== null && isEnough(facts, { money: answer.shortfall, question: whole, at: base.at })) {
    found.push({ type: 'top_up', price: answer.shortfall, useCost: answer.cost, nextInvoice: null, subscriptionId: null, plan: null, quantities: null });
  }
  for (const attempt of attemptsOf(engine, base, { question: whole, facts })) {
    const remedy = await tried(engine, { base, attempt, question: whole });
    if (remedy !== undefined) found.push(remedy);
  }
  return found.sort(byPrice(facts.customer.currency)).slice(0, MAX_REMEDIES);
}

/** Whether one deposit of so much is all that the use lacks. */
function isEnough(facts: CustomerFacts, { money, question, at }: { money: Money; question: GateQuestion; at: Instant }): boolean {
  if (moneyToDecimal(money).gt(MAX_DEPOSIT)) return false;
  const filled = { ...facts, ...postTransaction(facts, depositTransaction({ id: '', money, description: '', at })) };
  return decideGate(filled, question, at).isAllowed;
}

/** A change that may help, not tried yet. */
interface Attempt extends Pick<Remedy, 'type' | 'subscriptionId' | 'plan' | 'quantities'> {
  readonly decide: Decide;
}

function attemptsOf(engine: Engine, { at }: Previewable, { question, facts }: { question: GateQuestion; facts: CustomerFacts }): Attempt[] {
  const live = facts.subscriptions.filter((subscription) => isLive(subscription, at));
  const serving = live.filter((subscription) => isServing(subscription, at));
  const plans = plansGranting(engine, question.feature);
  if (live.length === 0) {
    return plans.map((plan) => ({ type: 'subscribe', subscriptionId: null, plan: plan.code, quantities: null, decide: createSubscription(engine, engine.newId('sub'), { plan: plan.code }) }));
  }
  const resumed = live.filter((subscription) => !serving.includes(subscription)).map(({ id }): Attempt => ({ type: 'resume', subscriptionId: id, plan: null, quantities: null, decide: resumeSubscription(id) }));
  return [...resumed, ...serving.flatMap((subscription) => [...termsHelping(engine, subscription, { question, facts, at }), ...plansHelping(engine, subscription, { plans, at })])];
}

/** Other terms of the same plan: overage switched on; more of what multiplies the limit. */
function termsHelping(engine: Engine, subscription: Subscription, { question, facts, at }: { question: GateQuestion; facts: CustomerFacts; at: Instant }): Attempt[] {
  const attempts: Attempt[] = [];
  const phase = phaseAt(subscription, at);
  const entitlement = entitlementAt(facts, question.feature, at);
  const own = entitlement?.sources.filter((source) => source.subscription?.id === subscription.id) ?? [];
  const common = { subscriptionId: subscription.id, plan: null };
  if (!phase.overage && own.some(({ counted }) => counted?.price.overage === 'allowed')) {
    attempts.push({ type: 'enable_overage', ...common, quantities: null, decide: changeSubscription(engine, { subscriptionId: subscription.id, overage: true }) });
  }
  for (const { grant } of own) {
    if (grant?.perQuantityOf == null || grant.limit === null || grant.limit === 'unlimited' || !isPositive(grant.limit)) continue;
    const missing = subtract(add(question.quantity, entitlement?.used ?? ZERO), subtract(limitOf(entitlement), entitlement?.held ?? ZERO));
    if (!isPositive(missing)) continue;
    const more = divide({ dividend: missing, divisor: grant.limit, scale: 0, rounding: 'away_from_zero' });
    const quantities = { [grant.perQuantityOf]: add(quantityOf(phase, grant.perQuantityOf), more).toFixed() };
    attempts.push({ type: 'add_quantity', ...common, quantities, decide: changeSubscription(engine, { subscriptionId: subscription.id, quantities }) });
  }
  return attempts;
}

function limitOf(entitlement: ReturnType<typeof entitlementAt>) {
  return entitlement === undefined || entitlement.limit === null || entitlement.limit === 'unlimited' ? ZERO : entitlement.limit;
}

function plansHelping(engine: Engine, subscription: Subscription, { plans, at }: { plans: readonly Plan[]; at: Instant }): Attempt[] {
  const { plan: present } = phaseAt(subscription, at);
  return plans
    .filter((plan) => plan.code !== present.code && plan.currency === present.currency)
    .map((plan) => ({ type: 'change_plan', subscriptionId: subscription.id, plan: plan.code, quantities: null, decide: changeSubscription(engine, { subscriptionId: subscription.id, plan: plan.code }) }));
}

function plansGranting(engine: Engine, feature: string): Plan[] {
  return engine.catalog
    .plans()
    .filter(({ plan, isArchived }) => !isArchived && plan.grants.some((grant) => grant.feature.code === feature && grant.isGranted))
    .map(({ plan }) => plan)
    .slice(0, MAX_PLANS);
}

/** Undefined when it cannot be done, or does not help. */
async function tried(engine: Engine, { base, attempt, question }: { base: Previewable; attempt: Attempt; question: GateQuestion }): Promise<Remedy | undefined> {
  const { decide, ...told } = attempt;
  try {
    const outcome = await previewOn(engine, base, decide);
    const answer = decideGate(outcome.facts, question, outcome.at);
    if (!answer.isAllowed) return undefined;
    const { due, next } = previewFigures(outcome);
    const currency = due[0]?.currency ?? next?.currency ?? outcome.facts.customer.currency;
    const price = due.filter((invoice) => invoice.currency === currency).reduce((total, invoice) => addMoney(total, invoice.total), zeroMoney(currency));
    return { ...told, price, useCost: answer.cost, nextInvoice: next?.total ?? null };
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

/**
 * What it costs now and with the use, then what comes next, then by name: a total order. What is put into the wallet is not
 * spent by that. Currencies cannot be compared: the customer's own comes first.
 */
function byPrice(own: Currency) {
  const cost = ({ type, price, useCost }: Remedy): bigint => (type === 'top_up' ? 0n : price.minor) + (useCost?.currency === price.currency ? useCost.minor : 0n);
  const place = ({ price }: Remedy): string => (price.currency === own ? '' : price.currency);
  const name = ({ type, plan, subscriptionId }: Remedy): string => `${type} ${plan ?? ''} ${subscriptionId ?? ''}`;
  return (left: Remedy, right: Remedy): number => {
    const keys = [[place(left), place(right)], [cost(left), cost(right)], [left.nextInvoice?.minor ?? 0n, right.nextInvoice?.minor ?? 0n], [name(left), name(right)]] as const;
    const [a, b] = keys.find(([one, other]) => one !== other) ?? keys[0];
    return a < b ? -1 : a > b ? 1 : 0;
  };
}
