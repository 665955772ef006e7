/** The questions of `paidup calculate`, their flags, and the bodies of the API that flags amount to. */

/** A flag, and where in the API's body its value goes. */
export interface QuestionFlag {
  /** As commander takes it. */
  readonly flag: string;
  /** JSON pointer. */
  readonly pointer: string;
  /** Of the flags with the same word only one may be given. */
  readonly choice?: string;
  /** How its text is read; a flag without one is text, or true when it takes none. */
  readonly form?: Form;
  /** What else it says: values by their pointers. */
  readonly beside?: Readonly<Record<string, string>>;
}

interface Form {
  readonly must: string;
  /** Undefined when the text is not of this form. */
  read(text: string): unknown;
}

/** A thing wrong with a question: the flag or the pointer, and a sentence. */
export interface Fault {
  readonly place: string;
  readonly detail: string;
}

const WHOLE: Form = {
  must: 'must be a whole number',
  read: (text) => (/^\d{1,15}$/.test(text) ? Number(text) : undefined),
};

const JSON_TEXT: Form = {
  must: 'must be JSON',
  read(text) {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return undefined;
    }
  },
};

const INTERVAL: Form = {
  must: 'must be a number of days, weeks, months or years, such as month or "3 months"',
  read(text) {
    const match = /^(?:(\d{1,15}) +)?(day|week|month|year)s?$/.exec(text.trim());
    return match === null ? undefined : { unit: match[2], count: Number(match[1] ?? '1') };
  },
};

const CURRENCY: QuestionFlag = { flag: '--currency <code>', pointer: '/currency' };
const TIMEZONE: QuestionFlag = { flag: '--timezone <zone>', pointer: '/timezone' };

/** The flags of each question, in the order in which missing ones are told. */
export const QUESTIONS = {
  amount: [
    CURRENCY,
    { flag: '--quantity <n>', pointer: '/quantity' },
    { flag: '--per-unit <amount>', pointer: '/price/model/amount', beside: { '/price/model/type': 'per_unit' }, choice: 'model' },
    { flag: '--model <json>', pointer: '/price/model', form: JSON_TEXT, choice: 'model' },
    { flag: '--included <n>', pointer: '/price/included' },
    { flag: '--minimum <amount>', pointer: '/price/minimum' },
    { flag: '--maximum <amount>', pointer: '/price/maximum' },
    { flag: '--already-billed <n>', pointer: '/already_billed_quantity' },
  ],
  periods: [
    { flag: '--anchor <at>', pointer: '/anchor' },
    { flag: '--interval <length>', pointer: '/interval', form: INTERVAL },
    TIMEZONE,
    { flag: '--alignment <word>', pointer: '/alignment' },
    { flag: '--starts-at <at>', pointer: '/starts_at' },
    { flag: '--count <n>', pointer: '/count', form: WHOLE, choice: 'which' },
    { flag: '--containing <at>', pointer: '/containing', choice: 'which' },
  ],
  proration: [
    CURRENCY,
    { flag: '--start <at>', pointer: '/period/start' },
    { flag: '--end <at>', pointer: '/period/end' },
    { flag: '--at <at>', pointer: '/at' },
    { flag: '--old <amount>', pointer: '/old_amount' },
    { flag: '--new <amount>', pointer: '/new_amount' },
    { flag: '--policy <word>', pointer: '/policy' },
    TIMEZONE,
  ],
  rollover: [
    { flag: '--included <n>', pointer: '/included' },
    { flag: '--used <n>', pointer: '/used' },
    { flag: '--carried <n>', pointer: '/carried' },
    { flag: '--cap-units <n>', pointer: '/cap/units', choice: 'cap' },
    { flag: '--cap-multiple <n>', pointer: '/cap/multiple', choice: 'cap' },
    { flag: '--next-included <n>', pointer: '/next_included' },
  ],
  burn: [
    { flag: '--credits <json>', pointer: '/credits', form: JSON_TEXT },
    { flag: '--use <amount>', pointer: '/use' },
    { flag: '--at <at>', pointer: '/at' },
  ],
  tax: [
    CURRENCY,
    { flag: '--subtotal <amount>', pointer: '/subtotal' },
    { flag: '--rate <percent>', pointer: '/rate_percent' },
    { flag: '--inclusive', pointer: '/inclusive' },
  ],
} as const satisfies Readonly<Record<string, readonly QuestionFlag[]>>;

export type QuestionName = keyof typeof QUESTIONS;

/** The name that people write: --per-unit. */
export function longName({ flag }: QuestionFlag): string {
  return flag.split(' ')[0] ?? flag;
}

/** The body that some flags amount to, and the faults of those that cannot be read or do not go together. */
export function bodyOf(known: readonly QuestionFlag[], given: ReadonlyMap<QuestionFlag, string | true>): { body: object; faults: Fault[] } {
  const body = {};
  const faults: Fault[] = [];
  for (const flag of known) {
    const value = given.get(flag);
    // An object that every question has is there even when nothing is in it yet: what is missing in it is named.
    if (value === undefined && flag.choice === undefined) parentOf(body, flag.pointer);
    if (value === undefined) continue;
    const chosen = [...given.keys()].find(({ choice }) => choice !== undefined && choice === flag.choice);
    if (chosen !== undefined && chosen !== flag) {
      faults.push({ place: longName(flag), detail: `may not stand beside ${longName(chosen)}` });
      continue;
    }
    const read = flag.form === undefined || value === true ? value : flag.form.read(value);
    if (read === undefined) faults.push({ place: longName(flag), detail: flag.form?.must ?? '' });
    put(body, flag.pointer, read);
    for (const [pointer, text] of Object.entries(flag.beside ?? {})) put(body, pointer, text);
  }
  return { body, faults };
}

/** The flag that a pointer into the body means: the one that was given, else those that might have been. */
export function placeOf(known: readonly QuestionFlag[], given: ReadonlyMap<QuestionFlag, string | true>, pointer: string): string {
  const giver = [...given.keys()].find((flag) => isWithin(pointer, flag.pointer));
  if (giver !== undefined) return `${longName(giver)}${pointer === giver.pointer ? '' : ` at ${pointer.slice(giver.pointer.length)}`}`;
  const missing = known.filter((flag) => isWithin(flag.pointer, pointer));
  return missing.length === 0 ? pointer : missing.map(longName).join(' or ');
}

function isWithin(inner: string, outer: string): boolean {
  return inner === outer || inner.startsWith(`${outer}/`);
}

function put(body: object, pointer: string, value: unknown): void {
  parentOf(body, pointer)[pointer.slice(pointer.lastIndexOf('/') + 1)] = value;
}

/** The object that holds what a pointer points at, made when it is not there. */
function parentOf(body: object, pointer: string): Record<string, unknown> {
  let parent = body as Record<string, unknown>;
  for (const name of pointer.split('/').slice(1, -1)) parent = (parent[name] ??= {}) as Record<string, unknown>;
  return parent;
}
