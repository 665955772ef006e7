import { decideConsume, idTaken, type ConsumeAsked, type Consumed } from './consume.js';
import type { UsageEvent } from './event.js';
import type { CustomerFacts } from './facts.js';
import type { GateAnswer } from './gate.js';
import type { Instant } from './instant.js';
import type { Meter } from './meter.js';
import { Refusal } from './problems.js';
import type { CountedIn, Member, WindowBook } from './window-book.js';
import { matchEvent, type Match, type UsageWindow } from './window.js';

/** An event on its way in with the windows that it would count in, or a use that the gate has to decide. */
export type Incoming =
  | { readonly type: 'event'; readonly event: UsageEvent; readonly matches: readonly Match[] }
  | { readonly type: 'consume'; readonly consume: ConsumeAsked };

export type Intake =
  | { readonly status: 'accepted'; readonly countedIn: readonly CountedIn[] }
  | { readonly status: 'duplicate' }
  /** Decided by the gate, now or when the same id came first. */
  | { readonly status: 'decided'; readonly answer: GateAnswer }
  | { readonly status: 'refused'; readonly refusal: Refusal };

/** An event that was not there before; with what the gate answered, when a consume made it. */
export interface NewEvent {
  readonly event: UsageEvent;
  readonly answer?: GateAnswer;
}

export interface IntakeDecision {
  /** One per incoming item, in order. */
  readonly intakes: readonly Intake[];
  readonly newEvents: readonly NewEvent[];
  readonly windows: readonly UsageWindow[];
  readonly members: readonly Member[];
}

/** What the gate needs to decide; a customer of whom only events come in has none. */
export interface GateContext {
  /** Windows come from the book. */
  readonly facts: CustomerFacts;
  readonly at: Instant;
  readonly metersOf: (eventName: string) => readonly Meter[];
}

export interface IntakeInput {
  readonly incoming: readonly Incoming[];
  /** Of an event that is there already: what the gate had answered, null when it was reported. Undefined: it is not there. */
  readonly known: (eventId: string) => GateAnswer | null | undefined;
  readonly book: WindowBook;
  readonly gate: GateContext | null;
}

/**
 * Takes a customer's items in order of arrival. An event whose id is known, from before or from earlier in the same batch,
 * is a duplicate and changes nothing; every other is accepted and counted wherever it matches. A use is decided on all that
 * was counted before it; one that is allowed becomes an event under its own id, one that is not leaves nothing.
 */
export function decideIntake(input: IntakeInput): IntakeDecision {
  const { book } = input;
  const seen = new Map<string, GateAnswer | null>();
  const newEvents: NewEvent[] = [];
  const before = (id: string): GateAnswer | null | undefined => (seen.has(id) ? seen.get(id) : input.known(id));
  const take = (event: UsageEvent, answer: GateAnswer | null): void => {
    seen.set(event.id, answer);
    newEvents.push(answer === null ? { event } : { event, answer });
  };
  const intakes = input.incoming.map((item): Intake => {
    if (item.type === 'event') {
      if (before(item.event.id) !== undefined) return { status: 'duplicate' };
      take(item.event, null);
      return { status: 'accepted', countedIn: book.countMatches(item.matches) };
    }
    const { id } = item.consume;
    const earlier = before(id);
    if (earlier === null) return { status: 'refused', refusal: idTaken(id) };
    if (earlier !== undefined) return { status: 'decided', answer: earlier };
    const consumed = consume(input, item.consume);
    if (consumed instanceof Refusal) return { status: 'refused', refusal: consumed };
    if (consumed.event !== null) {
      take(consumed.event, consumed.answer);
      book.countMatches(matchEvent(consumed.subscriptions, consumed.event));
    }
    return { status: 'decided', answer: consumed.answer };
  });
  return { intakes, newEvents, windows: book.changedWindows(), members: book.newMembers() };
}

/** A refusal concerns this item alone: the others of the batch go on. */
function consume({ gate, book }: IntakeInput, asked: ConsumeAsked): (Consumed & Pick<CustomerFacts, 'subscriptions'>) | Refusal {
  if (gate === null) throw new Error('a use came in of a customer whose facts are not there');
  try {
    return { ...decideConsume({ ...gate.facts, windows: book.rows() }, asked, gate), subscriptions: gate.facts.subscriptions };
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}
