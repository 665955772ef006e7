import { multiply, sum, type Decimal } from './decimal.js';
import { FOREVER, instant, type Instant } from './instant.js';
import { negateMoney, sumMoney, type Money } from './money.js';
import { boundaryAt, periodContaining, type IndexedPeriod, type Period } from './period.js';
import { fixedPrices, type FixedPrice, type PaidFrom } from './plan.js';
import { WHOLE, prorate, shareOf, type Share } from './proration.js';
import { packagesOf } from './rating.js';
import { comesBefore, isInTrial, multiplierOf, phaseAt, quantityOf, turnAt, type Phase, type Proration, type Subscription, type Turn } from './subscription.js';

/** How far a subscription has been invoiced: everything due up to `at`, by changes up to `revision`. */
export interface Cursor {
  readonly at: Instant;
  readonly revision: number;
}

/** What lies after a cursor, up to and with a moment. */
export interface Span {
  readonly after: Cursor | null;
  readonly upTo: Instant;
}

/** A fixed price for a billing period or a part of it: in advance, or given back and charged anew when terms change. */
export interface FixedCharge {
  readonly kind: 'fixed' | 'proration';
  /** When it falls due. */
  readonly date: Instant;
  readonly phase: Phase;
  readonly price: FixedPrice;
  /** The billing period that it is for. */
  readonly turn: Turn;
  /** The part of it that is paid for. */
  readonly period: Period;
  /** The whole interval that the price is for. */
  readonly full: Period;
  readonly share: Share;
  readonly proration: Proration | null;
  /** The change of terms that brings it; null for a turn. */
  readonly change: TermsChange | null;
  /** How many of the price are charged: its quantity, or the packages that hold it. */
  readonly quantity: Decimal;
  /** Price of one for the whole interval, major units; the multiplier applied. */
  readonly unitAmount: Decimal;
  /** Below zero when it is given back. */
  readonly amount: Money;
}

/** Terms that give way to others, to none where the period ends with them. */
export interface TermsChange {
  readonly at: Instant;
  readonly revision: number;
  readonly from: Phase;
  readonly to: Phase | null;
}

/** Whether what is due at `date` because of the change `revision` has not been invoiced. */
export function isUnbilled(after: Cursor | null, date: Instant, revision: number): boolean {
  return after === null || date > after.at || (date === after.at && revision > after.revision);
}

/** The charges for fixed prices that fall due in the span, in order of time; whether an invoice or the wallet pays them is up to the price. */
export function fixedCharges(subscription: Subscription, span: Span): FixedCharge[] {
  const phases = begunPhases(subscription);
  const turns = phases.flatMap((_, index) => turnCharges({ subscription, phases, index, span }));
  const changes = changeCharges(subscription, phases, span.after).filter(({ date, by }) => date <= span.upTo && isUnbilled(span.after, date, by));
  return [...changes, ...turns].sort((left, right) => left.date - right.date);
}

/** The charges for a billing period, those of changes within it too that fall due later. */
export function chargesForPeriod(subscription: Subscription, period: Pick<Period, 'startsAt'>): FixedCharge[] {
  const phases = begunPhases(subscription);
  const span = { after: { at: justBefore(period.startsAt), revision: 0 }, upTo: period.startsAt };
  const turns = phases.flatMap((_, index) => turnCharges({ subscription, phases, index, span }));
  return [...turns, ...changeCharges(subscription, phases, span.after)].filter((charge) => charge.turn.startsAt === period.startsAt);
}

interface Place {
  readonly subscription: Subscription;
  readonly phases: readonly Phase[];
  readonly index: number;
  readonly span: Span;
}

/** The phases that come about: not those that would begin when the subscription has ended. */
export function begunPhases(subscription: Subscription): readonly Phase[] {
  const { ending } = subscription;
  return ending === null ? subscription.phases : subscription.phases.filter((phase, index) => index === 0 || comesBefore(phase, ending));
}

/** A full period's prices at each turn within the phase. */
function turnCharges(place: Place): FixedCharge[] {
  const { subscription, phases, index } = place;
  const phase = phases[index] as Phase;
  if (fixedPrices(phase.plan).length === 0) return [];
  return turnsOf(place).flatMap(({ turn, period }) => {
    const full = fullInterval(phase, period);
    const { policy, share } = firstShare(phase, period, { full, zone: subscription.zone });
    return chargesOf({ kind: 'fixed', phase, date: turn.startsAt, turn, period, full, share, proration: policy, change: null, sign: 1 });
  });
}

