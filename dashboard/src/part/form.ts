import { PaidupProblem } from '@paidup/sdk';

/** What was typed into a field, without space around it; null for nothing. */
export function textOf(form: FormData, name: string): string | null {
  const value = form.get(name);
  const text = typeof value === 'string' ? value.trim() : '';
  return text === '' ? null : text;
}

/** What a refusal says of one field, by its JSON pointer. */
export function faultAt(error: unknown, pointer: string): string | undefined {
  return error instanceof PaidupProblem ? error.errors.find((each) => each.pointer === pointer)?.detail : undefined;
}

/** A decimal as it is written in the reader's locale, as the API takes it: "1.234,50" is 1234.50 where the comma is the point. Undefined when it is none. */
export function readDecimal(text: string, locale?: string): string | undefined {
  const parts = new Intl.NumberFormat(locale).formatToParts(12345.6);
  const point = parts.find(({ type }) => type === 'decimal')?.value ?? '.';
  const group = parts.find(({ type }) => type === 'group')?.value ?? ',';
  const bare = text.trim().replaceAll(/\s/g, '');
  const plain = /^-?\d+(\.\d+)?$/.test(bare) && point !== '.' && !new RegExp(`^-?\\d{1,3}(\\${group}\\d{3})+$`).test(bare) ? bare : bare.replaceAll(group, '').replace(point, '.');
  return /^-?\d+(\.\d+)?$/.test(plain) ? plain : undefined;
}

/** A decimal of the API as the reader would type it, with every digit that came: what `readDecimal` reads. */
export function writeDecimal(decimal: string, locale?: string): string {
  if (!/^-?\d+(\.\d+)?$/.test(decimal)) return decimal;
  const digits = Math.min(decimal.split('.')[1]?.length ?? 0, 20);
  return new Intl.NumberFormat(locale, { numberingSystem: 'latn', useGrouping: false, minimumFractionDigits: digits, maximumFractionDigits: digits }).format(decimal as `${number}`);
}
