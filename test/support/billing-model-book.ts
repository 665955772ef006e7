import { ALL, partOf, rounded, stretchAt, type Count, type Part, type Stretch } from './billing-model-calendar.js';
import { PLANS, type ModelPlan, type Off } from './billing-model-plans.js';

/** What the billing model remembers of a subscription, and the money of it: fixed prices, parts of periods, usage. */

export type Mode = 'by_second' | 'by_day' | 'difference' | 'none';

export interface Terms {
  readonly plan: string;
  readonly seats: bigint;
}

export interface Period extends Stretch {
  readonly full: Stretch;
  readonly share: Part;
  /** Cents paid so far, by code of the price. */
  readonly paid: Record<string, bigint>;
  /** What a coupon takes off; null: none does. */
  readonly off: Off | null;
  /** Cents that its amount has taken off so far. */
  taken: bigint;
}

export interface Window extends Stretch {
  /** Plan at its beginning: what carries in goes by it. */
  opens: string;
  /** Plan at its end: what it costs goes by it. */
  closes: string;
  /** What a coupon takes off, percent. */
  readonly percent: bigint;
  /** Cents invoiced for it, and taken off again by a coupon. */
  billed: bigint;
  taken: bigint;
  /** What it said when an invoice looked at it last, whether or not it cost anything. */
  seen: string | null;
}

/** What is decided to happen later. */
export interface Later {
  readonly at: number;
  readonly to: Terms | 'pause' | 'resume';
}

export interface Subscription {
  readonly id: string;
  readonly zone: string;
  readonly trialEndsAt: number;
  readonly isCalendar: boolean;
  status: 'active' | 'paused' | 'ended';
  terms: Terms;
  /** The plan that was in force just before the last change of terms, and when that was. */
  before: { readonly plan: string; readonly until: number };
  /** The terms that the current period was last charged by. */
  charged: Terms;
  count: Count;
  /** How periods were counted when it was last active. */
  countBefore: Count;
  period: Period;
  /** Lines of changes that wait for the next turn. */
  pending: Line[];
  /** The last one is open while the subscription is active. */
  windows: Window[];
  later: Later[];
  endsAt: number | null;
  endMode: Mode;
  coupon: { readonly off: Off; left: number | null } | null;
  /** Date of its last invoice. */
  invoicedAt: number | null;
  /** When it was active last. */
  stoppedAt: number;
}

/** An amount on an invoice; one over nothing shows only that there is an invoice. */
export interface Line {
  readonly subscription: string;
  readonly cents: bigint;
}

export function planOf(code: string): ModelPlan {
  const plan = PLANS.find((candidate) => candidate.code === code);
  if (plan === undefined) throw new Error(`the model sells no ${code}`);
  return plan;
}

export function isSameCount(left: ModelPlan, right: ModelPlan): boolean {
  return left.unit === right.unit && left.times === right.times;
}

interface Item {
  readonly code: string;
  readonly quantity: bigint;
  readonly each: bigint;
}

function items({ plan, seats }: Terms): Item[] {
  const { base, seat } = planOf(plan);
  return [{ code: 'base', quantity: 1n, each: base }, ...(seat === null ? [] : [{ code: 'seat', quantity: seats, each: seat }])];
}

/** Millionths of a euro for a whole interval. */
function totalOf(terms: Terms): bigint {
  return items(terms).reduce((sum, { quantity, each }) => sum + quantity * each, 0n);
}

const centsOf = (item: Item, { part, whole }: Part): bigint => rounded(item.quantity * item.each * part, whole * 10_000n);

const isTrial = (subscription: Subscription, at: number): boolean => at < subscription.trialEndsAt;

export function newCount(subscription: Subscription, at: number, plan: ModelPlan): Count {
  const { zone, isCalendar, trialEndsAt } = subscription;
  return { anchor: Math.max(at, trialEndsAt), startsAt: at, firstEndsAt: null, zone, unit: plan.unit, times: plan.times, isCalendar };
}

