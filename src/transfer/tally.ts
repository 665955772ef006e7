/** What a thing is called in lists of what was made and what was not. */
export type Kind = 'customer' | 'meter' | 'feature' | 'plan' | 'rate catalog' | 'subscription' | 'usage' | 'usage alert' | 'credit' | 'top-up settings' | 'payment method' | 'service' | 'timeline';

/** Something that Paidup has now, or would have after a run that is not dry. */
export interface Made {
  readonly kind: Kind;
  /** What it is called where it comes from. */
  readonly source: string;
  /** What Paidup calls it; null in a dry run. */
  readonly target: string | null;
}

/** Something, or a part of it, that was not carried over. */
export interface Left {
  readonly kind: Kind;
  readonly source: string;
  /** Null: all of it. */
  readonly field: string | null;
  readonly reason: string;
  /** `lost`: a part of how things stand now; `past`: what is over and bears on nothing from now on. */
  readonly weight: 'lost' | 'past';
}

/** What came of an import. */
export interface Outcome {
  readonly isDry: boolean;
  readonly made: readonly Made[];
  /** How many of each kind were there already. */
  readonly found: Readonly<Partial<Record<Kind, number>>>;
  readonly left: readonly Left[];
  /** Why it stopped before the end; null when it came to the end. */
  readonly stopped: string | null;
}

/** Writes down what becomes of each thing. */
export class Tally {
  readonly isDry: boolean;
  readonly #made: Made[] = [];
  readonly #found = new Map<Kind, number>();
  readonly #left: Left[] = [];

  constructor(isDry: boolean) {
    this.isDry = isDry;
  }

  made(kind: Kind, source: string, target: string | null): void {
    this.#made.push({ kind, source, target: this.isDry ? null : target });
  }

  found(kind: Kind): void {
    this.#found.set(kind, (this.#found.get(kind) ?? 0) + 1);
  }

  lost(kind: Kind, source: string, what: { readonly field?: string | null; readonly reason: string }): void {
    this.#left.push({ kind, source, field: what.field ?? null, reason: what.reason, weight: 'lost' });
  }

  past(kind: Kind, source: string, reason: string): void {
    this.#left.push({ kind, source, field: null, reason, weight: 'past' });
  }

  outcome(stopped: string | null): Outcome {
    return { isDry: this.isDry, made: this.#made, found: Object.fromEntries(this.#found), left: this.#left, stopped };
  }
}

/** Whether everything that stands now has been carried over, or was there. */
export function isWhole({ stopped, left }: Outcome): boolean {
  return stopped === null && left.every(({ weight }) => weight === 'past');
}
