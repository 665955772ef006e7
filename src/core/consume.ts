import { isPositive, parseDecimal } from './decimal.js';
import { meterFault, propertiesFault, type UsageEvent } from './event.js';
import type { CustomerFacts } from './facts.js';
import { decideUse, type GateAnswer, type GateQuestion } from './gate.js';
import { eventOfUse } from './held-usage.js';
import type { Instant } from './instant.js';
import type { Meter } from './meter.js';
import { nameFault } from './name.js';
import type { Refusal} from './problems.js';
import { invalidInput, pointerToken, type InputError } from './problems.js';

/** Check and record in one step: the event takes `id`, so that the same id counts once, however often it is sent. */
export interface ConsumeAsked {
  readonly id: string;
  readonly question: GateQuestion;
}

/** The answer, with the event that it made; a "no" makes none. */
export interface Consumed {
  readonly answer: GateAnswer;
  readonly event: UsageEvent | null;
}

/** A question to the gate as the API takes it. */
export interface QuestionInput {
  readonly feature: string;
  /** 1 unless told. */
  readonly quantity?: string | undefined;
  readonly partial?: boolean | undefined;
  readonly properties?: Readonly<Record<string, unknown>> | undefined;
}

/** `hasFeature` tells whether the catalog knows a code. @throws Refusal `invalid_request` naming each wrong field. */
export function parseQuestion(input: QuestionInput, hasFeature: (code: string) => boolean): GateQuestion {
  const errors: InputError[] = [];
  if (!hasFeature(input.feature)) errors.push({ pointer: '/feature', detail: `there is no feature "${input.feature}"` });
  const quantity = parseDecimal(input.quantity ?? '1');
  if (quantity === undefined || quantity.lt(0)) errors.push({ pointer: '/quantity', detail: 'must be a decimal string, not negative' });
  const wrong = propertiesFault(input.properties ?? {});
  if (wrong !== undefined) errors.push(wrong);
  if (errors.length > 0 || quantity === undefined) throw invalidInput(errors);
  return { feature: input.feature, quantity, properties: input.properties ?? {}, isPartial: input.partial ?? false };
}

/** As parseQuestion, for what is to be recorded. @throws Refusal `invalid_request`. */
export function parseConsume(input: QuestionInput & { readonly id: string }, hasFeature: (code: string) => boolean): ConsumeAsked {
  const wrong = nameFault(input.id);
  if (wrong !== undefined) throw invalidInput([{ pointer: '/id', detail: wrong }]);
  const question = parseQuestion(input, hasFeature);
  if (!isPositive(question.quantity)) throw invalidInput([{ pointer: '/quantity', detail: 'must be above zero: use "check" to ask without using' }]);
  return { id: input.id, question };
}

/** Decides on the facts as they are, with everything counted that came before. @throws Refusal `invalid_request`. */
export function decideConsume(facts: CustomerFacts, asked: ConsumeAsked, context: { at: Instant; metersOf: (eventName: string) => readonly Meter[] }): Consumed {
  const { id, question } = asked;
  const { at } = context;
  const { answer, meter } = decideUse(facts, question, at);
  if (!answer.isAllowed) return { answer, event: null };
  if (meter === null) throw invalidInput([{ pointer: '/feature', detail: `"${question.feature}" is not counted by sum or by count in any plan that the customer has: there is nothing to record. Use "check"` }]);
  const meters = metersTaking(meter, context.metersOf);
  if (question.isPartial && meters.some(({ aggregation, property }) => aggregation === 'unique' && property === meter.property)) throw invalidInput([{ pointer: '/partial', detail: 'is not offered where another meter of the event tells its quantities apart' }]);
  const event = eventOfUse(meter, { id, quantity: answer.quantity, properties: question.properties, at });
  if (event === undefined) throw new Error('a use above zero made no event');
  const wrong = meterFault(event, meters);
  if (wrong !== undefined) throw invalidInput([wrong]);
  return { answer, event };
}

/** All that count the events of a meter: itself, whether or not it is known yet beside its plan, and others. */
export function metersTaking(meter: Meter, metersOf: (eventName: string) => readonly Meter[]): readonly Meter[] {
  const known = metersOf(meter.eventName);
  return known.some(({ code }) => code === meter.code) ? known : [meter, ...known];
}

/** The refusal of an id under which usage was reported before: there is no answer to give again. */
export function idTaken(id: string): Refusal {
  return invalidInput([{ pointer: '/id', detail: `"${pointerToken(id)}" is the id of an event that was reported, not consumed: it has counted already` }]);
}
