import { FOREVER, instantText, latest, type Instant } from './instant.js';
import type { Plan } from './plan.js';
import { Refusal, invalidInput, type InputError } from './problems.js';
import { termsFaults } from './subscription-change.js';
import { EARLIEST_START, LATEST_START, type SubscriptionStatus } from './subscription.js';

/** The phases of a subscription that somebody plans before there is one: drafted until it is started, then what it was started with. */
export interface Timeline {
  readonly id: string;
  readonly customerId: string;
  /** The plan that it is about; what is sold when is up to the items. */
  readonly planId: string;
  /** The subscription that it was started as; null for a draft. */
  readonly subscriptionId: string | null;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

/** A drafted phase, from its start (in) to its end (out; FOREVER where none follows). */
export interface TimelineItem {
  readonly id: string;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  readonly planId: string;
  readonly quantities: Readonly<Record<string, string>>;
  readonly multipliers: Readonly<Record<string, string>>;
  readonly createdAt: Instant;
}

/** An item as it is asked for. */
export interface TimelineItemAsked extends Omit<TimelineItem, 'id' | 'planId' | 'createdAt'> {
  readonly plan: Plan;
}

export type TimelineStatus = 'draft' | 'pending' | 'active' | 'completed';

/** As many phases as a subscription may be made with. */
const MAX_ITEMS = 100;

/** What a timeline is, told from the subscription that it was started as. */
export function timelineStatus({ subscriptionId }: Pick<Timeline, 'subscriptionId'>, subscription: SubscriptionStatus | undefined): TimelineStatus {
  if (subscriptionId === null) return 'draft';
  switch (subscription) {
    case undefined:
      throw new Error('a timeline that was started has a subscription');
    case 'scheduled':
      return 'pending';
    case 'canceled':
      return 'completed';
    case 'trialing':
    case 'active':
    case 'paused':
      return 'active';
  }
}

/**
 * Whether the items may follow those that are there: each where the one before ends, the last one alone without an end.
 * @throws Refusal `phase_conflict` once the timeline was started; `invalid_request` with pointers such as `/items/0/ends_at`.
 */
export function checkItems(input: { timeline: Timeline; existing: readonly TimelineItem[]; currency: Plan['currency'] | undefined; added: readonly TimelineItemAsked[] }): void {
  const { timeline, existing, added } = input;
  refuseStarted(timeline);
  const errors: InputError[] = [];
  const currency = input.currency ?? added[0]?.plan.currency;
  let before: Pick<TimelineItem, 'startsAt' | 'endsAt'> | undefined = existing.at(-1);
  for (const [index, item] of added.entries()) {
    const pointer = `/items/${index}`;
    errors.push(...periodFaults(item, before).map((fault) => ({ ...fault, pointer: `${pointer}${fault.pointer}` })));
    errors.push(...termsFaults({ ...item, overage: true }).map((fault) => ({ ...fault, pointer: `${pointer}${fault.pointer}` })));
    if (item.plan.currency !== currency) errors.push({ pointer: `${pointer}/plan`, detail: `is priced in ${item.plan.currency}, what comes before in ${currency ?? ''}: a subscription has one currency` });
    before = item;
  }
  if (existing.length + added.length > MAX_ITEMS) errors.push({ pointer: '/items', detail: `a timeline has ${MAX_ITEMS} items at most` });
  if (errors.length > 0) throw invalidInput(errors);
}

function periodFaults({ startsAt, endsAt }: TimelineItemAsked, before: Pick<TimelineItem, 'startsAt' | 'endsAt'> | undefined): InputError[] {
  const bounds = `must lie between ${instantText(EARLIEST_START)} and ${instantText(LATEST_START)}`;
  const errors: InputError[] = [];
  if (startsAt < EARLIEST_START || startsAt > LATEST_START) errors.push({ pointer: '/starts_at', detail: bounds });
  if (endsAt !== FOREVER && endsAt > LATEST_START) errors.push({ pointer: '/ends_at', detail: bounds });
  if (endsAt <= startsAt) errors.push({ pointer: '/ends_at', detail: 'must lie after the start' });
  if (before === undefined || before.endsAt === startsAt) return errors;
  return [...errors, { pointer: '/starts_at', detail: before.endsAt === FOREVER ? 'the item before has no end: nothing can follow it' : `must be ${instantText(before.endsAt)}, where the item before ends: ${startsAt < before.endsAt ? 'items may not overlap' : 'there may be no gap'}` }];
}

/** What a timeline is started with. */
export interface TimelineStart {
  readonly timeline: Timeline;
  readonly items: readonly TimelineItem[];
  /** From when on; what lies before it is passed over. */
  readonly from: Instant;
}

/**
 * The items from a moment on, the one in force then begun with it.
 * @throws Refusal `phase_conflict` when the timeline was started before, is empty or is over by then.
 */
export function itemsFrom({ timeline, items, from }: TimelineStart): readonly [TimelineItem, ...TimelineItem[]] {
  refuseStarted(timeline);
  const [first, ...rest] = items.filter(({ endsAt }) => endsAt > from);
  if (first === undefined) {
    const last = items.at(-1);
    throw new Refusal('phase_conflict', last === undefined ? 'The timeline has no items: add some, then start it.' : `The timeline ended at ${instantText(last.endsAt)}.`);
  }
  return [{ ...first, startsAt: latest(first.startsAt, from) }, ...rest];
}

/**
 * What follows terms that are in force from now on: the end of those terms (FOREVER for none) and the items that have not begun.
 * @throws Refusal `phase_conflict` as itemsFrom.
 */
export function itemsAfter(start: TimelineStart): { readonly endsAt: Instant; readonly items: readonly TimelineItem[] } {
  const [first, ...rest] = itemsFrom(start);
  return first.startsAt > start.from ? { endsAt: first.startsAt, items: [first, ...rest] } : { endsAt: first.endsAt, items: rest };
}

function refuseStarted({ subscriptionId }: Timeline): void {
  if (subscriptionId !== null) throw new Refusal('phase_conflict', `The timeline was started as subscription ${subscriptionId}: that can be changed, the timeline cannot.`);
}
