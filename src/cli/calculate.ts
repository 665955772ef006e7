import { Option } from 'commander';
import type { TSchema } from 'typebox';
import {
  calculateBurn, calculateProration, calculateRollover, calculateTax,
  type AmountQuestion, type BurnQuestion, type PeriodsQuestion, type ProrationQuestion, type RolloverQuestion, type TaxQuestion,
} from '../core/calculate.js';
import { Refusal } from '../core/problems.js';
import { AmountBody, BurnBody, PeriodsBody, ProrationBody, RolloverBody, TaxBody, amountView, periodsView } from '../http/calculate.js';
import { validatorCompiler } from '../http/validate.js';
import { Misuse } from './exit.js';
import { QUESTIONS, bodyOf, longName, placeOf, type Fault, type QuestionFlag, type QuestionName } from './question.js';
import { tableText } from './table.js';

/** Flags of `paidup calculate <question>`, as they were written: these, and the question's own. */
export interface CalculateFlags extends Readonly<Record<string, string | true | undefined>> {
  readonly json?: true;
  readonly jsonInput?: string;
}

/** A body as it was given, not checked yet, and how its giver wrote what a pointer into it means. */
interface Asked {
  readonly body: unknown;
  readonly faults: readonly Fault[];
  place(pointer: string): string;
}

/** What the validator says of a body, as far as it is read here. */
interface ShapeFault {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: Record<string, unknown>;
  readonly message?: string | undefined;
}

/** A question's shape, the same as at the API's door, and what to say to it: the API's answer, and lines for people. */
interface Calculator {
  faultsOf(body: unknown): readonly ShapeFault[];
  /** @throws Refusal `invalid_request`. */
  answer(body: unknown): { readonly json: object; readonly text: string };
}

const CALCULATORS: Readonly<Record<QuestionName, () => Calculator>> = {
  amount: () => calculator<AmountQuestion, ReturnType<typeof amountView>>({ schema: AmountBody, answer: amountView, text: amountText }),
  periods: () => calculator<PeriodsQuestion, ReturnType<typeof periodsView>>({ schema: PeriodsBody, answer: periodsView, text: periodsText }),
  proration: () =>
    calculator<ProrationQuestion, ReturnType<typeof calculateProration>>({
      schema: ProrationBody,
      answer: calculateProration,
      text: ({ credit, charge, net }, { currency }) => moneyLines({ credit, charge, net }, currency),
    }),
  rollover: () =>
    calculator<RolloverQuestion, ReturnType<typeof calculateRollover>>({
      schema: RolloverBody,
      answer: calculateRollover,
      text: (answer) => wordedLines([['carried on', answer.carry], ['then available', answer.next_available]]),
    }),
  burn: () => calculator<BurnQuestion, ReturnType<typeof calculateBurn>>({ schema: BurnBody, answer: calculateBurn, text: burnText }),
  tax: () =>
    calculator<TaxQuestion, ReturnType<typeof calculateTax>>({
      schema: TaxBody,
      answer: calculateTax,
      text: ({ subtotal, tax, total }, { currency }) => moneyLines({ subtotal, tax, total }, currency),
    }),
};

/** Answers one question from the rules alone: no store, no server. @throws Misuse that names every fault of the question. */
export async function calculate(name: QuestionName, input: string | undefined, flags: CalculateFlags): Promise<void> {
  const asked = await readAsked(name, input, flags);
  const calculator = CALCULATORS[name]();
  const faults = [...asked.faults, ...shapeFaults(calculator.faultsOf(asked.body), asked)];
  if (faults.length > 0) throw misuseOf(faults);
  const { json, text } = answerOf(calculator, asked);
  process.stdout.write(flags.json === true ? `${JSON.stringify(json)}\n` : text);
}

/** The question out of --json-input, standard input or flags, of which only one may hold it. */
async function readAsked(name: QuestionName, input: string | undefined, flags: CalculateFlags): Promise<Asked> {
  if (input !== undefined && input !== '-') throw new Misuse(`"${input}" is not understood: ask by flags, by --json-input, or by - for JSON on standard input`);
  const known: readonly QuestionFlag[] = QUESTIONS[name];
  const given = new Map<QuestionFlag, string | true>();
  for (const flag of known) {
    const value = flags[new Option(flag.flag).attributeName()];
    if (value !== undefined) given.set(flag, value);
  }
  const sources = [...(input === undefined ? [] : ['-']), ...(flags.jsonInput === undefined ? [] : ['--json-input'])];
  const mixed = [...sources, ...[...given.keys()].map(longName)];
  if (sources.length > 0 && mixed.length > 1) throw new Misuse(`${sources[0]} holds the whole question: leave out ${mixed.slice(1).join(', ')}`);
  if (input !== undefined) return documentOf(await standardInput(), 'standard input');
  if (flags.jsonInput !== undefined) return documentOf(flags.jsonInput, '--json-input');
  return { ...bodyOf(known, given), place: (pointer) => placeOf(known, given, pointer) };
}

