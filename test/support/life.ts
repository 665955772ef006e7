import fc from 'fast-check';
import { bookDue } from '../../src/core/booking.js';
import type { CouponTerms } from '../../src/core/coupon.js';
import type { UsageEvent } from '../../src/core/event.js';
import type { CustomerFacts } from '../../src/core/facts.js';
import { FOREVER, instant, instantText, type Instant } from '../../src/core/instant.js';
import type { Invoice, InvoiceLine } from '../../src/core/invoice.js';
import { moneyText } from '../../src/core/money.js';
import type { Plan } from '../../src/core/plan.js';
import { Refusal } from '../../src/core/problems.js';
import {
  decideCancel, decideChange, decideClearSchedule, decideCoupon, decideCouponRemoval, decideCreate, decidePause, decidePhase, decideReactivate, decideResume,
} from '../../src/core/subscription-change.js';
import {
  billingPeriodAt, evolveSubscription, isLive, resolveSubscription, type Proration, type Subscription, type SubscriptionChange, type SubscriptionRecord,
} from '../../src/core/subscription.js';
import { WindowBook } from '../../src/core/window-book.js';
import { at, event, facts } from './core.js';

/** What is asked of the subscription; what does not fit the moment is refused and changes nothing. */
export type Command =
  | { readonly do: 'change'; readonly plan: number | null; readonly seats: number | null; readonly when: 'now' | 'period_end'; readonly proration: Proration; readonly usage: 'keep' | 'restart'; readonly invoice: 'now' | 'next' }
  | { readonly do: 'phase'; readonly plan: number; readonly afterDays: number | null; readonly proration: Proration }
  | { readonly do: 'pause'; readonly when: 'now' | 'period_end'; readonly forDays: number | null; readonly proration: Proration }
  | { readonly do: 'cancel'; readonly when: 'now' | 'period_end'; readonly proration: Proration }
  | { readonly do: 'resume' | 'clear' | 'remove' }
  | { readonly do: 'reactivate'; readonly plan: number | null }
  | { readonly do: 'coupon'; readonly coupon: CouponTerms }
  | { readonly do: 'use'; readonly n: number; readonly lateDays: number }
  | { readonly do: 'nothing' };

/** A command and how long after the one before it comes; `turn`: at the next end of the billing period. */
export interface Step {
  readonly after: { readonly ms: number } | 'turn';
  readonly command: Command;
}

export interface History {
  readonly plans: readonly Plan[];
  readonly zone: string;
  readonly startsAt: Instant;
  readonly trialDays: number;
  readonly steps: readonly Step[];
}

/** A customer with one subscription, as the store would hold them. */
export interface Life {
  readonly now: Instant;
  readonly revision: number;
  readonly record: SubscriptionRecord;
  readonly facts: CustomerFacts;
  readonly events: readonly UsageEvent[];
  /** Final ones, as they were booked. */
  readonly invoices: readonly Invoice[];
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
    fc.record({ do: fc.constant('change' as const), plan: maybe(plan), seats: maybe(fc.integer({ min: 1, max: 9 })), when, proration, usage: fc.constantFrom('keep', 'restart'), invoice: fc.constantFrom('now', 'next') }),
    fc.record({ do: fc.constant('phase' as const), plan, afterDays: maybe(fc.integer({ min: 1, max: 80 })), proration }),
    fc.record({ do: fc.constant('pause' as const), when, forDays: maybe(fc.integer({ min: 1, max: 50 })), proration }),
    fc.record({ do: fc.constant('cancel' as const), when, proration: proration }),
    fc.record({ do: fc.constantFrom('resume' as const, 'clear' as const, 'remove' as const) }),
    fc.record({ do: fc.constant('reactivate' as const), plan: maybe(plan) }),
    ...(of.coupons === undefined ? [] : [fc.record({ do: fc.constant('coupon' as const), coupon: fc.constantFrom(...of.coupons) })]),
    fc.record({ do: fc.constant('use' as const), n: fc.integer({ min: 1, max: 300 }), lateDays: fc.constantFrom(0, ...(of.lateDays === undefined ? [] : [1, of.lateDays])) }),
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
}

export function steps({ commands: command, maxSteps = 8, moments = 'any' }: HistoryParts): fc.Arbitrary<Step[]> {
  const apart = fc.oneof(fc.integer({ min: 1, max: 45 * 24 }).map((hours) => hours * HOUR + 1), fc.integer({ min: 1, max: 20 * DAY }));
  const ms = moments === 'apart' ? apart : fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 45 * 24 }).map((hours) => hours * HOUR), apart);
  const waits: Array<fc.Arbitrary<Step['after']>> = [ms.map((value) => ({ ms: value })), ...(moments === 'any' ? [fc.constant('turn' as const)] : [])];
  return fc.array(fc.record({ after: fc.oneof(...waits), command }), { minLength: 1, maxLength: maxSteps });
}

