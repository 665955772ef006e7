import type { Engine } from '../service/engine.js';

/** What every route needs. */
export interface HttpContext {
  readonly engine: Engine;
  readonly seller: Seller;
}

/** Who stands at the head of an invoice. */
export interface Seller {
  readonly name: string;
  readonly lines: readonly string[];
}

export const NO_SELLER: Seller = { name: 'Paidup', lines: [] };
