import { Big } from 'big.js';

/** A value as it came over the wire. A number literal that a double cannot give back is kept as its text. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** A field that may be missing altogether. */
export type Maybe = Json | undefined;

const literals = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;
const decimalText = /^-?\d{1,100}(?:\.\d{1,100})?(?:[eE][+-]?\d{1,2})?$/;

/**
 * Parses JSON so that no digit of an amount is lost: `186.420` and `9007199254740993` become strings,
 * `12` and `186.42` stay numbers. Throws SyntaxError.
 */
export function parseJson(source: string): Json {
  JSON.parse(source);
  const exact = source.replace(literals, (literal) =>
    literal.startsWith('"') || String(Number(literal)) === literal ? literal : `"${literal}"`,
  );
  return JSON.parse(exact) as Json;
}

/** Whether the value is a JSON object: neither null nor a list. */
export function isRecord(value: Maybe): value is { [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The named field of an object; undefined when it is missing, or when the value is no object. */
export function field(value: Maybe, name: string): Maybe {
  return isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** The items of a list; none when the value is no list. */
export function items(value: Maybe): Json[] {
  return Array.isArray(value) ? value : [];
}

/** A string, or a number as its text; null for anything else. */
export function text(value: Maybe): string | null {
  if (typeof value === 'number') return decimal(value);
  return typeof value === 'string' ? value : null;
}

/** True or false as given; null for anything else. */
export function flag(value: Maybe): boolean | null {
  return typeof value === 'boolean' ? value : null;
}

/** A number or a decimal string in plain notation, its decimals as given; null for anything else. */
export function decimal(value: Maybe): string | null {
  const given = typeof value === 'number' ? String(value) : value;
  if (typeof given !== 'string' || !decimalText.test(given)) return null;
  return /e/i.test(given) ? new Big(given).toFixed() : given;
}

/** `{amount, currency}` in major units, decimals as given; null without an amount. The currency may be unknown (null). */
export function money(amount: Maybe, currency: Maybe): Json {
  const given = decimal(amount);
  return given === null ? null : { amount: given, currency: text(currency) };
}

/** `{bytes}`; null when the value is no number. */
export function size(value: Maybe): Json {
  const bytes = decimal(value);
  return bytes === null ? null : { bytes };
}
