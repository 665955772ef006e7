import { begunPhases } from './charge.js';
import type { CouponTerms } from './coupon.js';
import { couponsOf } from './discount.js';
import { ONE, decimal, decimalText, isNegative, parseDecimal, type Decimal } from './decimal.js';
import { FOREVER, earliest, instantText, latest, type Instant } from './instant.js';
import { fixedPrices, type FixedPrice, type Plan } from './plan.js';
import { periodContaining, plusLocalDays } from './period.js';
import { Refusal, invalidInput, pointerToken, type InputError } from './problems.js';
import {
  NO_PRORATION, billingPeriodAt, isLive, isSameInterval, phaseAt, type Phase, type Proration, type Subscription, type SubscriptionChange, type Terms,
} from './subscription.js';

/** What each command on a subscription decides: the facts that it adds, or a Refusal. Nothing is saved here. */

type Change<Type extends SubscriptionChange['type']> = Extract<SubscriptionChange, { type: Type }>;

/** Terms that are asked for; what is left out is one, or stays as it is where a change says so. */
export interface TermsAsked {
  readonly plan: Plan;
  readonly quantities: Readonly<Record<string, string>>;
  readonly multipliers: Readonly<Record<string, string>>;
  readonly overage: boolean;
}

/** What a new subscription is asked to be. */
export interface CreateSubscription extends TermsAsked {
  readonly zone: string;
  readonly madeAt: Instant;
  readonly startsAt: Instant;
  /** Days of trial in place of the plan's. */
  readonly trialDays: number | undefined;
  /** What billing periods are counted from; undefined: the trial's end or the start. */
  readonly anchorAt?: Instant | undefined;
  /** The subscription that it is added to: its periods are counted from the same anchor, where the lengths agree. */
  readonly addonOf?: Subscription | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** What fell due up to this moment has been billed elsewhere. */
  readonly billedUntil?: Instant | undefined;
}

/** @throws Refusal `invalid_request` when a quantity or multiplier does not fit the plan; `subscription_ended`, `phase_conflict` for an add-on of what cannot have one. */
export function decideCreate(input: CreateSubscription): Change<'created'> {
  const { plan, startsAt, madeAt, addonOf, metadata, billedUntil } = input;
  if (billedUntil !== undefined && (billedUntil < startsAt || billedUntil > madeAt)) throw invalidInput([{ pointer: '/billed_until', detail: 'must lie between the start of the subscription and now' }]);
  const main = addonOf === undefined ? undefined : phaseAt(addonOf, latest(startsAt, addonOf.startsAt));
  if (addonOf !== undefined && startsAt >= addonOf.endsAt) throw ended(addonOf);
  if (addonOf?.addonOf != null) throw new Refusal('phase_conflict', 'An add-on cannot have add-ons: name the main subscription.');
  const zone = addonOf?.zone ?? input.zone;
  const isAligned = main !== undefined && main.schedule.interval.unit === plan.interval.unit;
  const alignment = isAligned ? main.schedule.alignment : plan.alignment;
  const anchorAt = input.anchorAt ?? (isAligned ? main.schedule.anchorAt : null);
  const trialDays = input.trialDays ?? plan.trialDays;
  const trialEndsAt = trialDays > 0 ? plusLocalDays(startsAt, trialDays, zone) : null;
  return { type: 'created', madeAt, startsAt, trialEndsAt, anchorAt, zone, alignment, addonOf: addonOf?.id ?? null, terms: parseTerms(input), ...(metadata === undefined ? {} : { metadata }), ...(billedUntil === undefined ? {} : { billedUntil }) };
}

/** A trial that needs a payment method ends the subscription, until one is on file. */
export function decideTrialEnding(created: Change<'created'>, plan: Plan): Change<'canceled'> | undefined {
  if (!plan.trialRequiresPaymentMethod || created.trialEndsAt === null) return undefined;
  return { type: 'canceled', madeAt: created.madeAt, endsAt: created.trialEndsAt, reason: TRIAL_WITHOUT_PAYMENT_METHOD, proration: NO_PRORATION };
}

export const TRIAL_WITHOUT_PAYMENT_METHOD = 'no payment method at the end of the trial';

