import { parseRange, type Range } from '../service/post.js';
import { Misuse } from './exit.js';

/** A setting as it was given, and where, so that a message about it can name the place. */
export interface Setting {
  readonly value: string;
  readonly from: string;
}

/** Where a setting is looked for. */
export interface SettingName {
  readonly flag: string;
  readonly variable: string;
}

/** The flag's value, else the environment variable's, else none. An empty variable counts as not set. */
export function settingOf(name: SettingName, given: string | undefined): Setting | undefined {
  if (given !== undefined) return { value: given, from: name.flag };
  const value = process.env[name.variable];
  return value === undefined || value === '' ? undefined : { value, from: name.variable };
}

/** @throws Misuse unless the setting is a whole number from 0 to 65535; 0 asks for any free port. */
export function portOf(setting: Setting | undefined, fallback: number): number {
  if (setting === undefined) return fallback;
  const port = /^\d{1,5}$/.test(setting.value) ? Number(setting.value) : Infinity;
  if (port > 65_535) throw new Misuse(`${setting.from} must be a whole number from 0 to 65535, not "${setting.value}"`);
  return port;
}

/** @throws Misuse unless the setting is one of the words. */
export function wordOf<Word extends string>(words: readonly Word[], setting: Setting | undefined, fallback: Word): Word {
  if (setting === undefined) return fallback;
  const word = words.find((candidate) => candidate === setting.value);
  if (word === undefined) throw new Misuse(`${setting.from} must be one of ${words.join(', ')}, not "${setting.value}"`);
  return word;
}

/** @throws Misuse unless every one is an origin as browsers send it, such as https://app.example.com. */
export function originsOf(name: SettingName, given: readonly string[] | undefined): string[] {
  const variable = process.env[name.variable] ?? '';
  const origins = given ?? variable.split(/[\s,]+/).filter((origin) => origin !== '');
  const wrong = origins.find((origin) => !URL.canParse(origin) || new URL(origin).origin !== origin);
  if (wrong === undefined) return [...origins];
  throw new Misuse(`${given === undefined ? name.variable : name.flag}: "${wrong}" is not an origin, such as https://app.example.com`);
}

/** @throws Misuse unless every one is a range of addresses, such as 10.0.0.0/8 or fd00::/8. */
export function rangesOf(given: readonly string[] | undefined): Range[] {
  const variable = process.env['PAIDUP_WEBHOOK_ALLOW'] ?? '';
  return (given ?? variable.split(/[\s,]+/).filter((text) => text !== '')).map((text) => {
    const range = parseRange(text);
    if (range !== undefined) return range;
    throw new Misuse(`${given === undefined ? 'PAIDUP_WEBHOOK_ALLOW' : '--webhook-allow'}: "${text}" is not a range of addresses, such as 10.0.0.0/8`);
  });
}

/** Who stands at the head of invoices: PAIDUP_SELLER_NAME, and PAIDUP_SELLER_LINES with ; between the lines (address, tax number). */
export function sellerOf(): { name: string; lines: string[] } {
  const lines = (process.env['PAIDUP_SELLER_LINES'] ?? '').split(';').map((line) => line.trim());
  const name = process.env['PAIDUP_SELLER_NAME'] ?? '';
  return { name: name.trim() === '' ? 'Paidup' : name.trim(), lines: lines.filter((line) => line !== '') };
}
