import type { Plan } from '../core/plan.js';
import type { Standing } from '../core/standing.js';
import { resolveSubscription, type Subscription } from '../core/subscription.js';
import { fromStandingText } from '../store/standing.js';
import { Recent } from './recent.js';

/** A standing with its subscriptions' plans looked up. */
export interface ResolvedStanding {
  readonly standing: Standing;
  readonly subscriptions: readonly Subscription[];
}

/**
 * Standings read from their text, remembered by customer as long as text and catalog are the same: the store is asked
 * every time, so what is remembered can never be stale.
 */
export class Standings {
  readonly #recent: Recent<string, { readonly text: string; readonly catalogRevision: number; readonly resolved: ResolvedStanding }>;
  readonly #catalog: { readonly revision: number };

  constructor(max: number, catalog: { readonly revision: number }) {
    this.#recent = new Recent(max);
    this.#catalog = catalog;
  }

  /** `planOf` must know every plan version that the standing names. */
  resolve(customerId: string, text: string, planOf: (versionId: string) => Plan): ResolvedStanding {
    const known = this.#recent.get(customerId);
    if (known?.text === text && known.catalogRevision === this.#catalog.revision) return known.resolved;
    const standing = fromStandingText(text);
    const resolved = { standing, subscriptions: standing.subscriptions.map((record) => resolveSubscription(record, planOf)) };
    // Read after the plans were looked up: looking them up may have read the catalog again.
    this.#recent.set(customerId, { text, catalogRevision: this.#catalog.revision, resolved });
    return resolved;
  }
}