/** A payment method came: the trial that waited for one goes on into the first paid period. */
export function decideTrialGain(subscription: Subscription, at: Instant): Change<'cancel_undone'> | undefined {
  const isWaiting = subscription.ending?.reason === TRIAL_WITHOUT_PAYMENT_METHOD && at < subscription.endsAt;
  return isWaiting ? { type: 'cancel_undone', madeAt: at } : undefined;
}

/** The payment method went: a trial that needs one ends with itself. */
export function decideTrialLoss(subscription: Subscription, at: Instant): Change<'canceled'> | undefined {
  const { trialEndsAt } = subscription;
  if (trialEndsAt === null || at >= trialEndsAt || subscription.endsAt <= trialEndsAt || !phaseAt(subscription, at).plan.trialRequiresPaymentMethod) return undefined;
  return { type: 'canceled', madeAt: at, endsAt: trialEndsAt, reason: TRIAL_WITHOUT_PAYMENT_METHOD, proration: NO_PRORATION };
}

export interface SchedulePhase extends TermsAsked {
  /** Undefined: the end of the billing period at `at`. */
  readonly startsAt: Instant | undefined;
  readonly proration: Proration;
  readonly at: Instant;
  /** While a subscription is made, its later phases may lie in the past as it does itself. */
  readonly mayLieInPast?: boolean;
}

/**
 * The change that makes `plan` follow from `startsAt` on; within a billing period it begins a new count.
 * @throws Refusal `phase_conflict` when that moment has passed or the currency is another, `subscription_ended`.
 */
export function decidePhase(subscription: Subscription, input: SchedulePhase): Change<'phase_scheduled'> {
  const { at, proration } = input;
  refuseEnded(subscription, at);
  const startsAt = input.startsAt ?? billingPeriodAt(subscription, latest(at, subscription.startsAt)).endsAt;
  if (startsAt <= at && input.mayLieInPast !== true) throw new Refusal('phase_conflict', `A phase must begin after now; ${instantText(startsAt)} has passed. To change the plan now, use "change".`);
  if (startsAt <= subscription.startsAt) throw new Refusal('phase_conflict', `A phase must begin after the subscription's start at ${instantText(subscription.startsAt)}.`);
  refuseAfterEnd(subscription, startsAt);
  const before = phaseAt(subscription, earliest(startsAt, (startsAt - 1) as Instant));
  refuseOtherCurrency(before.plan, input.plan);
  const isBoundary = periodContaining(before.schedule, (startsAt - 1) as Instant).endsAt === startsAt;
  const isAnchor = before.isPaused || !isBoundary || !isSameInterval(before.plan.interval, input.plan.interval);
  return { type: 'phase_scheduled', madeAt: at, startsAt, isAnchor, isPaused: false, proration, usage: 'keep', invoice: 'now', keepsLater: false, terms: parseTerms(input) };
}

/** A change of plan, quantities, multipliers or overage. */
export interface ChangeSubscription {
  /** Undefined: the plan version stays. */
  readonly plan: Plan | undefined;
  /** Those named change; the others stay as far as the plan has them. */
  readonly quantities: Readonly<Record<string, string>>;
  readonly multipliers: Readonly<Record<string, string>>;
  readonly overage: boolean | undefined;
  readonly when: 'now' | 'period_end';
  readonly proration: Proration;
  readonly usage: 'keep' | 'restart';
  readonly invoice: 'now' | 'next';
  readonly at: Instant;
  /** How much is used of what the fixed price's quantity limits, by code of the fixed price and per unit of quantity. */
  readonly usedPerSeat: (plan: Plan, priceCode: string) => Decimal | undefined;
}

/**
 * Other terms from now, or from the end of the period. Another interval begins a new count of periods; what is
 * scheduled for later stays when the plan does.
 * @throws Refusal `subscription_ended`, `phase_conflict`, `quantity_below_usage`, `invalid_request`.
 */
