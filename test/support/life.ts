import fc from 'fast-check';
import { bookDue, nextBookingAt, withInvoice } from '../../src/core/booking.js';
import type { CouponTerms } from '../../src/core/coupon.js';
import type { UsageEvent } from '../../src/core/event.js';
import type { CustomerFacts } from '../../src/core/facts.js';
import { withSettlements, type History as Recorded } from '../../src/core/history.js';
import { FOREVER, instant, instantText, latest, type Instant } from '../../src/core/instant.js';
import type { Invoice, InvoiceLine } from '../../src/core/invoice.js';
import { issuedInvoice } from '../../src/core/issued-invoice.js';
import { moneyText } from '../../src/core/money.js';
import type { Plan } from '../../src/core/plan.js';
import { Refusal } from '../../src/core/problems.js';
import { issueTransactions } from '../../src/core/receivable.js';
import { withSubscriptionChange, EMPTY_STANDING, type SubscriptionEntry } from '../../src/core/standing.js';
import {
  decideCancel, decideChange, decideClearSchedule, decideCoupon, decideCouponRemoval, decideCreate, decidePause, decidePhase, decideReactivate, decideResume,
} from '../../src/core/subscription-change.js';
import {
  billingPeriodAt, isLive, phaseAt, resolveSubscription, type Proration, type Subscription, type SubscriptionChange,
} from '../../src/core/subscription.js';
import { WindowBook, deriveWindows } from '../../src/core/window-book.js';
import { at, event, facts } from './core.js';

/** What is asked of the subscription; what does not fit the moment is refused and changes nothing. */
export type Command =
  | { readonly do: 'change'; readonly plan: number | null; readonly seats: number | null; readonly factor: string | null; readonly when: 'now' | 'period_end'; readonly proration: Proration; readonly usage: 'keep' | 'restart'; readonly invoice: 'now' | 'next' }
  | { readonly do: 'phase'; readonly plan: number; readonly afterDays: number | null; readonly proration: Proration }
  | { readonly do: 'pause'; readonly when: 'now' | 'period_end'; readonly forDays: number | null; readonly proration: Proration }
  | { readonly do: 'cancel'; readonly when: 'now' | 'period_end'; readonly proration: Proration }
  | { readonly do: 'resume' | 'clear' | 'remove' }
  | { readonly do: 'reactivate'; readonly plan: number | null }
  | { readonly do: 'coupon'; readonly coupon: CouponTerms }
  /** Late by days; 0: just before the step; below 0: at its very moment, or some of an hour ahead of it. */
  | { readonly do: 'use'; readonly n: number; readonly lateDays: number }
  | { readonly do: 'nothing' };

/** A command and how long after the one before it comes; `turn`: at the next end of the billing period. */
export interface Step {
  readonly after: { readonly ms: number } | 'turn';
  readonly command: Command;
  /** Which of the subscriptions it is about. */
  readonly on: number;
}

export interface History {
  readonly plans: readonly Plan[];
  readonly zone: string;
  readonly startsAt: Instant;
  readonly trialDays: number;
  /** Days from the start to what billing periods are counted from; null: as the plan says. */
  readonly anchorDays: number | null;
  /** Days after which an add-on comes; null: none does. */
  readonly addonDays: number | null;
  readonly steps: readonly Step[];
}