/** A line, and what a percentage takes off it. */
function withDiscount(subscription: Subscription, cents: bigint): Line[] {
  const percent = subscription.period.off?.percent ?? 0n;
  return [cents, -rounded(cents * percent, 100n)].map((amount) => ({ subscription: subscription.id, cents: amount }));
}

/** What an amount takes off the fixed prices of a period, together; `came`: what lines of them came to. No more than they cost. */
function amountOff(subscription: Subscription, terms: Terms, of: { share: Part; came: Record<string, bigint> }): bigint {
  const { share, came } = of;
  const amount = subscription.period.off?.amount ?? 0n;
  if (amount < totalOf(terms)) return rounded(amount * share.part, share.whole * 10_000n);
  return items(terms).reduce((sum, item) => sum + (came[item.code] ?? centsOf(item, share)), 0n);
}

/** The next billing period begins: its prices in advance, unless it lies in the trial. */
export function beginPeriod(subscription: Subscription, at: number): Line[] {
  const { count, terms, zone, id } = subscription;
  const { to, full } = stretchAt(count, at);
  const { policy } = planOf(terms.plan);
  const share = at === full.from || policy === 'none' ? ALL : partOf({ from: at, full, policy, zone });
  const isFree = isTrial(subscription, at);
  subscription.charged = terms;
  subscription.period = { from: at, to, full, share, paid: {}, off: isFree ? null : offFor(subscription), taken: 0n };
  if (isFree) return [];
  const { paid } = subscription.period;
  const lines = items(terms).flatMap((item) => withDiscount(subscription, (paid[item.code] = centsOf(item, share))));
  subscription.period.taken = amountOff(subscription, terms, { share, came: paid });
  return [...lines, { subscription: id, cents: -subscription.period.taken }];
}

/** A coupon covers so many periods, each that begins, even one that lasts no time. */
function offFor({ coupon }: Subscription): Off | null {
  if (coupon === null || coupon.left === 0) return null;
  if (coupon.left !== null) coupon.left -= 1;
  return coupon.off;
}

/** What a change in the period gives back and, where the period goes on, charges. `to` null: the period ends here. */
export function prorate(subscription: Subscription, change: { at: number; mode: Mode; to: Terms | null; isEnd: boolean }): Line[] {
  const { at, mode, to } = change;
  const { period, charged, zone } = subscription;
  if (mode === 'none' || isTrial(subscription, at)) return [];
  if (mode === 'difference' && (change.isEnd || to === null || totalOf(to) <= totalOf(charged))) return [];
  const share = mode === 'difference' ? period.share : partOf({ from: at, full: period.full, policy: mode, zone });
  const goesOn = to !== null && isSameCount(planOf(to.plan), planOf(charged.plan));
  const [given, taken] = goesOn ? different(items(charged), items(to)) : [items(charged), []];
  const isPair = taken.some((item) => centsOf(item, share) > 0n);
  const credits = given.map((item) => {
    const all = centsOf(item, share);
    const paid = period.paid[item.code] ?? 0n;
    // No more is given back than was paid.
    return { code: item.code, cents: -(mode === 'difference' && isPair ? all : all < paid ? all : paid > 0n ? paid : 0n) };
  });
  const charges = taken.map((item) => ({ code: item.code, cents: centsOf(item, share) }));
  const amounts = [...credits, ...charges];
  for (const { code, cents } of amounts) period.paid[code] = (period.paid[code] ?? 0n) + cents;
  if (to !== null) subscription.charged = to;
  const lines = amounts.filter(({ cents }) => cents !== 0n).flatMap(({ cents }) => withDiscount(subscription, cents));
  const came = (list: typeof credits): Record<string, bigint> => Object.fromEntries(list.map(({ code, cents }) => [code, cents < 0n ? -cents : cents]));
  const off = goesOn ? amountOff(subscription, to, { share, came: came(charges) }) : 0n;
  const back = putBack(period, amountOff(subscription, charged, { share, came: came(credits) }) - off);
  return [...lines, ...(back === 0n ? [] : [{ subscription: subscription.id, cents: back }])];
}

