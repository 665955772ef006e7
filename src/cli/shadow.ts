import { toAddress } from '../reader/call.js';
import type { Json } from '../reader/json.js';
import { shadowLark, type Shadow } from '../transfer/shadow.js';
import { openLark } from '../transfer/target.js';
import { sourceOf, targetOf } from './endpoint.js';
import { EXIT, Misuse } from './exit.js';
import { progressOn } from './progress.js';
import { subjectsOf } from './subjects.js';
import { tableText } from './table.js';

/** Flags of `paidup shadow`, as they were written. */
export interface ShadowFlags {
  readonly from?: string;
  readonly url?: string;
  readonly key?: string;
  readonly to?: string;
  readonly toKey?: string;
  readonly subjects?: readonly string[];
  readonly json?: true;
}

/** Compares the same subjects at the vendor and in Paidup; the exit code says whether they are the same. @throws Misuse. */
export async function shadow(flags: ShadowFlags): Promise<number> {
  if (flags.from !== 'lark') throw new Misuse('--from must be lark: no other dialect can be asked for many customers');
  const [source, target] = [sourceOf(flags), targetOf(flags)];
  const subjects = subjectsOf(flags.subjects ?? []);
  const progress = progressOn(process.stderr, 'subjects');
  const found = await shadowLark({ source: openLark(source), paidup: openLark(target), subjects, onProgress: progress.tell }).finally(progress.end);
  const isSame = found.differences.length === 0 && found.unread.length === 0 && found.stopped === null;
  const head = { from: flags.from, url: toAddress(source.url) ?? '', to: target.url };
  process.stdout.write(flags.json === true ? `${JSON.stringify({ ...head, ok: isSame, ...found })}\n` : shadowText(head, found));
  return isSame ? EXIT.done : EXIT.refused;
}

function shadowText(head: { from: string; url: string; to: string }, { subjects, differences, unread, stopped }: Shadow): string {
  const counted = `compared ${subjects} ${subjects === 1 ? 'subject' : 'subjects'} of ${head.from} at ${head.url} with Paidup at ${head.to}\n`;
  const table = differences.length === 0 ? 'no difference\n' : tableText(['SUBJECT', 'FIELD', 'LARK', 'PAIDUP'], differences.map(({ subject, field, source, paidup }) => [subject, field, valueText(source), valueText(paidup)]));
  const missing = unread.length === 0 ? '' : `could not be read:\n${tableText(['SUBJECT', 'AT', 'PART', 'STATUS', 'WHY'], unread.map(({ subject, side, part, status, message }) => [subject, side === 'source' ? 'lark' : 'paidup', part, status === null ? '-' : String(status), message]))}`;
  return `${counted}${table}${missing}${stopped === null ? '' : `stopped there: ${stopped}\n`}`;
}

function valueText(value: Json): string {
  return value === null ? '-' : typeof value === 'string' ? value : JSON.stringify(value);
}
