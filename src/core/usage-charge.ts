import { isUnbilled, justBefore, type Cursor, type Span } from './charge.js';
import { ZERO } from './decimal.js';
import { latest } from './instant.js';
import { subtractMoney, type Money } from './money.js';
import { periodContaining, type IndexedPeriod } from './period.js';
import { usagePrices, type UsagePrice } from './plan.js';
import { isInTrial, phaseAt, turnAt, usagePriceAt, usageWindowAt, type Phase, type Subscription, type Turn } from './subscription.js';
import { priceUsage, type PriceUsage } from './usage.js';
import type { Settled, UsageWindow } from './window.js';

/** What a closed window cost: all of it, or what late usage adds to what was invoiced before. */
export interface UsageCharge {
  readonly kind: 'usage' | 'adjustment';
  /** Whether the window was invoiced before, and only what is known of it has changed. */
  readonly isLate: boolean;
  readonly usage: PriceUsage;
  /** The billing period that the window began in. */
  readonly turn: Turn;
  readonly amount: Money;
  /** What the window had cost when it was invoiced; null for one that was not. */
  readonly before: PriceUsage | null;
  /** The rows that this settles. */
  readonly rows: readonly UsageWindow[];
}

/** A closed window and the terms that price it: those in force when it closed. */
interface ClosedWindow {
  readonly price: UsagePrice;
  readonly window: IndexedPeriod;
}

/** The windows that closed in the span, priced by the rows of the subscription; and late usage of those that closed before. */
export function usageCharges(subscription: Subscription, rows: readonly UsageWindow[], span: Span): UsageCharge[] {
  const own = rows.filter((row) => row.subscriptionId === subscription.id);
  return [...closedCharges(subscription, own, span), ...lateCharges(subscription, own, span.after)];
}

/** The windows that closed in the span, priced by the subscription's own rows. */
export function closedCharges(subscription: Subscription, rows: readonly UsageWindow[], span: Span): UsageCharge[] {
  return closedWindows(subscription, span).map(({ price, window }) => closedCharge({ subscription, price, window, rows }));
}

/** The windows that close in the span. */
function closedWindows(subscription: Subscription, span: Span): ClosedWindow[] {
  const codes = new Set(subscription.phases.flatMap((phase) => usagePrices(phase.plan).map((price) => price.code)));
  return [...codes].flatMap((code) => closedWindowsOf(subscription, code, span));
}

function closedWindowsOf(subscription: Subscription, code: string, { after, upTo }: Span): ClosedWindow[] {
  const closed: ClosedWindow[] = [];
  // One moment earlier: a change at the cursor's own moment may have closed a window there.
  let at = after === null ? subscription.startsAt : latest(subscription.startsAt, justBefore(after.at));
  while (at < upTo && at < subscription.endsAt) {
    const phase = phaseAt(subscription, at);
    const price = phase.isPaused ? undefined : usagePriceAt(subscription, code, at);
    if (price === undefined) {
      at = phase.endsAt;
      continue;
    }
    const window = usageWindowAt(subscription, price, at);
    if (window.endsAt > upTo) break;
    const terms = usagePriceAt(subscription, code, justBefore(window.endsAt)) ?? price;
    const revision = cutRevision(subscription, terms, window);
    if (isUnbilled(after, window.endsAt, revision)) closed.push({ price: terms, window });
    at = window.endsAt;
  }
  return closed;
}

/** Number of the first change that closed the window early; 0 when its time had come. */
function cutRevision(subscription: Subscription, price: UsagePrice, window: IndexedPeriod): number {
  const schedule = phaseAt(subscription, window.startsAt).windows.get(price.code);
  if (schedule !== undefined && periodContaining(schedule, window.startsAt).endsAt === window.endsAt) return 0;
  const begins = (phase: Phase): boolean => (phase.windows.get(price.code)?.startsAt ?? phase.startsAt) === phase.startsAt;
  const cuts = subscription.phases.filter((phase) => phase.startsAt === window.endsAt && phase.startsAt > window.startsAt && begins(phase)).map((phase) => phase.revision);
  if (window.endsAt === subscription.endsAt && subscription.ending !== null) cuts.push(subscription.ending.revision);
  return cuts.length === 0 ? 0 : Math.min(...cuts);
}