/** The turns in the span at which billing periods begin that are charged: none in a trial or a pause. In order. */
export function turnsIn(subscription: Subscription, span: Span): Turn[] {
  const phases = begunPhases(subscription);
  return phases.flatMap((_, index) => turnsOf({ subscription, phases, index, span }).map(({ turn }) => turn));
}

/** The turns within a phase. What ends the phase at a turn counts only if it was known before. */
function turnsOf({ subscription, phases, index, span }: Place): Array<{ readonly turn: Turn; readonly period: IndexedPeriod }> {
  const phase = phases[index] as Phase;
  if (phase.isPaused) return [];
  const next = phases[index + 1];
  const until = next?.startsAt ?? subscription.endsAt;
  if (phase.startsAt > span.upTo || (span.after !== null && until < span.after.at)) return [];
  const isLateStop = until !== FOREVER && (next?.madeAt ?? subscription.ending?.requestedAt ?? FOREVER) >= until;
  const found: Array<{ turn: Turn; period: IndexedPeriod }> = [];
  let at = firstTurn(phase, index);
  const { after, upTo } = span;
  if (after !== null && after.at > at) at = periodContaining(phase.schedule, after.at).startsAt;
  while (at <= upTo && (at < until || (at === until && isLateStop))) {
    const period = periodContaining(phase.schedule, at);
    const revision = at === phase.startsAt ? phase.revision : 0;
    if (!isInTrial(subscription, at) && isUnbilled(after, at, revision)) found.push({ turn: { startsAt: at, revision }, period });
    at = period.endsAt;
  }
  return found;
}

/** A phase that goes on from the one before charges its first turn only where a period begins with it, and it was known before. */
function firstTurn(phase: Phase, index: number): Instant {
  if (index === 0 || phase.isAnchor) return phase.startsAt;
  const period = periodContaining(phase.schedule, phase.startsAt);
  return period.startsAt === phase.startsAt && phase.madeAt < phase.startsAt ? phase.startsAt : period.endsAt;
}

/** The share of a whole interval that a period is: less than one where billing begins within an interval. */
function firstShare(phase: Phase, period: Period, { full, zone }: { full: Period; zone: string }): { policy: Proration | null; share: Share } {
  const { proration } = phase.plan;
  if (period.startsAt === full.startsAt || proration === 'none') return { policy: null, share: WHOLE };
  return { policy: { mode: 'prorate', policy: proration }, share: shareOf({ part: period, full, policy: proration, zone }) };
}

/** When changes that are invoiced with a later turn fall due, as far as they have not. */
export function pendingChangeDates(subscription: Subscription, after: Cursor | null): Instant[] {
  if (!subscription.phases.some((phase) => phase.invoice === 'next')) return [];
  return changeCharges(subscription, begunPhases(subscription), after).filter(({ date, by }) => isUnbilled(after, date, by)).map(({ date }) => date);
}

/** A charge that a change brings, with the number of the change that lets it fall due. */
interface ChangeCharge extends FixedCharge {
  readonly by: number;
}

/**
 * What changes within periods give back and charge, in order. Of each price no more is given back than was paid for the
 * period, whatever policies met there.
 */
function changeCharges(subscription: Subscription, phases: readonly Phase[], after: Cursor | null): readonly ChangeCharge[] {
  const from = firstRelevant(subscription, phases, after);
  const known = changesOf.get(subscription) ?? new Map<number, readonly ChangeCharge[]>();
  changesOf.set(subscription, known);
  const found = known.get(from) ?? workOutChanges(subscription, phases, from);
  known.set(from, found);
  return found;
}

/** Asked again for every invoice of a period. */
const changesOf = new WeakMap<Subscription, Map<number, readonly ChangeCharge[]>>();

function workOutChanges(subscription: Subscription, phases: readonly Phase[], from: number): ChangeCharge[] {
  const made: ChangeCharge[] = [];
  const turns = new Map<Instant, FixedCharge[][]>();
  const turned = (at: Instant): FixedCharge[][] => {
    const span = { after: { at: justBefore(at), revision: 0 }, upTo: at };
    const charges = turns.get(at) ?? phases.map((_, index) => turnCharges({ subscription, phases, index, span }));
    turns.set(at, charges);
    return charges;
  };
  const paid = (code: string, turn: Turn, index: number): Money => {
    const charges = [...turned(turn.startsAt).slice(0, index).flat(), ...made].filter((charge) => charge.turn.startsAt === turn.startsAt && charge.price.code === code);
    return sumMoney(charges.map((charge) => charge.amount), subscription.phases[0].plan.currency);
  };
  const add = (charges: readonly ChangeCharge[], index: number): void => {
    const isPair = charges.some((charge) => charge.amount.minor > 0n);
    for (const charge of charges) {
      const isCapped = charge.amount.minor < 0n && !(isPair && charge.proration?.mode === 'difference');
      made.push(isCapped ? atMost(charge, paid(charge.price.code, charge.turn, index)) : charge);
    }
  };
  for (let index = Math.max(from, 1); index < phases.length; index += 1) add(chargesOfChange(subscription, phases, index), index);
  add(endingCredits(subscription, phases), phases.length);
  return made;
}