/** A customer with a subscription (and perhaps an add-on), as the store would hold them. */
export interface Life {
  readonly now: Instant;
  readonly revision: number;
  readonly facts: CustomerFacts;
  readonly events: readonly UsageEvent[];
  /** Final ones, as they were booked. */
  readonly invoices: readonly Invoice[];
  /** All of it as the store would keep it. */
  readonly recorded: Recorded;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export const ZONES = ['UTC', 'America/New_York', 'Europe/Madrid', 'Australia/Lord_Howe', 'Asia/Kolkata'] as const;

export const prorations: fc.Arbitrary<Proration> = fc.record({ mode: fc.constantFrom('prorate', 'difference', 'none'), policy: fc.constantFrom('by_second', 'by_day') });

const when = fc.constantFrom('now' as const, 'period_end' as const);

const maybe = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> => fc.option(value, { nil: null });

/** Any command; `of` narrows what is drawn. */
export function commands(of: { plans: number; coupons?: readonly CouponTerms[]; proration?: fc.Arbitrary<Proration>; lateDays?: number; kinds?: ReadonlyArray<Command['do']> }): fc.Arbitrary<Command> {
  const proration = of.proration ?? prorations;
  const plan = fc.nat(of.plans - 1);
  const all: ReadonlyArray<fc.Arbitrary<Command>> = [
    fc.record({ do: fc.constant('change' as const), plan: maybe(plan), seats: maybe(fc.integer({ min: 1, max: 9 })), factor: maybe(fc.constantFrom('1', '0.8', '2')), when, proration, usage: fc.constantFrom('keep', 'restart'), invoice: fc.constantFrom('now', 'next') }),
    fc.record({ do: fc.constant('phase' as const), plan, afterDays: maybe(fc.integer({ min: 1, max: 80 })), proration }),
    fc.record({ do: fc.constant('pause' as const), when, forDays: maybe(fc.integer({ min: 1, max: 50 })), proration }),
    fc.record({ do: fc.constant('cancel' as const), when, proration: proration }),
    fc.record({ do: fc.constantFrom('resume' as const, 'clear' as const, 'remove' as const) }),
    fc.record({ do: fc.constant('reactivate' as const), plan: maybe(plan) }),
    ...(of.coupons === undefined ? [] : [fc.record({ do: fc.constant('coupon' as const), coupon: fc.constantFrom(...of.coupons) })]),
    fc.record({ do: fc.constant('use' as const), n: fc.integer({ min: 1, max: 300 }), lateDays: fc.constantFrom(0, ...(of.lateDays === undefined ? [] : [-1, 1, of.lateDays])) }),
    fc.record({ do: fc.constant('nothing' as const) }),
  ];
  const command = fc.oneof(...all);
  return of.kinds === undefined ? command : command.filter((each) => of.kinds?.includes(each.do) === true);
}

export interface HistoryParts {
  readonly plans: readonly Plan[];
  readonly commands: fc.Arbitrary<Command>;
  readonly maxSteps?: number;
  /** `apart`: no two commands at one moment, nor one at a turn of the period. */
  readonly moments?: 'any' | 'apart';
  /** Whether add-ons and billing anchors occur. */
  readonly isWide?: boolean;
}

export function steps({ commands: command, maxSteps = 8, moments = 'any' }: HistoryParts): fc.Arbitrary<Step[]> {
  const apart = fc.oneof(fc.integer({ min: 1, max: 45 * 24 }).map((hours) => hours * HOUR + 1), fc.integer({ min: 1, max: 20 * DAY }));
  const ms = moments === 'apart' ? apart : fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 45 * 24 }).map((hours) => hours * HOUR), apart);
  const waits: Array<fc.Arbitrary<Step['after']>> = [ms.map((value) => ({ ms: value })), ...(moments === 'any' ? [fc.constant('turn' as const)] : [])];
  return fc.array(fc.record({ after: fc.oneof(...waits), command, on: fc.nat(1) }), { minLength: 1, maxLength: maxSteps });
}

export function histories(parts: HistoryParts): fc.Arbitrary<History> {
  const { plans } = parts;
  return fc.record({
    plans: fc.constantFrom(...plans).map((first) => [first, ...plans.filter((each) => each !== first)]),
    zone: fc.constantFrom(...ZONES),
    startsAt: fc.constantFrom(at('2026-01-01'), at('2026-01-31'), at('2026-03-08T02:30:00Z'), at('2026-02-11T13:17:05Z')),
    trialDays: fc.constantFrom(0, 0, 10),
    anchorDays: fc.constantFrom(null, ...(parts.isWide === true ? [-40, -3, 0, 5, 20] : [])),
    addonDays: fc.constantFrom(null, ...(parts.isWide === true ? [0, 7] : [])),
    steps: steps(parts),
  });
}

/**
 * How often invoices are written down on the way: `each` before every command and with it, `never` only at the end,
 * `worker` whenever something falls due.
 */
export type Booking = 'each' | 'never' | 'worker';

/** Lives through the history and on for `restDays`, so that what began has an end. */
export function live(history: History, booking: Booking, restDays = 40): Life {
  let life = born(history, booking);
  for (const step of history.steps) {
    life = waited(life, step, booking);
    life = acted(history, life, { step, booking });
  }
  return booked(until(life, instant(life.now + restDays * DAY), booking));
}

/** The subscription of a life. */
export function only(life: Life): Subscription {
  const [subscription] = life.facts.subscriptions;
  if (subscription === undefined) throw new Error('a life has a subscription');
  return subscription;
}

/** Everything that the life was invoiced for, drafts too. */
export function billed(life: Life): Invoice[] {
  return [...life.invoices, ...bookDue(life.facts, life.now).drafts];
}

/** A line for people and for comparison; those over nothing are left out, because a pause in booking may drop them. */
export function lineTexts(invoices: readonly Invoice[]): string[] {
  return invoices.flatMap((invoice) => invoice.lines.filter((line) => line.amount.minor !== 0n).map((line) => `${instantText(invoice.date)} ${lineText(line)}`)).sort();
}