/** A window that was cut, invoiced and went on (over the whole lifetime) costs what it has come to since. */
function closedCharge(input: { subscription: Subscription; price: UsagePrice; window: IndexedPeriod; rows: readonly UsageWindow[] }): UsageCharge {
  const { subscription, price, window } = input;
  const rows = input.rows.filter((row) => row.priceCode === price.code);
  const own = rows.filter((row) => row.startsAt === window.startsAt);
  const common = { subscription, phase: phaseAt(subscription, justBefore(window.endsAt)), price, window };
  const usage = priceUsage({ ...common, rows });
  const turn = turnOf(subscription, window);
  if (!own.some((row) => row.settled !== null)) return { kind: 'usage', isLate: false, usage, turn, amount: usage.amount, before: null, rows: own };
  const before = priceUsage({ ...common, rows: own.map(asSettled) });
  return { kind: 'adjustment', isLate: false, usage, turn, amount: subtractMoney(usage.amount, before.amount), before, rows: own };
}

/** What usage that was reported after its window was invoiced has changed. */
export function lateCharges(subscription: Subscription, rows: readonly UsageWindow[], after: Cursor | null): UsageCharge[] {
  if (after === null) return [];
  const seen = new Set<string>();
  return rows.flatMap((row) => {
    if (row.startsAt >= after.at || !isChanged(row)) return [];
    const key = `${row.priceCode} ${row.startsAt}`;
    if (seen.has(key)) return [];
    seen.add(key);
    const price = usagePriceAt(subscription, row.priceCode, row.startsAt);
    if (price === undefined) return [];
    const window = usageWindowAt(subscription, price, row.startsAt);
    if (window.endsAt > after.at || isInTrial(subscription, justBefore(window.endsAt))) return [];
    const siblings = rows.filter((other) => other.priceCode === row.priceCode && other.startsAt === row.startsAt);
    return lateCharge({ subscription, price: usagePriceAt(subscription, row.priceCode, justBefore(window.endsAt)) ?? price, window, rows: siblings, after });
  });
}

function lateCharge(input: { subscription: Subscription; price: UsagePrice; window: IndexedPeriod; rows: readonly UsageWindow[]; after: Cursor }): UsageCharge[] {
  const { subscription, price, window, rows, after } = input;
  // One that a change closed at the cursor's own moment is charged as closed, not as late.
  if (isUnbilled(after, window.endsAt, cutRevision(subscription, price, window))) return [];
  const common = { subscription, phase: phaseAt(subscription, justBefore(window.endsAt)), price, window };
  const usage = priceUsage({ ...common, rows });
  const before = priceUsage({ ...common, rows: rows.map(asSettled) });
  return [{ kind: 'adjustment', isLate: true, usage, before, turn: turnOf(subscription, window), amount: subtractMoney(usage.amount, before.amount), rows }];
}

/** The row as it was when it was invoiced; one that was opened since had counted nothing. */
export function asSettled(row: UsageWindow): UsageWindow {
  const { used, carried } = settledOf(row);
  return { ...row, tally: { ...row.tally, used }, carried };
}

function settledOf(row: UsageWindow): Settled {
  return row.settled ?? { used: ZERO, carried: row.carried };
}

/** Whether the row says something else than when it was invoiced. */
export function isChanged(row: UsageWindow): boolean {
  const { used, carried } = settledOf(row);
  return !used.eq(row.tally.used) || !carried.eq(row.carried);
}

function turnOf(subscription: Subscription, window: IndexedPeriod): Turn {
  return turnAt(subscription, phaseAt(subscription, window.startsAt), window.startsAt);
}