export function histories(parts: HistoryParts): fc.Arbitrary<History> {
  const { plans } = parts;
  return fc.record({
    plans: fc.constantFrom(...plans).map((first) => [first, ...plans.filter((each) => each !== first)]),
    zone: fc.constantFrom(...ZONES),
    startsAt: fc.constantFrom(at('2026-01-01'), at('2026-01-31'), at('2026-03-08T02:30:00Z'), at('2026-02-11T13:17:05Z')),
    trialDays: fc.constantFrom(0, 0, 10),
    steps: steps(parts),
  });
}

/** How often invoices are written down on the way: `each` before every command, `never` only at the end. */
export type Booking = 'each' | 'never';

/** Lives through the history and on for `restDays`, so that what began has an end. */
export function live(history: History, booking: Booking, restDays = 40): Life {
  let life = born(history);
  for (const step of history.steps) life = acted(history, waited(life, step, booking), step.command);
  return booked({ ...life, now: instant(life.now + restDays * DAY) });
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

function born({ plans: [plan], zone, startsAt, trialDays }: History): Life {
  if (plan === undefined) throw new Error('a history has a plan');
  const created = decideCreate({ plan, zone, madeAt: startsAt, startsAt, trialDays, quantities: {}, multipliers: {}, overage: true });
  const record = evolveSubscription(undefined, { id: 'sub_1', revision: 1 }, created);
  return { now: startsAt, revision: 1, record, facts: facts([resolveSubscription(record, () => plan)], [], { revision: 1 }), events: [], invoices: [] };
}

function waited(life: Life, { after, command }: Step, booking: Booking): Life {
  const subscription = only(life);
  const turn = isLive(subscription, life.now) ? billingPeriodAt(subscription, life.now).endsAt : life.now;
  const now = after === 'turn' ? (turn === FOREVER ? life.now : turn) : instant(life.now + after.ms);
  const waiting = { ...life, now };
  // What is reported in time is there when the worker comes.
  const reported = command.do === 'use' && command.lateDays === 0 && now > life.now ? used(waiting, command) : waiting;
  return booking === 'each' ? booked(reported) : reported;
}

export function booked(life: Life): Life {
  const { facts: after, due } = bookDue(life.facts, life.now);
  return { ...life, facts: after, invoices: [...life.invoices, ...due] };
}

function acted(history: History, life: Life, command: Command): Life {
  if (command.do === 'use') return command.lateDays === 0 ? life : used(life, command);
  try {
    return decided(history, only(life), life.now, command).reduce((before, change) => changed(history, before, change), life);
  } catch (error) {
    if (error instanceof Refusal) return life;
    throw error;
  }
}

function used(life: Life, { n, lateDays }: Extract<Command, { do: 'use' }>): Life {
  // A moment before now: what happens at the very moment of a change belongs to what comes after it.
  const occurredAt = instant(Math.min(life.now - 1, Math.max(life.now - lateDays * DAY, only(life).startsAt)));
  if (occurredAt < only(life).startsAt) return life;
  const happened = event(`e${life.events.length}`, instantText(occurredAt), n);
  const book = new WindowBook(life.facts.windows, []);
  book.count(life.facts.subscriptions, happened);
  const revision = life.revision + 1;
  return { ...life, revision, events: [...life.events, happened], facts: { ...life.facts, revision, windows: book.allWindows() } };
}

function changed({ plans }: History, life: Life, change: SubscriptionChange): Life {
  const revision = life.revision + 1;
  const record = evolveSubscription(life.record, { id: 'sub_1', revision }, change);
  const subscription = resolveSubscription(record, (versionId) => plans.find((each) => each.versionId === versionId) as Plan);
  return { ...life, revision, record, facts: { ...life.facts, revision, subscriptions: [subscription] } };
}

function decided({ plans }: History, subscription: Subscription, now: Instant, command: Exclude<Command, { do: 'use' }>): readonly SubscriptionChange[] {
  const planOf = (index: number | null): Plan | undefined => (index === null ? undefined : plans[index]);
  const nothingAsked = { quantities: {}, multipliers: {}, overage: true };
  switch (command.do) {
    case 'change': {
      const { seats, when: moment, proration, usage: counting, invoice } = command;
      const quantities: Record<string, string> = seats === null ? {} : { base: String(seats) };
      return [decideChange(subscription, { plan: planOf(command.plan), quantities, multipliers: {}, overage: undefined, when: moment, proration, usage: counting, invoice, at: now, usedPerSeat: () => undefined })];
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

