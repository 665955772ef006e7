import { parseConsume, parseQuestion, type QuestionInput } from '../core/consume.js';
import { decideGate, type GateAnswer, type GateQuestion } from '../core/gate.js';
import type { CustomerFacts } from '../core/facts.js';
import type { Instant } from '../core/instant.js';
import { Refusal } from '../core/problems.js';
import type { BillingState } from '../core/state.js';
import { findCustomerId } from './customer.js';
import type { Engine } from './engine.js';
import { remediesFor, type Remedy } from './remedy.js';
import { readPresentFacts } from './state.js';

/** What the gate says, at a revision of the customer, and what would lift a "no", cheapest first. */
export interface GateReading {
  readonly answer: GateAnswer;
  readonly revision: number;
  readonly remedies: readonly Remedy[];
}

/** What to look for beside the answer. */
export interface GateOptions {
  readonly hasRemedies: boolean;
}

/** Answers several questions about one customer from one reading of its state. @throws Refusal `not_found`, `invalid_request`. */
export async function checkFeatures(engine: Engine, name: string, asked: { inputs: readonly QuestionInput[]; options: GateOptions }): Promise<GateReading[]> {
  const questions = await readQuestions(engine, asked.inputs, parseQuestion);
  const { state, facts, at } = await readPresentFacts(engine, name);
  const readings: GateReading[] = [];
  for (const [index, question] of questions.entries()) {
    const answer = within(asked.inputs.length > 1 ? `/checks/${index}` : '', () => answerTo(question, { state, facts, at }));
    const remedies = answer.isAllowed || !asked.options.hasRemedies ? [] : await remediesFor(engine, { state, facts, question, answer });
    readings.push({ answer, revision: state.revision, remedies });
  }
  return readings;
}

/** A state is remembered only as long as nothing changes, by the clock neither: so long the same question has the same answer. */
const answers = new WeakMap<BillingState, Map<string, GateAnswer>>();
const MAX_ANSWERS = 64;

function answerTo(question: GateQuestion, { state, facts, at }: { state: BillingState; facts: CustomerFacts; at: Instant }): GateAnswer {
  const known = answers.get(state) ?? new Map<string, GateAnswer>();
  answers.set(state, known);
  const key = JSON.stringify([question.feature, question.quantity.toFixed(), question.isPartial, question.properties]);
  const earlier = known.get(key);
  if (earlier !== undefined) return earlier;
  const answer = decideGate(facts, question, at);
  if (known.size >= MAX_ANSWERS) known.clear();
  known.set(key, answer);
  return answer;
}

/** Checks and records in one atomic step. @throws Refusal `not_found`, `invalid_request`. */
export async function consumeFeature(engine: Engine, name: string, input: QuestionInput & { readonly id: string; readonly options: GateOptions }): Promise<GateReading> {
  const customerId = await findCustomerId(engine, name);
  const [consume] = await readQuestions(engine, [input], parseConsume);
  if (consume === undefined) throw new Error('a question was lost');
  const [recorded] = await engine.events.submit([{ customerId, consume }]);
  if (recorded === undefined) throw new Refusal('not_found', 'There is no such customer.');
  if (recorded.status === 'refused') throw recorded.refusal;
  if (recorded.status !== 'decided') throw new Error('a use was taken for a reported event');
  const { answer, revision } = recorded;
  const remedies = answer.isAllowed || !input.options.hasRemedies ? [] : await remediesNow(engine, customerId, consume.question);
  return { answer, revision, remedies };
}

/** The store has moved on since the "no": what would lift it now. */
async function remediesNow(engine: Engine, customerId: string, question: GateQuestion): Promise<readonly Remedy[]> {
  const { state, facts, at } = await readPresentFacts(engine, customerId);
  const answer = decideGate(facts, question, at);
  return answer.isAllowed ? [] : remediesFor(engine, { state, facts, question, answer });
}

/** A feature that this process has not heard of may be new. */
async function readQuestions<Input extends QuestionInput, Read>(engine: Engine, inputs: readonly Input[], parse: (input: Input, hasFeature: (code: string) => boolean) => Read): Promise<Read[]> {
  const hasFeature = (code: string): boolean => engine.catalog.feature(code) !== undefined;
  if (inputs.some(({ feature }) => !hasFeature(feature))) await engine.catalog.refresh();
  return inputs.map((input, index) => within(inputs.length > 1 ? `/checks/${index}` : '', () => parse(input, hasFeature)));
}

/** Pointers of a refusal inside `work` are relative to `pointer`. */
function within<Result>(pointer: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Refusal) || pointer === '') throw error;
    throw new Refusal(error.slug, `${pointer}: ${error.message}`, error.errors.map((fault) => ({ ...fault, pointer: `${pointer}${fault.pointer}` })));
  }
}