export function decideChange(subscription: Subscription, input: ChangeSubscription): Change<'phase_scheduled'> {
  const { at } = input;
  refuseEnded(subscription, at);
  const begun = latest(at, subscription.startsAt);
  if (phaseAt(subscription, begun).isPaused) throw new Refusal('phase_conflict', 'The subscription is paused: resume it, then change it.');
  const startsAt = input.when === 'now' ? begun : billingPeriodAt(subscription, begun).endsAt;
  refuseAfterEnd(subscription, startsAt);
  const before = input.when === 'now' ? phaseAt(subscription, begun) : phaseAt(subscription, (startsAt - 1) as Instant);
  if (subscription.phases.some((phase) => phase.startsAt === startsAt && phase.startsAt > at && phase.isPaused)) {
    throw new Refusal('phase_conflict', `A pause begins at ${instantText(startsAt)}: take it back with "resume", or change the subscription now.`);
  }
  const plan = input.plan ?? before.plan;
  refuseOtherCurrency(before.plan, plan);
  const terms = parseTerms({ plan, ...mergedTerms(before, plan, input) });
  if (isSameTerms(terms, termsOf(before))) throw new Refusal('phase_conflict', 'The subscription has these terms already.');
  refuseBelowUsage({ plan, before, terms, usedPerSeat: input.usedPerSeat });
  // What has not begun is replaced, and begins as it would have.
  const isAnchor = at < subscription.startsAt || !isSameInterval(before.plan.interval, plan.interval);
  const { proration, usage, invoice } = input;
  return { type: 'phase_scheduled', madeAt: at, startsAt, isAnchor, isPaused: false, proration, usage, invoice, keepsLater: plan.versionId === before.plan.versionId, terms };
}

/** @throws Refusal `subscription_ended` when there is nothing left to cancel. */
export function decideCancel(
  subscription: Subscription,
  input: { at: Instant; atPeriodEnd: boolean; reason: string | null; proration?: Proration },
): Change<'canceled'> {
  refuseEnded(subscription, input.at);
  const begun = latest(input.at, subscription.startsAt);
  const endsAt = input.atPeriodEnd ? earliest(billingPeriodAt(subscription, begun).endsAt, subscription.endsAt) : begun;
  return { type: 'canceled', madeAt: input.at, endsAt, reason: input.reason, proration: input.proration ?? NO_PRORATION };
}

/** Nothing is given and nothing costs from now (or the period's end) until it is resumed, by itself at `resumesAt` if told. */
export function decidePause(
  subscription: Subscription,
  input: { at: Instant; when: 'now' | 'period_end'; resumesAt: Instant | undefined; proration: Proration },
): Array<Change<'phase_scheduled'>> {
  const { at, resumesAt } = input;
  refuseEnded(subscription, at);
  if (!isLive(subscription, at)) throw new Refusal('phase_conflict', `The subscription begins at ${instantText(subscription.startsAt)}; until then there is nothing to pause.`);
  const now = phaseAt(subscription, at);
  if (now.isPaused) throw new Refusal('phase_conflict', 'The subscription is paused already. "resume" ends the pause.');
  const startsAt = input.when === 'now' ? at : billingPeriodAt(subscription, at).endsAt;
  refuseAfterEnd(subscription, startsAt);
  if (resumesAt !== undefined && resumesAt <= startsAt) throw invalidInput([{ pointer: '/resumes_at', detail: `must lie after the pause begins at ${instantText(startsAt)}` }]);
  const terms = termsOf(phaseAt(subscription, (startsAt === at ? at : startsAt - 1) as Instant));
  const common = { type: 'phase_scheduled', madeAt: at, isAnchor: true, usage: 'restart', invoice: 'now', terms } as const;
  const pause = { ...common, startsAt, isPaused: true, proration: input.proration, keepsLater: false };
  if (resumesAt === undefined) return [pause];
  return [pause, { ...common, startsAt: resumesAt, isPaused: false, proration: NO_PRORATION, keepsLater: false }];
}

/**
 * Takes a stop back: ends a pause (a new count of periods begins), withdraws a pause or a cancellation that has not
 * happened yet.
 * @throws Refusal `subscription_ended` when it is over, `phase_conflict` when there is nothing to take back.
 */
export function decideResume(subscription: Subscription, at: Instant): SubscriptionChange {
  if (at >= subscription.endsAt) {
    throw new Refusal('subscription_ended', `The subscription ended at ${instantText(subscription.endsAt)}. "reactivate" begins it anew.`);
  }
  const now = phaseAt(subscription, at);
  if (now.isPaused) {
    return { type: 'phase_scheduled', madeAt: at, startsAt: at, isAnchor: true, isPaused: false, proration: NO_PRORATION, usage: 'restart', invoice: 'now', keepsLater: false, terms: termsOf(now) };
  }
  if (subscription.ending !== null) return { type: 'cancel_undone', madeAt: at };
  if (subscription.phases.some((phase) => phase.startsAt > at && phase.isPaused)) return { type: 'schedule_cleared', madeAt: at };
  throw new Refusal('phase_conflict', 'The subscription is neither paused nor about to end.');
}

