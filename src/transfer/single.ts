import { readReport, type Dialect, type Report } from '../reader/report.js';
import { field, text, type Maybe } from '../reader/json.js';
import type { Target } from './target.js';
import type { Progress } from './turns.js';

/** What is carried over from a system whose key is one customer's. */
export interface SingleImport {
  readonly source: { readonly url: string; readonly key: string; readonly fetch?: typeof globalThis.fetch | undefined };
  readonly target: Target;
  /** What the customer is to be called. */
  readonly customer: string;
  readonly isDry: boolean;
  readonly zone: string;
  readonly onProgress: (progress: Progress) => void;
}

/** Sections of a report by name. */
export class Sections {
  readonly #report: Report;

  private constructor(report: Report) {
    this.#report = report;
  }

  static async read(dialect: Dialect, { source }: SingleImport): Promise<Sections> {
    return new Sections(await readReport({ dialect, ...source }));
  }

  /** What the section says; undefined when it failed or the source has no such thing. */
  value(name: string): Maybe {
    const section = this.#report.sections.find((candidate) => candidate.name === name);
    return section?.ok === true ? section.value : undefined;
  }

  /** Status and words of a section that failed; null when it did not. */
  failure(name: string): string | null {
    const section = this.#report.sections.find((candidate) => candidate.name === name);
    if (section === undefined || section.ok) return null;
    return `${section.status === null ? '' : `${section.status} `}${section.message}`;
  }

  /** The names of all sections that failed. */
  failures(): string[] {
    return this.#report.sections.filter(({ ok }) => !ok).map(({ name }) => name);
  }
}

/** `{amount, currency}` of a report; null when there is no amount. */
export function moneyOf(value: Maybe): { readonly amount: string; readonly currency: string | null } | null {
  const amount = text(field(value, 'amount'));
  return amount === null ? null : { amount, currency: text(field(value, 'currency')) };
}

/** A quantity or `{bytes}` of a report as a decimal; null where it is neither. */
export function quantityOf(value: Maybe): string | null {
  const size = field(value, 'bytes');
  return text(size ?? value);
}
