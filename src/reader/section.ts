import type { Answer } from './call.js';
import type { Json } from './json.js';

/** One named part of a report: what a call gave, or why it gave nothing. */
export type Section =
  | { name: string; ok: true; value: Json }
  /** `status` is the HTTP status; null when there was no whole answer (connection, time-out, bad address). */
  | { name: string; ok: false; status: number | null; message: string; /** The key is of a kind that need not read it: shown, and no failure of the report. */ isBeyondKey?: true };

/** The section, where its call is one that keys of a narrower kind are refused. */
export function beyondNarrowKeys(section: Section): Section {
  return !section.ok && section.status === 403 ? { ...section, isBeyondKey: true } : section;
}

/** Whether no section failed. */
export function isWhole(sections: readonly Section[]): boolean {
  return sections.every((section) => section.ok || section.isBeyondKey === true);
}

/** A section from an answer: its value as `read` finds it in the body, or the failure as it stands. */
export function toSection(name: string, answer: Answer, read: (body: Json) => Json): Section {
  return answer.ok
    ? { name, ok: true, value: read(answer.body) }
    : { name, ok: false, status: answer.status, message: answer.message };
}