/** Begins an ended subscription anew, with the terms it had as far as no others are named. @throws Refusal `phase_conflict` while it has not ended. */
export function decideReactivate(subscription: Subscription, input: { at: Instant; asked: Pick<ChangeSubscription, 'plan' | 'quantities' | 'multipliers' | 'overage'> | undefined }): Change<'reactivated'> {
  const { at, asked = { plan: undefined, quantities: {}, multipliers: {}, overage: undefined } } = input;
  if (at < subscription.endsAt) throw new Refusal('phase_conflict', 'The subscription has not ended. "resume" takes a cancellation back.');
  const last = begunPhases(subscription).at(-1) ?? subscription.phases[0];
  const plan = asked.plan ?? last.plan;
  refuseOtherCurrency(last.plan, plan);
  return { type: 'reactivated', madeAt: at, startsAt: at, terms: parseTerms({ plan, ...mergedTerms(last, plan, asked) }) };
}

/** Forgets what is scheduled and has not begun. @throws Refusal `phase_conflict` when nothing is. */
export function decideClearSchedule(subscription: Subscription, at: Instant): Change<'schedule_cleared'> {
  refuseEnded(subscription, at);
  if (!subscription.phases.some((phase, index) => index > 0 && phase.startsAt > at)) throw new Refusal('phase_conflict', 'Nothing is scheduled for later.');
  return { type: 'schedule_cleared', madeAt: at };
}

/** @throws Refusal `subscription_ended`; `coupon_conflict` while another covers periods to come, or for another currency. */
export function decideCoupon(subscription: Subscription, input: { at: Instant; from?: Instant; coupon: CouponTerms }): Change<'coupon_applied'> {
  const { at, coupon } = input;
  refuseEnded(subscription, at);
  const { currency } = phaseAt(subscription, latest(at, subscription.startsAt)).plan;
  if (coupon.currency !== null && coupon.currency !== currency) throw new Refusal('coupon_conflict', `The coupon is in ${coupon.currency}; the subscription is billed in ${currency}.`);
  const { endsAt } = billingPeriodAt(subscription, latest(at, subscription.startsAt));
  const [other] = couponsOf(subscription, { startsAt: endsAt, revision: 0 }).concat(couponsOf(subscription, { startsAt: latest(at, subscription.startsAt), revision: Number.MAX_SAFE_INTEGER }));
  if (other !== undefined) throw new Refusal('coupon_conflict', `The coupon "${other.code}" is on the subscription and still covers periods to come: take it off first.`);
  return { type: 'coupon_applied', madeAt: at, ...(input.from === undefined ? {} : { from: input.from }), coupon };
}

/** @throws Refusal `coupon_conflict` when it is not there. */
export function decideCouponRemoval(subscription: Subscription, input: { at: Instant; code: string }): Change<'coupon_removed'> {
  if (!subscription.coupons.some((applied) => applied.code === input.code && applied.removedAt === null)) throw new Refusal('coupon_conflict', `There is no coupon "${input.code}" on the subscription.`);
  return { type: 'coupon_removed', madeAt: input.at, code: input.code };
}

/** One of everything is what is meant where nothing is said. */
function isSameTerms(left: Terms, right: Terms): boolean {
  const said = (values: Readonly<Record<string, string>>): string => JSON.stringify(Object.entries(values).filter(([, value]) => value !== '1'));
  return left.planVersionId === right.planVersionId && left.overage === right.overage && said(left.quantities) === said(right.quantities) && said(left.multipliers) === said(right.multipliers);
}

export function termsOf(phase: Phase): Terms {
  return { planVersionId: phase.plan.versionId, quantities: texts(phase.quantities), multipliers: texts(phase.multipliers), overage: phase.overage };
}

/** What the phase before had and the plan still knows, with what is asked over it. */
function mergedTerms(before: Phase, plan: Plan, asked: Pick<ChangeSubscription, 'quantities' | 'multipliers' | 'overage'>): Omit<TermsAsked, 'plan'> {
  const seats = new Set(fixedPrices(plan).filter((price) => price.perSeat).map((price) => price.code));
  const codes = new Set(plan.prices.map((price) => price.code));
  const kept = (texts: Record<string, string>, known: ReadonlySet<string>): Record<string, string> => Object.fromEntries(Object.entries(texts).filter(([code]) => known.has(code)));
  return {
    quantities: { ...kept(texts(before.quantities), seats), ...asked.quantities },
    multipliers: { ...kept(texts(before.multipliers), codes), ...asked.multipliers },
    overage: asked.overage ?? before.overage,
  };
}