/** What a change puts back of a discount: not more than there was, nor so little that more is given back than was paid. */
function putBack(period: Period, wanted: bigint): bigint {
  const paid = Object.values(period.paid).reduce((sum, cents) => sum + cents, 0n) - period.taken;
  const least = wanted + paid < 0n ? -paid : wanted;
  const back = least > period.taken ? period.taken : least;
  period.taken -= back;
  return back;
}

/** Those that the change leaves as they are stand on no invoice. */
function different(old: Item[], now: Item[]): [Item[], Item[]] {
  const isIn = (list: Item[]) => (item: Item) => list.some((other) => other.code === item.code && other.quantity === item.quantity && other.each === item.each);
  return [old.filter((item) => !isIn(now)(item)), now.filter((item) => !isIn(old)(item))];
}

// --- Usage ---------------------------------------------------------------------------------------------------

export function openWindow(subscription: Subscription, at: number): void {
  const plan = planOf(subscription.terms.plan);
  const count: Count = plan.isMonthly ? { ...subscription.count, unit: 'month', times: 1 } : subscription.count;
  subscription.windows.push({ from: at, to: stretchAt(count, at).to, opens: plan.code, closes: plan.code, percent: subscription.period.off?.percent ?? 0n, billed: 0n, taken: 0n, seen: null });
}

/** Terms that lasted no time price nothing. A window that lasted no time was none; tells whether there was one. */
export function closeWindow(subscription: Subscription, at: number): boolean {
  const open = subscription.windows.pop();
  if (open === undefined || open.from === at) return false;
  subscription.windows.push({ ...open, to: at, closes: subscription.before.until === at ? subscription.before.plan : subscription.terms.plan });
  return true;
}

export interface Used {
  readonly window: Window;
  readonly carried: bigint;
  readonly used: bigint;
}

/** carry = min(cap, included + carried - used), not below 0; window by window. */
export function usedOf(subscription: Subscription, events: ReadonlyArray<{ readonly at: number; readonly units: bigint }>): Used[] {
  const all: Used[] = [];
  for (const window of subscription.windows) {
    const before = all.at(-1);
    const { cap, included } = planOf(window.opens);
    const unused = before === undefined ? 0n : planOf(before.window.closes).included + before.carried - before.used;
    const left = unused > 0n ? unused : 0n;
    const most = cap === null ? 0n : cap === 'all' ? left : 'units' in cap ? cap.units : cap.multiple * included;
    const used = events.reduce((sum, event) => (event.at >= window.from && event.at < window.to ? sum + event.units : sum), 0n);
    all.push({ window, carried: left < most ? left : most, used });
  }
  return all;
}

/** What a closed window has come to, in cents; and what its coupon takes off. */
export function costOf(subscription: Subscription, { window, carried, used }: Used): { cost: bigint; off: bigint } {
  if (isTrial(subscription, window.to - 1)) return { cost: 0n, off: 0n };
  const { included, each, flat } = planOf(window.closes);
  const over = used - included - carried;
  const exact = flat + (over > 0n ? over * each : 0n);
  const cost = rounded(exact, 10_000n);
  return { cost, off: rounded(exact * (100n - window.percent), 1_000_000n) - cost };
}

/** How what closed windows cost differs from what they were invoiced for; `bill` says that it is invoiced now. */
export function usageLines(subscription: Subscription, events: ReadonlyArray<{ readonly at: number; readonly units: bigint }>, bill: boolean): Line[] {
  const { id, invoicedAt } = subscription;
  const closed = usedOf(subscription, events).slice(0, subscription.status === 'active' ? -1 : undefined);
  return closed.flatMap((one) => {
    const { window, used, carried } = one;
    const { cost, off } = costOf(subscription, one);
    const amounts = [cost - window.billed, off - window.taken].filter((cents) => cents !== 0n);
    const says = `${used} ${carried}`;
    // Late usage of a trial is nothing to anybody.
    const isLooked = used > 0n && says !== window.seen && (!isTrial(subscription, window.to - 1) || window.to > (invoicedAt ?? 0));
    if (bill) [window.billed, window.taken, window.seen] = [cost, off, isLooked ? says : window.seen];
    return [...amounts, ...(isLooked ? [0n] : [])].map((cents) => ({ subscription: id, cents }));
  });
}
