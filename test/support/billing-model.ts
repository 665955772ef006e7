import { plusDays, rounded, stretchAt, type Count } from './billing-model-calendar.js';
import {
  beginPeriod, closeWindow, isSameCount, newCount, openWindow, planOf, prorate, usageLines, usedOf,
  type Later, type Line, type Mode, type Subscription, type Terms, type Used,
} from './billing-model-book.js';
import type { Coupon } from './billing-model-plans.js';

/**
 * A small model of what a customer must be invoiced, written from the named policies and nothing of src/core. It goes
 * forward in time, command by command, turn by turn, and charges as it goes. What no worker has written down yet is
 * worked out again from the last booking, because late usage still belongs to it.
 */

/** `prorate`: by the plan's policy. */
export type Asking = Mode | 'prorate' | null;

export type Command =
  | { readonly do: 'subscribe'; readonly id: string; readonly terms: Terms; readonly trialDays: number; readonly anchorAt: number | null; readonly coupon: Coupon | null }
  | { readonly do: 'change'; readonly id: string; readonly plan: string | null; readonly seats: bigint | null; readonly when: 'now' | 'period_end'; readonly mode: Asking; readonly isRestart: boolean; readonly isPutOff: boolean }
  | { readonly do: 'cancel'; readonly id: string; readonly atPeriodEnd: boolean; readonly mode: Asking }
  | { readonly do: 'pause'; readonly id: string; readonly when: 'now' | 'period_end'; readonly resumesAt: number | null; readonly mode: Asking }
  | { readonly do: 'resume' | 'reactivate'; readonly id: string }
  | { readonly do: 'coupon'; readonly id: string; readonly coupon: Coupon };

export interface ModelInvoice {
  readonly date: number;
  /** Not those over nothing; in order of size. */
  readonly lines: readonly bigint[];
  readonly subtotal: bigint;
  readonly tax: bigint;
  readonly total: bigint;
  readonly walletCredit: bigint;
}

export interface Tax {
  readonly name: string;
  /** Thousandths of a percent. */
  readonly rate: bigint;
  readonly isInclusive: boolean;
}

export interface Book {
  /** Everything up to here has happened. */
  now: number;
  subscriptions: Subscription[];
  invoices: ModelInvoice[];
  wallet: bigint;
  owed: bigint;
  taxes: bigint;
}

/** A command and its moment. */
interface Asked {
  readonly at: number;
  readonly command: Command;
}

const NEVER = Number.POSITIVE_INFINITY;

export class BillingModel {
  readonly zone: string;
  readonly events: Array<{ at: number; units: bigint }> = [];
  tax: Tax | null = null;
  #booked: Book;

  constructor(zone: string, now: number) {
    this.zone = zone;
    this.#booked = { now, subscriptions: [], invoices: [], wallet: 0n, owed: 0n, taxes: 0n };
  }

  /** How things stand at the moment, what is due by then with it, whether or not a worker has run. */
  at(now: number): Book {
    return this.#run(now);
  }

  /** The next invoice, if nothing more happens. */
  upcoming(now: number): ModelInvoice | undefined {
    const known = this.at(now).invoices.length;
    return this.#run(now + 5 * 366 * 86_400_000, { isEnough: (book) => book.invoices.length > known }).invoices[known];
  }

  /** A worker has run. */
  book(now: number): void {
    this.#booked = this.at(now);
  }

  /** Those that have been written down. */
  get issued(): readonly ModelInvoice[] {
    return this.#booked.invoices;
  }

  /** How many are due and not written down. */
  pending(now: number): number {
    return this.at(now).invoices.length - this.#booked.invoices.length;
  }

  /** Whoever changes something finds all that is due written down: it pays nothing that was due before. */
  deposit(now: number, cents: bigint): void {
    this.book(now);
    this.#booked.wallet += cents;
  }

  setTax(now: number, tax: Tax | null): void {
    this.book(now);
    this.tax = tax;
  }

  /** What is due is written down, then the command happens and books what it brings itself. */
  command(now: number, command: Command): void {
    this.book(now);
    this.#booked = this.#run(now, { command });
  }

