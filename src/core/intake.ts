import type { UsageEvent } from './event.js';
import type { CountedIn, Member, WindowBook } from './window-book.js';
import type { Match, UsageWindow } from './window.js';

/** An event on its way in, with the windows that it would count in. */
export interface IncomingEvent {
  readonly event: UsageEvent;
  readonly matches: readonly Match[];
}

export type Intake =
  | { readonly status: 'accepted'; readonly countedIn: readonly CountedIn[] }
  | { readonly status: 'duplicate' };

export interface IntakeDecision {
  /** One per incoming event, in order. */
  readonly intakes: readonly Intake[];
  readonly newEvents: readonly UsageEvent[];
  readonly windows: readonly UsageWindow[];
  readonly members: readonly Member[];
}

/**
 * Takes a customer's events in order of arrival: one whose id is known, from before or from earlier in the same
 * batch, is a duplicate and changes nothing; every other is accepted and counted wherever it matches.
 */
export function decideIntake(input: { incoming: readonly IncomingEvent[]; isKnown: (eventId: string) => boolean; book: WindowBook }): IntakeDecision {
  const seen = new Set<string>();
  const newEvents: UsageEvent[] = [];
  const intakes = input.incoming.map(({ event, matches }): Intake => {
    if (seen.has(event.id) || input.isKnown(event.id)) return { status: 'duplicate' };
    seen.add(event.id);
    newEvents.push(event);
    return { status: 'accepted', countedIn: input.book.countMatches(matches) };
  });
  return { intakes, newEvents, windows: input.book.changedWindows(), members: input.book.newMembers() };
}
