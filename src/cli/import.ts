import { isTimeZone } from '../core/period.js';
import { toAddress } from '../reader/call.js';
import { importDiga } from '../transfer/diga-import.js';
import { importDocspace } from '../transfer/docspace-import.js';
import { importLark } from '../transfer/lark-import.js';
import type { SingleImport } from '../transfer/single.js';
import { isWhole, type Kind, type Left, type Outcome } from '../transfer/tally.js';
import { openLark, openTarget } from '../transfer/target.js';
import { sourceOf, targetOf } from './endpoint.js';
import { EXIT, Misuse } from './exit.js';
import { progressOn } from './progress.js';
import { settingOf, wordOf } from './setting.js';
import { subjectsOf } from './subjects.js';

/** Flags of `paidup import`, as they were written. */
export interface ImportFlags {
  readonly from?: string;
  readonly url?: string;
  readonly key?: string;
  readonly to?: string;
  readonly toKey?: string;
  readonly subjects?: readonly string[];
  readonly customer?: string;
  readonly timezone?: string;
  readonly dryRun?: true;
  readonly json?: true;
}

const SOURCES = ['lark', 'diga', 'docspace'] as const;

/** Carries customers from a vendor's system into a running Paidup and tells what was made and what was not; the exit code says whether all was carried. @throws Misuse. */
export async function importCustomers(flags: ImportFlags): Promise<number> {
  if (flags.from === undefined) throw new Misuse(`--from must be one of ${SOURCES.join(', ')}`);
  const from = wordOf(SOURCES, { value: flags.from, from: '--from' }, 'lark');
  const [source, target] = [sourceOf(flags), targetOf(flags)];
  const zone = settingOf({ flag: '--timezone', variable: 'PAIDUP_TIMEZONE' }, flags.timezone)?.value ?? 'UTC';
  if (!isTimeZone(zone)) throw new Misuse(`--timezone must be an IANA time zone, such as Europe/Madrid, not "${zone}"`);
  if (from !== 'lark' && (flags.customer ?? '') === '') throw new Misuse(`--customer must say what you call the customer: a key of ${from} is one customer's, whose name it does not tell`);
  if (from === 'lark' && flags.customer !== undefined) throw new Misuse('--customer is for diga and docspace; subjects of lark are named by --subjects');
  if (from !== 'lark' && flags.subjects !== undefined) throw new Misuse(`--subjects is for lark; the customer of ${from} is named by --customer`);
  const progress = progressOn(process.stderr, from === 'lark' ? 'subjects' : 'customers');
  const common = { target: openTarget(target), isDry: flags.dryRun === true, zone, onProgress: progress.tell };
  const outcome = await carry(from, flags, { ...common, source }).finally(progress.end);
  const head = { from, url: toAddress(source.url) ?? '', to: target.url };
  process.stdout.write(flags.json === true ? `${JSON.stringify(outcomeJson(head, outcome))}\n` : outcomeText(head, outcome));
  return isWhole(outcome) ? EXIT.done : EXIT.refused;
}

function carry(from: (typeof SOURCES)[number], flags: ImportFlags, work: Omit<SingleImport, 'customer'>): Promise<Outcome> {
  switch (from) {
    case 'lark':
      return importLark({ ...work, source: openLark(work.source), subjects: subjectsOf(flags.subjects ?? ['all']) });
    case 'diga':
      return importDiga({ ...work, customer: flags.customer ?? '' });
    case 'docspace':
      return importDocspace({ ...work, customer: flags.customer ?? '' });
  }
}

interface Head {
  readonly from: string;
  readonly url: string;
  readonly to: string;
}

function outcomeJson(head: Head, outcome: Outcome): object {
  const { isDry, made, found, left, stopped } = outcome;
  return { ...head, ok: isWhole(outcome), dry_run: isDry, stopped, made, found, left };
}

function outcomeText(head: Head, outcome: Outcome): string {
  const { isDry, made, found, left, stopped } = outcome;
  const lines = [`${isDry ? 'dry run of an import' : 'import'} from ${head.from} at ${head.url} into ${head.to}`];
  const kinds = [...new Set(made.map(({ kind }) => kind))].map((kind) => countText(kind, made.filter((one) => one.kind === kind).length));
  if (kinds.length > 0) lines.push(`${isDry ? 'would make' : 'made'}: ${kinds.join(', ')}`);
  else lines.push(isDry ? 'would make nothing' : 'made nothing');
  if (isDry) lines.push(...made.map(({ kind, source }) => `  ${kind} ${source}`));
  const there = Object.entries(found).map(([kind, count]) => countText(kind as Kind, count));
  if (there.length > 0) lines.push(`there already: ${there.join(', ')}`);
  lines.push(...leftLines('not carried over', left.filter(({ weight }) => weight === 'lost')));
  lines.push(...leftLines('left behind, for it is over or bills nobody', left.filter(({ weight }) => weight === 'past')));
  if (stopped !== null) lines.push(`${stopped.replace(/\.$/, '')}; run it again: it goes on where it was`);
  else if (isWhole(outcome)) lines.push(isDry ? 'everything that stands now can be carried over' : 'everything that stands now has been carried over');
  return `${lines.map(plain).join('\n')}\n`;
}

function leftLines(title: string, left: readonly Left[]): string[] {
  return left.length === 0 ? [] : [`${title}: ${left.length}`, ...left.map(({ kind, source, field, reason }) => `  ${kind} ${source}${field === null ? '' : `, ${field}`}: ${reason}`)];
}

const PLURALS: Partial<Record<Kind, string>> = { usage: 'stretches of usage', 'top-up settings': 'top-up settings' };

function countText(kind: Kind, count: number): string {
  return `${count} ${PLURALS[kind] ?? (count === 1 ? kind : `${kind}s`)}`;
}

/** What was read from elsewhere must not steer a terminal. */
function plain(line: string): string {
  return line.replace(/\p{Cc}+/gu, ' ');
}
