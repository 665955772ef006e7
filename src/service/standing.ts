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
 * Standings read from their text, remembered by customer as long as the text is the same: the store is asked every
 * time, so what is remembered can never be stale.
 */
export class Standings {
  readonly #recent: Recent<string, { readonly text: string; readonly resolved: ResolvedStanding }>;

  constructor(max: number) {
    this.#recent = new Recent(max);
  }

  /** `planOf` must know every plan version that the standing names. */
  resolve(customerId: string, text: string, planOf: (versionId: string) => Plan): ResolvedStanding {
    const known = this.#recent.get(customerId);
    if (known?.text === text) return known.resolved;
    const standing = fromStandingText(text);
    const resolved = { standing, subscriptions: standing.subscriptions.map((record) => resolveSubscription(record, planOf)) };
    this.#recent.set(customerId, { text, resolved });
    return resolved;
  }
}
