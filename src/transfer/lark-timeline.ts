import { FOREVER, instantText, parseInstant, type Instant } from '../core/instant.js';
import { ReadFailure, type LarkApi, type LarkSubscription, type LarkTimelineItem } from '../reader/lark-api.js';
import type { CarriedCard } from './lark-catalog.js';
import type { Tally } from './tally.js';

/** A stretch of a subscription that is to come. */
export interface ComingPhase {
  readonly plan: string;
  readonly quantities: LarkTimelineItem['quantities'];
  readonly multipliers: LarkTimelineItem['multipliers'];
  readonly ends_at?: string;
}

/** What follows the terms in force: when these end, and what comes then. */
export interface Course {
  readonly ends_at?: string;
  readonly phases?: readonly ComingPhase[];
}

/** What is to come of the subscriptions that timelines have made. */
export class LarkTimelines {
  readonly #source: LarkApi;
  readonly #ids = new Map<string, string>();

  private constructor(source: LarkApi) {
    this.#source = source;
  }

  /** Reads them all; what has not been started is listed. @throws ReadFailure. */
  static async read(source: LarkApi, tally: Tally): Promise<LarkTimelines> {
    const timelines = new LarkTimelines(source);
    const found = await source.timelines().catch((error: unknown) => {
      // An older system has none.
      if (error instanceof ReadFailure && (error.status === 404 || error.status === 405)) return [];
      throw error;
    });
    for (const { id, subjectId, subscriptionId, status } of found) {
      if (subscriptionId !== null) timelines.#ids.set(subscriptionId, id);
      else if (status !== 'completed') tally.lost('timeline', id, { reason: `a ${status} of ${subjectId} that has not been started: make it anew with POST /subscription-timelines` });
    }
    return timelines;
  }

  /** The items of the timeline that made the subscription, in order of time; none where no timeline did. @throws ReadFailure. */
  async itemsOf({ id }: LarkSubscription): Promise<LarkTimelineItem[]> {
    const timeline = this.#ids.get(id);
    return timeline === undefined ? [] : this.#source.timelineItems(timeline);
  }
}

/**
 * What comes after the terms in force at `now`, of items in order of time. Undefined for what a subscription cannot be: its
 * items leave a gap, or one is of a card that was not carried.
 */
export function courseOf(items: readonly LarkTimelineItem[], now: Instant, planOf: (cardId: string) => CarriedCard | null | undefined): Course | undefined {
  const current = items.findIndex(({ end }) => momentOf(end) > now);
  const first = items[current];
  if (first === undefined) return {};
  const phases: ComingPhase[] = [];
  let until = momentOf(first.end);
  for (const { start, end, cardId, quantities, multipliers } of items.slice(current + 1)) {
    const plan = planOf(cardId)?.planCode;
    if (plan == null || momentOf(start) !== until) return undefined;
    until = momentOf(end);
    phases.push({ plan, quantities, multipliers, ...endOf(until) });
  }
  return { ...endOf(momentOf(first.end)), ...(phases.length === 0 ? {} : { phases }) };
}

function endOf(until: Instant): { ends_at?: string } {
  return until === FOREVER ? {} : { ends_at: instantText(until) };
}

function momentOf(text: string | null): Instant {
  return text === null ? FOREVER : (parseInstant(text) ?? FOREVER);
}