function refuseBelowUsage(input: { plan: Plan; before: Phase; terms: Terms; usedPerSeat: ChangeSubscription['usedPerSeat'] }): void {
  for (const price of fixedPrices(input.plan).filter((candidate) => candidate.isBelowUsageRefused)) {
    const needed = input.usedPerSeat(input.plan, price.code);
    const quantity = decimal(input.terms.quantities[price.code] ?? '1');
    const had = input.before.quantities[price.code] ?? ONE;
    if (needed === undefined || quantity.gte(needed) || quantity.gte(had)) continue;
    throw new Refusal('quantity_below_usage', `${decimalText(needed)} of "${price.name}" are in use; ${decimalText(quantity)} are too few. Use less first, or ask for at least ${decimalText(needed)}.`);
  }
}

function refuseEnded(subscription: Subscription, at: Instant): void {
  if (at >= subscription.endsAt) throw ended(subscription);
}

function ended(subscription: Subscription): Refusal {
  return new Refusal('subscription_ended', `The subscription ended at ${instantText(subscription.endsAt)}. "reactivate" begins it anew.`);
}

function refuseAfterEnd(subscription: Subscription, startsAt: Instant): void {
  if (startsAt < subscription.endsAt) return;
  const when = startsAt === FOREVER ? 'never' : `at ${instantText(startsAt)}`;
  throw new Refusal('phase_conflict', `The subscription ends at ${instantText(subscription.endsAt)}, before this would begin (${when}). "resume" takes the cancellation back.`);
}

function refuseOtherCurrency(before: Plan, plan: Plan): void {
  if (before.currency === plan.currency) return;
  throw new Refusal('phase_conflict', `The subscription is billed in ${before.currency}; the plan "${plan.code}" is priced in ${plan.currency}. Cancel this subscription and make one for the other plan.`);
}

function parseTerms(input: TermsAsked): Terms {
  const errors = termsFaults(input);
  if (errors.length > 0) throw invalidInput(errors);
  return { planVersionId: input.plan.versionId, quantities: plain(input.quantities), multipliers: plain(input.multipliers), overage: input.overage };
}

/** Where quantities and multipliers do not fit the plan. */
export function termsFaults(input: TermsAsked): InputError[] {
  const errors: InputError[] = [];
  const fixed = new Map(fixedPrices(input.plan).map((price) => [price.code, price]));
  for (const [code, text] of Object.entries(input.quantities)) checkQuantity({ code, text, price: fixed.get(code), errors });
  const codes = new Set(input.plan.prices.map((price) => price.code));
  for (const [code, text] of Object.entries(input.multipliers)) {
    const multiplier = parseDecimal(text);
    if (!codes.has(code)) errors.push({ pointer: `/multipliers/${pointerToken(code)}`, detail: `the plan has no price "${code}"` });
    else if (multiplier === undefined || isNegative(multiplier)) errors.push({ pointer: `/multipliers/${pointerToken(code)}`, detail: 'must be a decimal string, not negative' });
  }
  return errors;
}

function checkQuantity(input: { code: string; text: string; price: FixedPrice | undefined; errors: InputError[] }): void {
  const pointer = `/quantities/${pointerToken(input.code)}`;
  const quantity = parseDecimal(input.text);
  if (input.price === undefined) input.errors.push({ pointer, detail: `the plan has no fixed price "${input.code}"` });
  else if (quantity === undefined || isNegative(quantity)) input.errors.push({ pointer, detail: 'must be a decimal string, not negative' });
  else if (!input.price.perSeat && !quantity.eq(ONE)) input.errors.push({ pointer, detail: 'must be "1": the price is not per seat' });
}

/** Decimals as text, in one order, so that equal terms are equal texts. */
function texts(values: Readonly<Record<string, Decimal>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).sort(([left], [right]) => (left < right ? -1 : 1)).map(([code, value]) => [code, decimalText(value)]));
}

function plain(values: Readonly<Record<string, string>>): Record<string, string> {
  return texts(Object.fromEntries(Object.entries(values).map(([code, text]) => [code, decimal(text)])));
}