export function lineText(line: InvoiceLine): string {
  return `${line.kind} ${line.description} [${textOf(line.period.startsAt)}, ${textOf(line.period.endsAt)}) ${moneyText(line.amount)}`;
}

function textOf(moment: Instant): string {
  return moment === FOREVER ? 'forever' : instantText(moment);
}

const NOTHING: Recorded = { changes: [], settings: [], transactions: [], invoices: [], holds: [], payments: [], firings: [], events: [] };

function born(history: History, booking: Booking): Life {
  const { plans, zone, startsAt, trialDays, anchorDays, addonDays } = history;
  const [plan, second] = plans;
  if (plan === undefined) throw new Error('a history has a plan');
  const nobody: Life = { now: startsAt, revision: 0, facts: facts([], [], { revision: 0 }), events: [], invoices: [], recorded: NOTHING };
  const common = { zone, madeAt: startsAt, trialDays, quantities: {}, multipliers: {}, overage: true };
  const created = decideCreate({ plan, startsAt, anchorAt: anchorDays === null ? undefined : instant(startsAt + anchorDays * DAY), ...common });
  const life = changed(history, nobody, { changes: [['sub_1', created]], booking });
  if (addonDays === null) return life;
  const addon = decideCreate({ plan: second ?? plan, startsAt: instant(startsAt + addonDays * DAY), addonOf: only(life), ...common, trialDays: 0 });
  return changed(history, life, { changes: [['sub_2', addon]], booking });
}

function waited(life: Life, { after, command, on }: Step, booking: Booking): Life {
  const subscription = chosen(life, on);
  const turn = isLive(subscription, life.now) ? billingPeriodAt(subscription, life.now).endsAt : life.now;
  const now = after === 'turn' ? (turn === FOREVER ? life.now : turn) : instant(life.now + after.ms);
  // What is reported in time is there when the worker comes.
  if (command.do === 'use' && command.lateDays === 0 && now > life.now) return until(used(until(life, instant(now - 1), booking), command, now), now, booking);
  return until(life, now, booking);
}

function until(life: Life, now: Instant, booking: Booking): Life {
  if (booking === 'never') return { ...life, now };
  let current = life;
  for (let next = nextBookingAt(current.facts, current.now); booking === 'worker' && next <= now; next = nextBookingAt(current.facts, current.now)) current = booked({ ...current, now: next });
  return booked({ ...current, now });
}

/** As the worker does it: what is due is a change of its own. */
export function booked(life: Life): Life {
  const revision = life.revision + 1;
  const { due } = bookDue({ ...life.facts, revision }, life.now);
  return due.length === 0 ? life : issued(life, due, revision);
}

function issued(life: Life, due: readonly Invoice[], revision: number): Life {
  const { recorded } = life;
  return {
    ...life,
    revision,
    facts: due.reduce(withInvoice, { ...life.facts, revision }),
    invoices: [...life.invoices, ...due],
    recorded: {
      ...recorded,
      transactions: [...recorded.transactions, ...due.flatMap((invoice) => issueTransactions(invoice.key, invoice)).map((transaction) => ({ revision, transaction }))],
      invoices: [...recorded.invoices, ...due.map((invoice) => ({ revision, invoice: issuedInvoice(invoice, { id: invoice.key, number: '', issuedAt: life.now, revision }) }))],
    },
  };
}

function acted(history: History, life: Life, { step: { command, on }, booking }: { step: Step; booking: Booking }): Life {
  if (command.do === 'use') return command.lateDays === 0 ? life : used(life, command, life.now);
  try {
    const subscription = chosen(life, on);
    const changes = decided(history, subscription, life.now, command).map((change) => [subscription.id, change] as const);
    const addons = changes.flatMap(([, change]) => life.facts.subscriptions.filter((other) => other.addonOf === subscription.id).flatMap((addon) => followed(subscription, addon, change)));
    return changes.length === 0 ? life : changed(history, life, { changes: [...changes, ...addons], booking });
  } catch (error) {
    if (error instanceof Refusal) return life;
    throw error;
  }
}

/** An add-on ends with the subscription that it stands beside, and goes on with it. */
function followed(main: Subscription, addon: Subscription, change: SubscriptionChange): Array<readonly [string, SubscriptionChange]> {
  if (change.type === 'canceled' && addon.endsAt > change.endsAt) return [[addon.id, { ...change, endsAt: latest(change.endsAt, addon.startsAt) }]];
  return change.type === 'cancel_undone' && addon.ending !== null && addon.ending.revision === main.ending?.revision ? [[addon.id, change]] : [];
}