  #run(until: number, { command, isEnough = () => false }: { command?: Command; isEnough?: (book: Book) => boolean } = {}): Book {
    const book = structuredClone(this.#booked);
    const asked = command === undefined ? [] : [command];
    for (;;) {
      const at = Math.min(asked.length > 0 ? until : NEVER, ...book.subscriptions.map((subscription) => Math.min(nextMoment(subscription), this.#lateMoment(subscription))));
      if (at > until || isEnough(book)) break;
      const isLate = book.subscriptions.some((subscription) => this.#lateMoment(subscription) === at);
      const due: Array<Line[] | undefined> = [];
      for (const subscription of book.subscriptions) while (nextMoment(subscription) === at) due.push(happen(subscription, at));
      if (at === until) due.push(...asked.splice(0).map((one) => apply(book, { at, command: one }, this.zone)));
      if (isLate || due.some((lines) => lines !== undefined && lines.length > 0)) this.#invoice(book, at, due.flatMap((lines) => lines ?? []));
    }
    book.now = until;
    return book;
  }

  /** Late usage of what has stopped is due when its next turn would have been. */
  #lateMoment(subscription: Subscription): number {
    const { status, invoicedAt, stoppedAt, countBefore } = subscription;
    if (status === 'active' || invoicedAt === null) return NEVER;
    if (!usageLines(subscription, this.events, false).some(({ cents }) => cents !== 0n)) return NEVER;
    return stretchAt(countBefore, Math.max(invoicedAt, stoppedAt)).to;
  }

  #invoice(book: Book, date: number, due: readonly Line[]): void {
    const late = book.subscriptions.filter(({ invoicedAt }) => invoicedAt === null || invoicedAt <= date).flatMap((subscription) => usageLines(subscription, this.events, true));
    const lines = [...due, ...late];
    for (const subscription of book.subscriptions) if (lines.some((line) => line.subscription === subscription.id)) subscription.invoicedAt = date;
    const amounts = lines.map(({ cents }) => cents).filter((cents) => cents !== 0n);
    if (amounts.length === 0) return;
    const sum = amounts.reduce((total, cents) => total + cents, 0n);
    const { rate, isInclusive } = this.tax ?? { rate: 0n, isInclusive: false };
    const tax = rounded(sum * rate, isInclusive ? 100_000n + rate : 100_000n);
    const total = isInclusive ? sum : sum + tax;
    const walletCredit = total < book.wallet ? total : book.wallet;
    book.wallet -= walletCredit;
    book.owed += total - walletCredit;
    book.taxes += tax;
    book.invoices.push({ date, lines: inOrder(amounts), subtotal: total - tax, tax, total, walletCredit });
  }
}

export function inOrder(amounts: readonly bigint[]): bigint[] {
  return [...amounts].sort((left, right) => (left < right ? -1 : left > right ? 1 : 0));
}

/** When something happens to the subscription by itself. */
export function nextMoment(subscription: Subscription): number {
  const { status, endsAt, later, period, windows } = subscription;
  if (status === 'ended') return NEVER;
  const own = status === 'active' ? Math.min(period.to, windows.at(-1)?.to ?? NEVER) : NEVER;
  return Math.min(own, endsAt ?? NEVER, later[0]?.at ?? NEVER);
}

/** The beginning of the current period; a pause has periods too. */
export function periodStart({ status, period, count }: Subscription, now: number): number {
  return status === 'active' ? period.from : stretchAt(count, now).from;
}

/** The end of the current period, as things are decided. */
export function periodEnd(subscription: Subscription, now: number): number {
  const { status, period, count, later, endsAt } = subscription;
  const own = status === 'active' ? period.to : stretchAt(count, now).to;
  const cut = later.find(({ to }) => to === 'pause' || to === 'resume' || !isSameCount(planOf(to.plan), planOf(subscription.terms.plan)))?.at;
  return Math.min(own, cut ?? NEVER, endsAt ?? NEVER);
}

/** Usage of the open window. */
export function openUsage(subscription: Subscription, events: ReadonlyArray<{ at: number; units: bigint }>): Used | undefined {
  return subscription.status === 'active' ? usedOf(subscription, events).at(-1) : undefined;
}

/** An invoice stands for it even when it comes to nothing. */
const mark = ({ id }: Subscription): Line => ({ subscription: id, cents: 0n });

function happen(subscription: Subscription, at: number): Line[] {
  const { endsAt, later, period, endMode } = subscription;
  if (endsAt === at) return end(subscription, at, period.to === at ? 'none' : endMode);
  const [next] = later;
  if (next?.at === at) {
    subscription.later = later.slice(1);
    if (next.to === 'pause') return pause(subscription, at, 'none');
    if (next.to === 'resume') return begin(subscription, at);
    closeWindow(subscription, at);
    const goesOn = isSameCount(planOf(next.to.plan), planOf(subscription.terms.plan));
    subscription.terms = next.to;
    if (!goesOn) return begin(subscription, at);
    return turn(subscription, at);
  }
  closeWindow(subscription, at);
  if (period.to === at) return turn(subscription, at);
  openWindow(subscription, at);
  return [mark(subscription)];
}

function turn(subscription: Subscription, at: number): Line[] {
  const lines = [...subscription.pending.splice(0), ...beginPeriod(subscription, at)];
  openWindow(subscription, at);
  return lines;
}

/** A new count of periods. */
function begin(subscription: Subscription, at: number): Line[] {
  subscription.count = newCount(subscription, at, planOf(subscription.terms.plan));
  subscription.status = 'active';
  return turn(subscription, at);
}

function end(subscription: Subscription, at: number, mode: Mode): Line[] {
  const lines = stop(subscription, at, mode);
  subscription.status = 'ended';
  subscription.endsAt = at;
  return lines;
}

function pause(subscription: Subscription, at: number, mode: Mode): Line[] {
  const lines = stop(subscription, at, mode);
  subscription.status = 'paused';
  subscription.count = newCount(subscription, at, planOf(subscription.terms.plan));
  return lines;
}

function stop(subscription: Subscription, at: number, mode: Mode): Line[] {
  if (subscription.status !== 'active') return [];
  [subscription.stoppedAt, subscription.countBefore] = [at, subscription.count];
  const lines = [...subscription.pending.splice(0), ...prorate(subscription, { at, mode, to: null, isEnd: true })];
  return [...lines, ...cutWindow(subscription, at)];
}

/** A window closes before its time: it stands on an invoice, but for one of the trial. */
function cutWindow(subscription: Subscription, at: number): Line[] {
  return closeWindow(subscription, at) && at > subscription.trialEndsAt ? [mark(subscription)] : [];
}

/** How a change prorates: by the plan unless the command says so. Decided with the command, whatever changes until then. */
function modeOf(plan: string, asked: Asking): Mode {
  const { policy } = planOf(plan);
  if (asked !== null && asked !== 'prorate') return asked;
  return asked === 'prorate' && policy === 'none' ? 'by_second' : policy;
}

/** A stop gives nothing back unless the command says so. */
const stopModeOf = ({ terms }: Subscription, asked: Asking): Mode => (asked === null ? 'none' : modeOf(terms.plan, asked));

/** Undefined: nothing takes effect now. */
function apply(book: Book, { at, command }: Asked, zone: string): Line[] | undefined {
  if (command.do === 'subscribe') {
    const subscription = born(command, at, zone);
    book.subscriptions.push(subscription);
    return turn(subscription, at);
  }
  const subscription = book.subscriptions.find(({ id }) => id === command.id) as Subscription;
  return applyTo(subscription, at, command);
}

function applyTo(subscription: Subscription, at: number, command: Exclude<Command, { do: 'subscribe' }>): Line[] | undefined {
  switch (command.do) {
    case 'change':
      return change(subscription, at, command);
    case 'cancel':
      subscription.endMode = stopModeOf(subscription, command.mode);
      if (!command.atPeriodEnd) return end(subscription, at, subscription.endMode);
      subscription.endsAt = periodEnd(subscription, at);
      return undefined;
    case 'pause': {
      const startsAt = command.when === 'now' ? at : periodEnd(subscription, at);
      const resume: Later[] = command.resumesAt === null ? [] : [{ at: command.resumesAt, to: 'resume' }];
      subscription.later = command.when === 'now' ? resume : [{ at: startsAt, to: 'pause' }, ...resume];
      return command.when === 'now' ? pause(subscription, at, stopModeOf(subscription, command.mode)) : undefined;
    }
    case 'resume':
      return resume(subscription, at);
    case 'reactivate':
      subscription.endsAt = null;
      subscription.later = [];
      return begin(subscription, at);
    case 'coupon':
      subscription.coupon = { off: command.coupon, left: command.coupon.periods };
      return undefined;
  }
}

function born(command: Extract<Command, { do: 'subscribe' }>, at: number, zone: string): Subscription {
  const { id, terms, trialDays, anchorAt, coupon } = command;
  const plan = planOf(terms.plan);
  const trialEndsAt = trialDays > 0 ? plusDays(at, trialDays, zone) : at;
  const count: Count = { anchor: anchorAt ?? trialEndsAt, startsAt: at, firstEndsAt: anchorAt === null ? null : trialEndsAt, zone, unit: plan.unit, times: plan.times, isCalendar: plan.isCalendar };
  return {
    id, zone, trialEndsAt, isCalendar: plan.isCalendar, status: 'active', terms, before: { plan: terms.plan, until: NEVER }, charged: terms, count, countBefore: count,
    period: { from: NEVER, to: NEVER, full: { from: NEVER, to: NEVER }, share: { part: 1n, whole: 1n }, paid: {}, off: null, taken: 0n },
    pending: [], windows: [], later: [], endsAt: null, endMode: 'none', coupon: coupon === null ? null : { off: coupon, left: coupon.periods }, invoicedAt: null, stoppedAt: at,
  };
}

/** The terms that a change asks for. */
export function changedTerms(subscription: Subscription, { plan, seats }: { plan: string | null; seats: bigint | null }): Terms {
  const code = plan ?? subscription.terms.plan;
  return { plan: code, seats: planOf(code).seat === null ? 1n : (seats ?? subscription.terms.seats) };
}

function change(subscription: Subscription, at: number, command: Extract<Command, { do: 'change' }>): Line[] | undefined {
  const to = changedTerms(subscription, command);
  const { terms, later } = subscription;
  const keepsLater = to.plan === terms.plan;
  if (command.when === 'period_end') {
    const when = periodEnd(subscription, at);
    subscription.later = [{ at: when, to }, ...later.filter((one) => keepsLater && one.at > when)];
    return undefined;
  }
  // What goes on later with the terms that change, changes with them.
  subscription.later = keepsLater ? later.map((one) => (typeof one.to === 'object' && isSame(one.to, terms) ? { ...one, to } : one)) : [];
  const goesOn = isSameCount(planOf(to.plan), planOf(terms.plan));
  const lines = prorate(subscription, { at, mode: modeOf(to.plan, command.mode), to, isEnd: false });
  if (!goesOn) closeWindow(subscription, at);
  if (subscription.before.until !== at) subscription.before = { plan: terms.plan, until: at };
  subscription.terms = to;
  const begun = goesOn ? goOn(subscription, at, command.isRestart) : begin(subscription, at);
  if (!command.isPutOff) return [...lines, ...begun];
  subscription.pending.push(...lines);
  return begun;
}

/** The period goes on with other terms; what counts usage begins anew if asked to. */
function goOn(subscription: Subscription, at: number, isRestart: boolean): Line[] {
  const open = subscription.windows.at(-1);
  if (open?.from === at) open.opens = subscription.terms.plan;
  if (!isRestart) return [];
  const lines = cutWindow(subscription, at);
  openWindow(subscription, at);
  return lines;
}

const isSame = (left: Terms, right: Terms): boolean => left.plan === right.plan && left.seats === right.seats;

/** Whether the command fits how things stand; else it is refused. */
export function isFitting(book: Book, command: Command): boolean {
  if (command.do === 'subscribe') return true;
  const subscription = book.subscriptions.find(({ id }) => id === command.id) as Subscription;
  const { status, endsAt, later, terms } = subscription;
  const end = status === 'ended' ? NEVER : periodEnd(subscription, book.now);
  const isBeforeEnd = (when: 'now' | 'period_end'): boolean => when === 'now' || end < (endsAt ?? NEVER);
  switch (command.do) {
    case 'change':
      if (status !== 'active' || isSame(changedTerms(subscription, command), terms)) return false;
      return isBeforeEnd(command.when) && !(command.when === 'period_end' && later.some((one) => one.to === 'pause' && one.at === end));
    case 'pause':
      return status === 'active' && isBeforeEnd(command.when);
    case 'cancel':
    case 'coupon':
      return status !== 'ended';
    case 'resume':
      return status === 'paused' || (status === 'active' && (endsAt !== null || later.some(({ to }) => to === 'pause')));
    case 'reactivate':
      return status === 'ended';
  }
}

function resume(subscription: Subscription, at: number): Line[] | undefined {
  if (subscription.status === 'paused') {
    subscription.later = [];
    return begin(subscription, at);
  }
  if (subscription.endsAt !== null) subscription.endsAt = null;
  else subscription.later = [];
  return undefined;
}
