import type { ReactElement } from 'react';

/** A quantity in the reader's locale, with every digit that came, but for bytes; "unlimited" stays a word. */
export function formatQuantity(quantity: string, unit?: string | null, locale?: string): string {
  if (quantity === 'unlimited') return 'unlimited';
  if (unit === 'byte') return formatBytes(quantity, locale);
  const text = new Intl.NumberFormat(locale, { maximumFractionDigits: 20 }).format(quantity as `${number}`);
  return unit == null || unit === '' ? text : `${text} ${unitFor(quantity, unit)}`;
}

/** English names of units take an s beyond one; signs such as GB do not. */
function unitFor(quantity: string, unit: string): string {
  return quantity === '1' || quantity === '-1' || !/^[a-z]{3,}$/.test(unit) || unit.endsWith('s') ? unit : `${unit}s`;
}

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** Bytes in the unit that reads best; 1 kB is 1024 B here, as limits are given. */
export function formatBytes(bytes: string, locale?: string): string {
  if (bytes === 'unlimited') return 'unlimited';
  const { size, unit } = byteStep([bytes]);
  return `${new Intl.NumberFormat(locale, { maximumFractionDigits: 2 }).format(Number(bytes) / size)} ${unit}`;
}

/** The unit in which the largest of some sizes reads best, and how many bytes it has. */
export function byteStep(bytes: readonly string[]): { size: number; unit: string } {
  const largest = Math.max(1, ...bytes.map((each) => Math.abs(Number(each))));
  const step = Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log2(largest) / 10));
  return { size: 1024 ** step, unit: BYTE_UNITS[step] ?? 'B' };
}

export function Quantity({ value, unit }: { value: string; unit?: string | null }): ReactElement {
  return <span data-quantity={value}>{formatQuantity(value, unit)}</span>;
}