function documentOf(text: string, source: string): Asked {
  const place = (pointer: string): string => (pointer === '' ? source : pointer);
  try {
    return { body: JSON.parse(text) as unknown, faults: [], place };
  } catch (error) {
    throw misuseOf([{ place: source, detail: text.trim() === '' ? 'is empty' : `is not JSON: ${(error as Error).message}` }]);
  }
}

async function standardInput(): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

function calculator<Question, Answer extends object>(of: {
  schema: TSchema;
  answer: (question: Question) => Answer;
  text: (answer: Answer, question: Question) => string;
}): Calculator {
  const check = validatorCompiler({ schema: of.schema, httpPart: 'body', method: 'POST', url: '/v1/calculate' });
  return {
    faultsOf: (body) => (check(body) === true ? [] : (check.errors ?? [])),
    answer(body) {
      const question = body as Question;
      const json = of.answer(question);
      return { json, text: of.text(json, question) };
    },
  };
}

function answerOf(calculator: Calculator, asked: Asked): ReturnType<Calculator['answer']> {
  try {
    return calculator.answer(asked.body);
  } catch (error) {
    if (!(error instanceof Refusal) || error.errors.length === 0) throw error;
    throw misuseOf(error.errors.map(({ pointer, detail }) => ({ place: asked.place(pointer), detail })));
  }
}

/** What the validator found, a sentence for each place; what was wrong with a flag already is not told again. */
function shapeFaults(found: readonly ShapeFault[], asked: Asked): Fault[] {
  const choices = new Set(found.filter(({ keyword }) => keyword === 'anyOf').map(({ instancePath }) => instancePath));
  const details = new Map<string, Set<string>>();
  for (const fault of found) {
    // Both only say that one of the faults within is one.
    if (fault.keyword === 'anyOf' || fault.keyword === 'if') continue;
    const pointer = fault.keyword === 'required' ? `${fault.instancePath}/${String(fault.params['missingProperty'])}` : fault.instancePath;
    details.set(pointer, (details.get(pointer) ?? new Set()).add(detailOf(fault)));
  }
  // Where a choice of shapes fails further in, one shape was meant, and what the others ask for says nothing.
  const isMisled = (pointer: string): boolean => choices.has(pointer) && [...details.keys()].some((other) => other.startsWith(`${pointer}/`));
  return [...details]
    .filter(([pointer]) => !isMisled(pointer))
    .map(([pointer, each]) => ({ place: asked.place(pointer), detail: [...each].join(choices.has(pointer) ? ' or ' : ' and ') }))
    .filter(({ place }) => !asked.faults.some((known) => known.place === place));
}

function detailOf({ keyword, params, message }: ShapeFault): string {
  if (keyword === 'required') return 'is needed';
  if (keyword === 'enum') return `must be one of ${(params['allowedValues'] as string[]).join(', ')}`;
  if (keyword === 'const') return `must be "${String(params['allowedValue'])}"`;
  return message ?? 'is not valid';
}

/** On one line, whatever the input held. */
function misuseOf(faults: readonly Fault[]): Misuse {
  const text = faults.map(({ place, detail }) => `${place}: ${detail}`).join('; ');
  return new Misuse(text.replace(/\p{Cc}+/gu, ' '));
}

function amountText({ amount, lines }: ReturnType<typeof amountView>, { currency }: AmountQuestion): string {
  const rows = lines.map((line) => [line.description, line.quantity, line.unit_amount ?? '-', line.amount]);
  const table = rows.length === 0 ? '' : `${tableText(['LINE', 'QUANTITY', 'UNIT AMOUNT', 'AMOUNT'], rows)}\n`;
  return `${table}${moneyLines({ amount }, currency)}`;
}

/** What was taken of each credit, in order, then those that nothing was taken of. */
function burnText({ used, remaining, uncovered }: ReturnType<typeof calculateBurn>): string {
  const left = new Map(remaining.map(({ id, amount }) => [id, amount]));
  const taken = new Set(used.map(({ id }) => id));
  const rows = [...used.map(({ id, amount }) => [id, amount, left.get(id) ?? '0']), ...remaining.filter(({ id }) => !taken.has(id)).map(({ id, amount }) => [id, '0', amount])];
  return `${tableText(['CREDIT', 'USED', 'LEFT'], rows)}\n${wordedLines([['uncovered', uncovered]])}`;
}

function periodsText({ periods }: ReturnType<typeof periodsView>): string {
  return tableText(['START', 'END'], periods.map(({ start, end }) => [start, end]));
}

/** Amounts of one currency under each other, by what they are called. */
function moneyLines(amounts: Readonly<Record<string, string>>, currency: string): string {
  return wordedLines(Object.entries(amounts).map(([name, amount]) => [name, `${amount} ${currency.toUpperCase()}`]));
}

/** Names and values; the values end below each other. */
function wordedLines(pairs: ReadonlyArray<readonly [name: string, value: string]>): string {
  const widest = (column: 0 | 1): number => Math.max(...pairs.map((pair) => pair[column].length));
  const [left, right] = [widest(0), widest(1)];
  return pairs.map(([name, value]) => `${name.padEnd(left)}  ${value.padStart(right)}\n`).join('');
}
