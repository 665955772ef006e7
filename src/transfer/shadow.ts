import type { LarkApi, LarkSubject } from '../reader/lark-api.js';
import { differencesOf, type Difference } from './lark-compare.js';
import { LarkLookup, readSide, type Unread } from './lark-side.js';
import { Stopped, endOf } from './target.js';
import { inTurns, type Progress } from './turns.js';

/** What is compared: subjects as the vendor tells them, and as Paidup's Lark surface does. */
export interface ShadowWork {
  readonly source: LarkApi;
  readonly paidup: LarkApi;
  /** Ids or external ids at the vendor; all subjects there when undefined. */
  readonly subjects: readonly string[] | undefined;
  readonly onProgress: (progress: Progress) => void;
}

export interface Shadow {
  /** How many subjects were looked at. */
  readonly subjects: number;
  /** In the order of the subjects. */
  readonly differences: ReadonlyArray<Difference & { readonly subject: string }>;
  readonly unread: ReadonlyArray<Unread & { readonly subject: string; readonly side: 'source' | 'paidup' }>;
  /** Why it ended before the last subject; null when it did not. */
  readonly stopped: string | null;
}

const SIDE_BY_SIDE = 4;

interface Seen {
  readonly differences: Shadow['differences'];
  readonly unread: Shadow['unread'];
}

/** Reads the same subjects on both sides and lists whatever differs. Nothing is written anywhere. */
export async function shadowLark({ source, paidup, subjects, onProgress }: ShadowWork): Promise<Shadow> {
  const lookups = { source: new LarkLookup(source), paidup: new LarkLookup(paidup) };
  const seen = new Map<string, Seen>();
  let names: readonly string[] = [];
  let stopped: string | null = null;
  try {
    names = [...new Set(subjects ?? (await source.subjects()).map(subjectName))];
    onProgress({ done: 0, total: names.length });
    await inTurns(names, SIDE_BY_SIDE, async (name) => {
      seen.set(name, await compareSubject(name, { source, paidup, lookups }));
      onProgress({ done: seen.size, total: names.length });
    });
  } catch (error) {
    stopped = endOf(error);
  }
  const inOrder = names.flatMap((name) => seen.get(name) ?? []);
  return { subjects: inOrder.length, differences: inOrder.flatMap(({ differences }) => differences), unread: inOrder.flatMap(({ unread }) => unread), stopped };
}

interface Sides {
  readonly source: LarkApi;
  readonly paidup: LarkApi;
  readonly lookups: { readonly source: LarkLookup; readonly paidup: LarkLookup };
}

/** @throws Stopped when a side answers nothing at all: the others would fare no better. */
async function compareSubject(subject: string, { source, paidup, lookups }: Sides): Promise<Seen> {
  const before = await readSide(source, subject, lookups.source);
  refuseSilence(before.unread);
  const known = before.reading.subject;
  const after = await readSide(paidup, known === undefined ? subject : subjectName(known), lookups.paidup);
  refuseSilence(after.unread);
  const isMissing = known !== undefined && after.unread.some(({ part, status }) => part === 'subject' && status === 404);
  const unread = [...before.unread.map((each) => ({ ...each, subject, side: 'source' as const })), ...(isMissing ? [] : after.unread).map((each) => ({ ...each, subject, side: 'paidup' as const }))];
  if (isMissing) return { differences: [{ subject, field: 'subject', source: subject, paidup: null }], unread };
  return { differences: differencesOf(before.reading, after.reading).map((each) => ({ subject, ...each })), unread };
}

function refuseSilence(unread: readonly Unread[]): void {
  const isSilent = ({ status }: Unread): boolean => status === null || status === 401 || status >= 500;
  const [first] = unread;
  if (first === undefined || unread.length < 3 || !unread.every(isSilent)) return;
  throw new Stopped(`${first.status === null ? '' : `${first.status} `}${first.message}`);
}

/** A subject without an external id is known in Paidup by the id that it had. */
function subjectName({ externalId, id }: LarkSubject): string {
  return externalId ?? id;
}