/** A credit that gives back no more than was paid. */
function atMost(credit: ChangeCharge, paid: Money): ChangeCharge {
  if (-credit.amount.minor <= paid.minor) return credit;
  return { ...credit, amount: paid.minor > 0n ? negateMoney(paid) : { ...paid, minor: 0n } };
}

/** The first phase whose change may still fall due after the cursor, or was paid for in the same period as one that may. */
function firstRelevant(subscription: Subscription, phases: readonly Phase[], after: Cursor | null): number {
  if (after === null || after.at <= subscription.startsAt) return 1;
  const startOf = (at: Instant): Instant => periodContaining(phaseAt(subscription, at).schedule, at).startsAt;
  const current = startOf(after.at);
  const before = current > subscription.startsAt ? startOf(justBefore(current)) : current;
  const found = phases.findIndex((phase) => phase.startsAt >= before);
  return found === -1 ? phases.length : found;
}

/** What the change that begins a phase gives back and charges. */
function chargesOfChange(subscription: Subscription, phases: readonly Phase[], index: number): ChangeCharge[] {
  const phase = phases[index] as Phase;
  const before = phases[index - 1];
  if (before === undefined || before.isPaused) return [];
  const { startsAt, madeAt, proration } = phase;
  const rest = restOfPeriod(subscription, before, { at: startsAt, madeAt, proration });
  if (rest === undefined) return [];
  const basis = basisOf(phases, index - 1, rest.turn.startsAt);
  const goesOn = !phase.isAnchor && !phase.isPaused;
  // A pause is no difference to anything.
  if (proration.mode === 'difference' && (phase.isPaused || !isDearer(phase, basis))) return [];
  const due = dueOfChange(subscription, phases, { index, periodEnd: rest.period.endsAt });
  const change = { at: startsAt, revision: phase.revision, from: basis, to: goesOn ? phase : null };
  const common = { kind: 'proration', ...due, ...rest, proration, change } as const;
  const credits = chargesOf({ ...common, phase: basis, sign: -1 });
  return goesOn ? withoutUnchanged(credits, chargesOf({ ...common, phase, sign: 1 })) : credits;
}

/** When what a change costs falls due: at once, or with the next turn; sooner when something ends the count before. */
function dueOfChange(subscription: Subscription, phases: readonly Phase[], change: { index: number; periodEnd: Instant }): { date: Instant; by: number } {
  const phase = phases[change.index] as Phase;
  if (phase.invoice === 'now') return { date: phase.startsAt, by: phase.revision };
  const turn = phase.isAnchor && !phase.isPaused ? periodContaining(phase.schedule, phase.startsAt).endsAt : change.periodEnd;
  const cut = phases.slice(change.index + 1).find((later) => later.isAnchor || later.isPaused);
  if (cut !== undefined && cut.startsAt < turn && cut.startsAt <= subscription.endsAt) return { date: cut.startsAt, by: cut.revision };
  if (subscription.ending !== null && subscription.endsAt < turn) return { date: subscription.endsAt, by: subscription.ending.revision };
  return { date: turn, by: phase.revision };
}

/** What is left of the period when the subscription ends within it. An end is no difference to anything. */
function endingCredits(subscription: Subscription, phases: readonly Phase[]): ChangeCharge[] {
  const { ending } = subscription;
  const last = phases.at(-1);
  if (ending === null || last === undefined || last.isPaused || ending.proration.mode === 'difference') return [];
  if (ending.endsAt < subscription.startsAt || ending.endsAt < last.startsAt) return [];
  const { proration } = ending;
  const rest = restOfPeriod(subscription, last, { at: ending.endsAt, madeAt: ending.requestedAt, proration });
  if (rest === undefined) return [];
  const basis = basisOf(phases, phases.length - 1, rest.turn.startsAt);
  const change = { at: ending.endsAt, revision: ending.revision, from: basis, to: null };
  return chargesOf({ kind: 'proration', date: ending.endsAt, by: ending.revision, ...rest, proration, change, phase: basis, sign: -1 });
}

interface Rest {
  readonly turn: Turn;
  readonly period: Period;
  readonly full: Period;
  readonly share: Share;
}

