import type { UsageEvent } from './event.js';
import { FOREVER, type Instant } from './instant.js';
import { EMPTY_TALLY, tallyEvent, type Tally } from './meter.js';
import type { UsagePrice } from './plan.js';
import { carriedInto, compareWindows, matchEvent, seriesText, windowText, windowUsage, type Match, type UsageWindow, type WindowUsage } from './window.js';
import type { Subscription } from './subscription.js';

/** What one event did to one window. */
export interface CountedIn {
  readonly subscriptionId: string;
  readonly price: UsagePrice;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  readonly usage: WindowUsage;
}

/** A value that a `unique` price has now seen in a window. */
export interface Member {
  readonly subscriptionId: string;
  readonly priceCode: string;
  readonly dimensionKey: string;
  readonly startsAt: Instant;
  readonly member: string;
}

/**
 * The windows of one customer while events are counted into them: begun with the rows that the store holds, asked
 * at the end for what changed. The outcome does not depend on the order in which events are counted.
 */
export class WindowBook {
  readonly #series = new Map<string, UsageWindow[]>();
  readonly #changed = new Set<string>();
  /** Tallies by combination of dimension values, of each window of a dimensional price. */
  readonly #spans = new Map<string, Map<string, Tally>>();
  readonly #members = new Map<string, Member>();
  readonly #newMembers: Member[] = [];

  /** `windows` must hold, of each series touched, the row in force at the earliest event and all later ones. */
  constructor(windows: readonly UsageWindow[], members: readonly Member[]) {
    for (const window of [...windows].sort(compareWindows)) {
      this.#rows(seriesText(window)).push(window);
      this.#keepSpan(window);
    }
    for (const member of members) this.#members.set(memberText(member), member);
  }

  /** Counts the event wherever it matches and tells what it did, window by window. */
  count(subscriptions: readonly Subscription[], event: UsageEvent): CountedIn[] {
    return this.countMatches(matchEvent(subscriptions, event));
  }

  countMatches(matches: readonly Match[]): CountedIn[] {
    return matches.map((match) => {
      const row = this.#add(match);
      return {
        subscriptionId: match.subscription.id,
        price: match.price,
        startsAt: match.window.startsAt,
        endsAt: match.window.endsAt,
        usage: windowUsage(match.price, this.#siblings(match, row), row.carried),
      };
    });
  }

  /** Rows that are new or not as they were, in a total order. */
  changedWindows(): UsageWindow[] {
    return this.rows().filter((window) => this.#changed.has(windowText(window))).sort(compareWindows);
  }

  allWindows(): UsageWindow[] {
    return this.rows().sort(compareWindows);
  }

  /** All rows in no order, for deciding between two events. */
  rows(): UsageWindow[] {
    return [...this.#series.values()].flat();
  }

  newMembers(): Member[] {
    return this.#newMembers;
  }

  #add(match: Match): UsageWindow {
    const rows = this.#rows(seriesText(match.series));
    const index = this.#indexOf(rows, match);
    const row = rows[index];
    if (row === undefined) throw new Error('a window was not opened');
    const isNewMember = this.#remember(match, row);
    const tally = tallyEvent({ aggregation: match.price.meter.aggregation, tally: row.tally, measurement: match.measurement, isNewMember });
    const counted = this.#put(rows, index, { ...row, tally });
    this.#carryOn(rows, index, match);
    return counted;
  }

  /** The position of the match's window in its series; a window that has no row yet is opened. */
  #indexOf(rows: UsageWindow[], match: Match): number {
    const { window, series } = match;
    const found = rows.findLastIndex((row) => row.startsAt <= window.startsAt);
    if (rows[found]?.startsAt === window.startsAt) return found;
    const before = rows[found];
    const opened: UsageWindow = {
      ...series,
      startsAt: window.startsAt,
      supersededAt: rows[found + 1]?.startsAt ?? FOREVER,
      tally: EMPTY_TALLY,
      carried: carriedInto({ subscription: match.subscription, price: match.price, window, last: before }),
      settled: null,
    };
    rows.splice(found + 1, 0, opened);
    if (before !== undefined) this.#put(rows, found, { ...before, supersededAt: window.startsAt });
    return found + 1;
  }

  /** A change in one window changes what later ones carry, where the price rolls over. */
  #carryOn(rows: UsageWindow[], from: number, match: Match): void {
    for (let index = from + 1; index < rows.length; index += 1) {
      const row = rows[index] as UsageWindow;
      const carried = carriedInto({ subscription: match.subscription, price: match.price, window: row, last: rows[index - 1] });
      if (carried.eq(row.carried)) return;
      this.#put(rows, index, { ...row, carried });
    }
  }

  #remember(match: Match, row: UsageWindow): boolean {
    if (match.measurement.member === null) return true;
    const member: Member = { ...match.series, startsAt: row.startsAt, member: match.measurement.member };
    const key = memberText(member);
    if (this.#members.has(key)) return false;
    this.#members.set(key, member);
    this.#newMembers.push(member);
    return true;
  }

  /** The tallies of all combinations of dimension values of the match's window. */
  #siblings(match: Match, row: UsageWindow): UsageWindow['tally'][] {
    if (match.series.dimensionKey === '') return [row.tally];
    return [...(this.#spans.get(spanText(row))?.values() ?? [])];
  }

  #rows(key: string): UsageWindow[] {
    let rows = this.#series.get(key);
    if (rows === undefined) {
      rows = [];
      this.#series.set(key, rows);
    }
    return rows;
  }

  #put(rows: UsageWindow[], index: number, window: UsageWindow): UsageWindow {
    rows[index] = window;
    this.#changed.add(windowText(window));
    this.#keepSpan(window);
    return window;
  }

  #keepSpan(window: UsageWindow): void {
    if (window.dimensionKey === '') return;
    const span = this.#spans.get(spanText(window)) ?? new Map<string, Tally>();
    this.#spans.set(spanText(window), span.set(window.dimensionKey, window.tally));
  }
}

/** The windows and members that follow from all events of a customer: what the store's rows must equal. */
export function deriveWindows(subscriptions: readonly Subscription[], events: Iterable<UsageEvent>): { windows: UsageWindow[]; members: Member[] } {
  const book = new WindowBook([], []);
  for (const event of events) book.count(subscriptions, event);
  return { windows: book.allWindows(), members: book.newMembers() };
}


function spanText(window: UsageWindow): string {
  return `${window.subscriptionId}\n${window.priceCode}\n${window.startsAt}`;
}

function memberText(member: Member): string {
  return `${seriesText(member)}\n${member.startsAt}\n${member.member}`;
}
