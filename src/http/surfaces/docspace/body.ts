import type { FastifyInstance } from 'fastify';
import { invalidInput, type InputError } from '../../../core/problems.js';

/**
 * How the vendor's platform reads a body: names in any letter case, fields it does not know ignored, numbers also as
 * strings. What cannot be converted is told by its place in the JSON (`$.amount`) and ends the reading; what is out of
 * bounds by the name of the field (`Settings.MinBalance`), all together.
 */
export interface BodyField {
  readonly value: unknown;
  /** Where it stands in the JSON: `$.settings.minBalance`. */
  readonly path: string;
  /** What the vendor calls it: `Settings.MinBalance`. */
  readonly name: string;
}

type Bounds = { readonly least: number; readonly most: number };

const INT32 = { least: -(2 ** 31), most: 2 ** 31 - 1 };
const EMAIL = /^[^@\s]+@[^@\s]+$/;

/** Takes JSON as text, read by `readBody`, and refuses every other kind of body with 415. */
export function takeJsonText(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(/^(application\/([\w.+-]+\+)?json|text\/json)\s*(;|$)/i, { parseAs: 'string' }, (_request, body, done) => done(null, body));
}

/** The fields of a body; undefined when there is none or it is null. @throws Refusal `invalid_request`. */
export function readBody(body: unknown): BodyReader | undefined {
  const text = typeof body === 'string' ? body.trim() : '';
  if (text === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw invalidInput([{ pointer: '/$', detail: 'The body is not valid JSON. Path: $.' }]);
  }
  return value === null ? undefined : new BodyReader({ value, path: '$', name: '' });
}

/** The fields of a body that must be there. @throws Refusal `invalid_request`. */
export function readNeededBody(body: unknown): BodyReader {
  const reader = readBody(body);
  if (reader === undefined) throw invalidInput([{ pointer: '/', detail: 'A non-empty request body is required.' }]);
  return reader;
}

export class BodyReader {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #of: BodyField;
  readonly #errors: InputError[] = [];

  /** @throws Refusal `invalid_request` unless it is an object. */
  constructor(of: BodyField) {
    if (typeof of.value !== 'object' || of.value === null || Array.isArray(of.value)) throw unreadable(of, 'an object');
    this.#fields = of.value as Readonly<Record<string, unknown>>;
    this.#of = of;
  }