/** The part of the current period after `at` and its share; undefined when nothing of it was charged or is to be prorated. */
function restOfPeriod(subscription: Subscription, before: Phase, change: { at: Instant; madeAt: Instant; proration: Proration }): Rest | undefined {
  const { at, madeAt, proration } = change;
  if (proration.mode === 'none' || isInTrial(subscription, at)) return undefined;
  const current = periodContaining(before.schedule, at);
  // A change that was known before a turn takes effect with it: nothing of the next period was charged.
  if (current.startsAt === at && madeAt < at) return undefined;
  const full = fullInterval(before, current);
  const period = { startsAt: at, endsAt: current.endsAt };
  // A difference is owed for all of the period that was charged, which may be a part of an interval itself.
  const share = proration.mode === 'difference' ? firstShare(before, current, { full, zone: subscription.zone }).share : shareOf({ part: period, full, policy: proration.policy, zone: subscription.zone });
  return { turn: turnAt(subscription, before, at), period, full, share };
}

/** The phase whose prices have been charged for the period that began at `turnsAt`, as things stand in phase `index`. */
function basisOf(phases: readonly Phase[], index: number, turnsAt: Instant): Phase {
  const from = phases.findLastIndex((phase, at) => at <= index && (phase.startsAt < turnsAt || (phase.startsAt === turnsAt && (at === 0 || phase.isAnchor || phase.madeAt < turnsAt))));
  let basis = phases[Math.max(from, 0)] as Phase;
  for (const phase of phases.slice(from + 1, index + 1)) {
    const { mode } = phase.proration;
    if (mode === 'prorate' || (mode === 'difference' && isDearer(phase, basis))) basis = phase;
  }
  return basis;
}

function isDearer(phase: Phase, basis: Phase): boolean {
  return fixedTotal(phase).gt(fixedTotal(basis));
}

/** What is sold, whatever its place in time. */
export type SoldTerms = Pick<Phase, 'plan' | 'quantities' | 'multipliers'>;

/** What the phase's fixed prices (those that `paidFrom` pays, or all) cost for a whole interval, exactly, in major units. */
export function fixedTotal(phase: SoldTerms, paidFrom?: PaidFrom): Decimal {
  return sum(fixedPrices(phase.plan).filter((price) => paidFrom === undefined || price.paidFrom === paidFrom).map((price) => fixedAmount(phase, price)));
}

/** What a fixed price costs for a whole interval, exactly, in major units. */
export function fixedAmount(phase: SoldTerms, price: FixedPrice): Decimal {
  return multiply(multiply(price.amount, multiplierOf(phase, price.code)), chargedQuantity(phase, price));
}

/** How many times the price's amount is owed. */
export function chargedQuantity(phase: Pick<Phase, 'quantities'>, { code, packages }: FixedPrice): Decimal {
  const quantity = quantityOf(phase, code);
  return packages === null ? quantity : packagesOf(quantity, packages);
}

/** The whole interval that a (perhaps short) period of the phase's schedule belongs to. */
function fullInterval(phase: Phase, period: IndexedPeriod): Period {
  return { startsAt: boundaryAt(phase.schedule, period.index), endsAt: boundaryAt(phase.schedule, period.index + 1) };
}

export function invoicedPrices(phase: Phase): FixedPrice[] {
  return fixedPrices(phase.plan).filter((price) => price.paidFrom === 'invoice');
}

function chargesOf<Given extends Omit<FixedCharge, 'price' | 'quantity' | 'unitAmount' | 'amount'>>(input: Given & { readonly sign: 1 | -1 }): Array<Omit<Given, 'sign'> & FixedCharge> {
  const { sign, ...charge } = input;
  return fixedPrices(charge.phase.plan).map((price) => {
    const quantity = chargedQuantity(charge.phase, price);
    const unitAmount = multiply(price.amount, multiplierOf(charge.phase, price.code));
    const amount = prorate(multiply(unitAmount, quantity), charge.share, charge.phase.plan.currency);
    return { ...charge, price, quantity, unitAmount, amount: sign === 1 ? amount : negateMoney(amount) };
  });
}

/** A price that the change leaves as it is is neither given back nor charged. */
function withoutUnchanged<Charge extends FixedCharge>(credits: readonly Charge[], charges: readonly Charge[]): Charge[] {
  const isSame = (left: FixedCharge, right: FixedCharge): boolean => left.price.code === right.price.code && left.quantity.eq(right.quantity) && left.unitAmount.eq(right.unitAmount);
  return [
    ...credits.filter((credit) => !charges.some((charge) => isSame(credit, charge))),
    ...charges.filter((charge) => !credits.some((credit) => isSame(credit, charge))),
  ];
}

/** One moment before. */
export function justBefore(at: Instant): Instant {
  return instant(at - 1);
}

