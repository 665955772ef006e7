import type { Engine } from '../service/engine.js';

/** What every route needs. */
export interface HttpContext {
  readonly engine: Engine;
  readonly seller: Seller;
  /** Fires when the server begins to stop: who waits must not wait on. */
  readonly closing: AbortSignal;
}

/** Who stands at the head of an invoice. */
export interface Seller {
  readonly name: string;
  readonly lines: readonly string[];
}

export const NO_SELLER: Seller = { name: 'Paidup', lines: [] };