  /** The field of this name, in any letter case; of several the last. */
  field(name: string): BodyField | undefined {
    const key = Object.keys(this.#fields).findLast((candidate) => candidate.toLowerCase() === name.toLowerCase());
    if (key === undefined) return undefined;
    const prefix = this.#of.name === '' ? '' : `${this.#of.name}.`;
    return { value: this.#fields[key], path: `${this.#of.path}.${key}`, name: `${prefix}${name[0]?.toUpperCase() ?? ''}${name.slice(1)}` };
  }

  /** A whole number; 0 when it is not there, as on the vendor's platform, and then out of most bounds. */
  integer(name: string, bounds: Bounds): number {
    const field = this.field(name);
    const number = field === undefined ? 0 : integerOf(field);
    if (number < bounds.least || number > bounds.most) this.fault(name, `must be between ${bounds.least} and ${bounds.most}.`);
    return number;
  }

  /** An amount, also as text; 0 when it is not there, as on the vendor's platform, and then out of most bounds. */
  amount(name: string, bounds: Bounds): number {
    const value = this.field(name)?.value ?? 0;
    const number = typeof value === 'number' ? value : typeof value === 'string' && /^-?\d{1,15}(\.\d{1,15})?$/.test(value) ? Number(value) : undefined;
    const field = this.field(name);
    if (field !== undefined && number === undefined) throw unreadable(field, 'System.Decimal');
    if (number === undefined || number < bounds.least || number > bounds.most) this.fault(name, `must be between ${bounds.least} and ${bounds.most}.`);
    return number ?? 0;
  }

  /** Texts in a list; none when it is not there or null. */
  texts(name: string): string[] {
    const field = this.field(name);
    if (field === undefined || field.value === null) return [];
    const items: unknown[] = Array.isArray(field.value) ? field.value : [field];
    if (!items.every((item) => typeof item === 'string')) throw unreadable(field, 'a list of System.String');
    return items;
  }

  /** True or false, not as text; false when it is not there. */
  flag(name: string): boolean {
    const field = this.field(name);
    if (field === undefined) return false;
    if (typeof field.value !== 'boolean') throw unreadable(field, 'System.Boolean');
    return field.value;
  }

  /** Text; undefined when it is not there, null or empty. */
  text(name: string): string | undefined {
    const field = this.field(name);
    if (field === undefined || field.value === null) return undefined;
    if (typeof field.value !== 'string') throw unreadable(field, 'System.String');
    return field.value.trim() === '' ? undefined : field.value;
  }

  /** One of the vendor's words by its name in any letter case, or by its number, also as text; the first when it is not there. */
  choice<const Word extends string>(name: string, words: readonly [Word, ...Word[]]): Word {
    const field = this.field(name);
    if (field === undefined) return words[0];
    const text = typeof field.value === 'string' || typeof field.value === 'number' ? String(field.value).trim().toLowerCase() : '';
    const word = words.find((candidate, number) => candidate.toLowerCase() === text || String(number) === text);
    if (word === undefined) throw unreadable(field, `one of ${words.join(', ')}`);
    return word;
  }

  neededText(name: string): string {
    const text = this.text(name);
    if (text === undefined) this.#add(name, `The ${titleOf(name)} field is required.`);
    return text ?? '';
  }

  neededUrl(name: string): string {
    const text = this.neededText(name);
    if (text !== '' && !isUrl(text)) this.#add(name, urlFault(name));
    return text;
  }

  neededEmail(name: string): string {
    const text = this.neededText(name);
    if (text !== '' && !EMAIL.test(text)) this.#add(name, `The ${titleOf(name)} field is not a valid e-mail address.`);
    return text;
  }

  /** Names with whole numbers, as in `{"admin": 5}`; null only where it may be. */
  quantities(name: string): Array<readonly [string, number | null]> {
    const field = this.field(name);
    if (field === undefined || field.value === null) return [];
    if (typeof field.value !== 'object' || Array.isArray(field.value)) throw unreadable(field, 'a dictionary of System.Int32');
    return Object.entries(field.value).map(([key, value]) => [key, value === null ? null : integerOf({ value: value as unknown, path: `${field.path}.${key}`, name: field.name })] as const);
  }

  /** "The field MinBalance must be …". */
  fault(name: string, rule: string): void {
    this.#add(name, `The field ${titleOf(name)} ${rule}`);
  }

  /** @throws Refusal `invalid_request` with every fault found. */
  done(): void {
    if (this.#errors.length > 0) throw invalidInput(this.#errors);
  }

  #add(name: string, detail: string): void {
    const prefix = this.#of.name === '' ? '' : `${this.#of.name}/`;
    this.#errors.push({ pointer: `/${prefix}${titleOf(name)}`, detail });
  }
}

/** An address that the vendor takes: of the web or of FTP, with a host. */
export function isUrl(text: string): boolean {
  return /^(https?|ftp):\/\/[^\s/]/i.test(text) && URL.canParse(text);
}

export function urlFault(name: string): string {
  return `The ${titleOf(name)} field is not a valid fully-qualified http, https, or ftp URL.`;
}

export function titleOf(name: string): string {
  return `${name[0]?.toUpperCase() ?? ''}${name.slice(1)}`;
}

function integerOf(field: BodyField): number {
  const { value } = field;
  const number = typeof value === 'number' ? value : typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : undefined;
  if (number === undefined || !Number.isInteger(number) || number < INT32.least || number > INT32.most) throw unreadable(field, 'System.Int32');
  return number;
}

function unreadable(field: BodyField, kind: string): Error {
  return invalidInput([{ pointer: `/${field.path}`, detail: `The JSON value could not be converted to ${kind}. Path: ${field.path}.` }]);
}
