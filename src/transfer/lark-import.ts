import type { LarkApi, LarkSubject } from '../reader/lark-api.js';
import { LarkCatalogCarrier } from './lark-catalog.js';
import { carrySubject } from './lark-subject.js';
import { LarkTimelines } from './lark-timeline.js';
import { inTurns, type Progress } from './turns.js';
import { Tally, type Outcome } from './tally.js';
import { refusalOf, stopText, type Target } from './target.js';

/** What is carried over from Lark. */
export interface LarkImport {
  readonly source: LarkApi;
  readonly target: Target;
  /** Ids or external ids; all subjects when undefined. */
  readonly subjects: readonly string[] | undefined;
  readonly isDry: boolean;
  readonly zone: string;
  readonly onProgress: (progress: Progress) => void;
}

/** Subjects that are carried side by side: enough to fill the waits for answers, no burden to either side. */
const SIDE_BY_SIDE = 4;

/**
 * Brings subjects with what they have from a system that speaks Lark's dialect into Paidup. Everything is looked for before
 * it is made, and made under a key that follows from what it is: it may be stopped at any moment and begun again.
 */
export async function importLark(work: LarkImport): Promise<Outcome> {
  const { source, target, zone, onProgress } = work;
  const tally = new Tally(work.isDry);
  let total = 0;
  let done = 0;
  try {
    const catalog = await LarkCatalogCarrier.carry({ source, target, tally });
    const timelines = await LarkTimelines.read(source, tally);
    const subjects = await subjectsOf(work, tally);
    total = subjects.length;
    onProgress({ done, total });
    await inTurns(subjects, SIDE_BY_SIDE, async (subject) => {
      await carrySubject({ source, target, tally, catalog, timelines, zone }, subject);
      done += 1;
      onProgress({ done, total });
    });
    return tally.outcome(null);
  } catch (error) {
    return tally.outcome(stopText(error, { done, total }));
  }
}

async function subjectsOf({ source, subjects }: LarkImport, tally: Tally): Promise<LarkSubject[]> {
  if (subjects === undefined) return source.subjects();
  const found: LarkSubject[] = [];
  for (const name of subjects) {
    try {
      found.push(await source.subject(name));
    } catch (error) {
      tally.lost('customer', name, { reason: refusalOf(error) });
    }
  }
  return [...new Map(found.map((subject) => [subject.id, subject])).values()];
}
