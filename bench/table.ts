/** One line of the result. */
export interface Row {
  readonly path: string;
  readonly ours: string;
  readonly yardstick: string;
  readonly theirs: string;
  /** Ours over theirs; null where nothing is compared. */
  readonly ratio: number | null;
  readonly bar: Bar | null;
}

/** What the ratio must reach or must not pass. */
export type Bar = { readonly atLeast: number } | { readonly atMost: number };

const HEAD = ['path', 'Paidup', 'yardstick', 'its figure', 'ratio', 'bar', ''];

/** The rows as a Markdown table, columns aligned. */
export function tableText(rows: readonly Row[]): string {
  const cells = rows.map((row) => [row.path, row.ours, row.yardstick, row.theirs, row.ratio === null ? '' : row.ratio.toFixed(2), barText(row.bar), verdict(row)]);
  const widths = HEAD.map((_, column) => Math.max(3, ...[HEAD, ...cells].map((line) => line[column]?.length ?? 0)));
  const line = (texts: readonly string[]): string => `| ${texts.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(HEAD), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line)].join('\n');
}

export function isMissed({ ratio, bar }: Row): boolean {
  if (ratio === null || bar === null) return false;
  return 'atLeast' in bar ? ratio < bar.atLeast : ratio > bar.atMost;
}

/** A number a second, with its thousands apart. */
export function rate(perSecond: number, unit: string): string {
  return `${Math.round(perSecond).toLocaleString('en-US')} ${unit}/s`;
}

function verdict(row: Row): string {
  if (row.bar === null || row.ratio === null) return '';
  return isMissed(row) ? 'missed' : 'ok';
}

function barText(bar: Bar | null): string {
  if (bar === null) return '';
  return 'atLeast' in bar ? `at least ${bar.atLeast}` : `at most ${bar.atMost}`;
}
