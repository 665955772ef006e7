import { decimal, isRecord, type Json } from './json.js';
import type { Report } from './report.js';
import { isWhole, type Section } from './section.js';

const tableWidth = 140;
const units = ['bytes', 'KB', 'MB', 'GB', 'TB', 'PB', 'EB'];
// What could move a terminal's cursor or turn the direction of a line.
const unprintable = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]+/g;

/** A report as lines for people, ending in a newline; nothing in it can steer a terminal. */
export function reportText(report: Report): string {
  const of = report.subject === null ? '' : ` of ${plain(report.subject)}`;
  const head = `${report.dialect} report${of} from ${plain(report.url)}`;
  return `${[head, ...report.sections.map(sectionText)].join('\n\n')}\n`;
}

/**
 * A report as a plain object for programs: `{dialect, url, subject, ok, sections}`, where `ok` says that no section
 * failed; what lies beyond a narrow key (403) is shown and no failure. Money is `{amount, currency}`, a size `{bytes}`, a quantity a decimal string, what is unknown null.
 */
export function reportJson(report: Report): Json {
  return {
    dialect: report.dialect,
    url: report.url,
    subject: report.subject,
    ok: isWhole(report.sections),
    sections: report.sections.map((section) =>
      section.ok
        ? { name: section.name, ok: true, value: section.value }
        : { name: section.name, ok: false, status: section.status, message: section.message },
    ),
  };
}

function sectionText(section: Section): string {
  if (!section.ok) {
    return `! ${section.name}: ${section.status === null ? '' : `${section.status} `}${plain(section.message)}`.trimEnd();
  }
  if (section.value === null) return `${section.name}\n  none`;
  return [section.name, ...indent(toLines(section.value))].join('\n');
}

function toLines(value: Json): string[] {
  const line = toInline(value);
  if (line !== null) return [line];
  if (isRecord(value)) return recordLines(value);
  return Array.isArray(value) ? listLines(value) : [];
}

function recordLines(record: { [name: string]: Json }): string[] {
  const rows = Object.entries(record).map(([name, value]) => ({ label: toLabel(name), value, line: toInline(value) }));
  const width = Math.max(...rows.filter((row) => row.line !== null).map((row) => widthOf(row.label)), 0);
  return rows.flatMap((row) =>
    row.line === null
      ? [row.label, ...indent(toLines(row.value))]
      : [`${pad(row.label, width)}  ${row.line}`.trimEnd()],
  );
}

/** A table where it fits and every item is an object; else one block per item. */
function listLines(list: Json[]): string[] {
  const records = list.filter(isRecord);
  const table = records.length === list.length ? tableLines(records) : [];
  if (table.length > 0 && table.every((line) => widthOf(line) <= tableWidth)) return table;
  return list.flatMap((item) => toLines(item).map((line, index) => `${index === 0 ? '- ' : '  '}${line}`));
}

function tableLines(records: { [name: string]: Json }[]): string[] {
  const names = [...new Set(records.flatMap((record) => Object.keys(record)))];
  if (names.length === 0) return [];
  const columns = names.map((name) => {
    const values = records.map((record) => record[name] ?? null);
    const cells = [toLabel(name), ...values.map(toCell)];
    return { cells, width: Math.max(...cells.map(widthOf)), isNumeric: values.some(isNumeric) && values.every((value) => value === null || isNumeric(value)) };
  });
  return [...records, null].map((_, row) =>
    columns
      .map(({ cells, width, isNumeric: toRight }) => pad(cells[row] ?? '', toRight ? -width : width))
      .join('  ')
      .trimEnd(),
  );
}

/** A value on one line; null when it takes more. */
function toInline(value: Json): string | null {
  if (value === null) return '-';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value !== 'object') return plain(String(value));
  if (Array.isArray(value)) {
    const lines = value.map((item) => (isRecord(item) && !isShort(item) ? null : toInline(item)));
    return lines.length === 0 ? 'none' : lines.includes(null) ? null : lines.join(', ');
  }
  return Object.keys(value).length === 0 ? 'none' : toShort(value);
}

function isShort(record: { [name: string]: Json }): boolean {
  return toShort(record) !== null;
}

/** Money, a size, or an interval: the objects that read as one value. */
function toShort(record: { [name: string]: Json }): string | null {
  const names = Object.keys(record).sort().join(' ');
  if (names === 'amount currency') return moneyText(record['amount'] ?? null, record['currency'] ?? null);
  if (names === 'bytes') return sizeText(record['bytes'] ?? null);
  if (names !== 'end start' || isLong(record['start']) || isLong(record['end'])) return null;
  return `${toInline(record['start'] ?? null)} to ${toInline(record['end'] ?? null)}`;
}

function isLong(value: Json | undefined): boolean {
  return typeof value === 'object' && value !== null;
}

function toCell(value: Json): string {
  const line = toInline(value);
  if (line !== null) return line;
  if (Array.isArray(value)) return `${value.length} ${value.length === 1 ? 'item' : 'items'}`;
  if (!isRecord(value)) return '';
  return Object.entries(value).map(([name, item]) => `${toLabel(name)} ${toInline(item) ?? '...'}`).join(', ');
}

function moneyText(amount: Json, currency: Json): string | null {
  const given = decimal(amount);
  if (given === null || (typeof currency === 'object' && currency !== null)) return null;
  const [whole = '', fraction = ''] = given.split('.');
  return `${whole}.${fraction.padEnd(2, '0')}${currency === null ? '' : ` ${plain(String(currency))}`}`;
}

/** Powers of 1024 under the names K, M, G, T, as DocSpace writes them. */
function sizeText(bytes: Json): string | null {
  const given = decimal(bytes);
  if (given === null) return null;
  let amount = Number(given);
  let step = 0;
  while (Number(amount.toFixed(2)) >= 1024 && step < units.length - 1) {
    amount /= 1024;
    step += 1;
  }
  return step === 0 ? `${given} bytes` : `${given} bytes (${Number(amount.toFixed(2))} ${units[step] ?? ''})`;
}

function isNumeric(value: Json): boolean {
  return decimal(value) !== null || (isRecord(value) && decimal(value['amount']) !== null && isShort(value));
}

function toLabel(name: string): string {
  return plain(name.replaceAll('_', ' '));
}

function plain(value: string): string {
  return value.replace(unprintable, ' ');
}

function widthOf(value: string): number {
  return [...value].length;
}

/** Fills up to the width with spaces; a negative width puts them in front. */
function pad(value: string, width: number): string {
  const space = ' '.repeat(Math.max(0, Math.abs(width) - widthOf(value)));
  return width < 0 ? space + value : value + space;
}

function indent(lines: string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