function used(life: Life, { n, lateDays }: Extract<Command, { do: 'use' }>, now: Instant): Life {
  const { startsAt } = only(life);
  // A moment before now; or at the very moment or ahead of it, as far as clocks may be off.
  const occurredAt = lateDays < 0 ? instant(now + (n % 3) * 1_000_000) : instant(Math.min(now - 1, Math.max(now - lateDays * DAY, startsAt)));
  if (occurredAt < startsAt) return life;
  const happened = event(`e${life.events.length}`, instantText(occurredAt), n);
  const book = new WindowBook(life.facts.windows, []);
  book.count(life.facts.subscriptions, happened);
  const revision = life.revision + 1;
  const events = [...life.recorded.events, { revision, event: happened }].sort((left, right) => left.event.occurredAt - right.event.occurredAt);
  return { ...life, revision, events: [...life.events, happened], facts: { ...life.facts, revision, windows: book.allWindows() }, recorded: { ...life.recorded, events } };
}

/** As a command does it: what falls due at its moment is booked with it, unless there is a backlog. */
function changed({ plans }: History, life: Life, { changes, booking }: { changes: ReadonlyArray<readonly [string, SubscriptionChange]>; booking: Booking }): Life {
  const revision = life.revision + 1;
  const entries = changes.map(([subscriptionId, change]): SubscriptionEntry => ({ revision, subscriptionId, change }));
  const recorded = { ...life.recorded, changes: [...life.recorded.changes, ...entries] };
  const { subscriptions: records } = recorded.changes.reduce(withSubscriptionChange, EMPTY_STANDING);
  const subscriptions = records.map((record) => resolveSubscription(record, (versionId) => plans.find((each) => each.versionId === versionId) as Plan));
  const isRecounted = life.events.some((happened) => happened.occurredAt >= life.now);
  const windows = isRecounted ? withSettlements(deriveWindows(subscriptions, life.events).windows, recorded.invoices.map(({ invoice }) => invoice)) : life.facts.windows;
  const after = { ...life, revision, facts: { ...life.facts, revision, subscriptions, windows }, recorded };
  const { due } = bookDue(after.facts, after.now);
  return booking === 'never' || due.length === 0 || due.some((invoice) => invoice.date < after.now) ? after : issued(after, due, revision);
}

function chosen(life: Life, on: number): Subscription {
  return life.facts.subscriptions[on] ?? only(life);
}

function decided({ plans }: History, subscription: Subscription, now: Instant, command: Exclude<Command, { do: 'use' }>): readonly SubscriptionChange[] {
  const planOf = (index: number | null): Plan | undefined => (index === null ? undefined : plans[index]);
  const nothingAsked = { quantities: {}, multipliers: {}, overage: true };
  switch (command.do) {
    case 'change': {
      const { seats, factor, when: moment, proration, usage: counting, invoice } = command;
      const quantities: Record<string, string> = seats === null ? {} : { base: String(seats) };
      const sold = planOf(command.plan) ?? phaseAt(subscription, now).plan;
      const multipliers = factor === null ? {} : Object.fromEntries(sold.prices.map(({ code }) => [code, factor]));
      return [decideChange(subscription, { plan: planOf(command.plan), quantities, multipliers, overage: undefined, when: moment, proration, usage: counting, invoice, at: now, usedPerSeat: () => undefined })];
    }
    case 'phase': {
      const startsAt = command.afterDays === null ? undefined : instant(now + command.afterDays * DAY);
      return [decidePhase(subscription, { plan: planOf(command.plan) as Plan, startsAt, proration: command.proration, at: now, ...nothingAsked })];
    }
    case 'pause':
      return decidePause(subscription, { at: now, when: command.when, resumesAt: command.forDays === null ? undefined : instant(now + command.forDays * DAY), proration: command.proration });
    case 'cancel':
      return [decideCancel(subscription, { at: now, atPeriodEnd: command.when === 'period_end', reason: null, proration: command.proration })];
    case 'resume':
      return [decideResume(subscription, now)];
    case 'clear':
      return [decideClearSchedule(subscription, now)];
    case 'reactivate': {
      const plan = planOf(command.plan);
      return [decideReactivate(subscription, { at: now, asked: plan === undefined ? undefined : { plan, ...nothingAsked } })];
    }
    case 'coupon':
      return [decideCoupon(subscription, { at: now, coupon: command.coupon })];
    case 'remove':
      return subscription.coupons.slice(0, 1).map(({ code }) => decideCouponRemoval(subscription, { at: now, code }));
    case 'nothing':
      return [];
  }
}

