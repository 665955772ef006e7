import type { Engine } from '../service/engine.js';

/** What every route needs. */
export interface HttpContext {
  readonly engine: Engine;
  readonly seller: Seller;
  /** Fires when the server begins to stop: who waits must not wait on. */
  readonly closing: AbortSignal;
  readonly streams: StreamSettings;
  /** Origins whose pages may hold the portal in a frame. */
  readonly embedOrigins: readonly string[];
}

/** How live streams behave. */
export interface StreamSettings {
  /** How long nothing may be said before a comment shows that the connection lives. */
  readonly quietMs: number;
  /** How often is looked whether the key still works. */
  readonly recheckMs: number;
  /** How long a reader may take nothing before its stream is cut. */
  readonly stalledMs: number;
  /** How many may be open in this process. */
  readonly maxOpen: number;
}

export const STREAM_SETTINGS: StreamSettings = { quietMs: 15_000, recheckMs: 2_000, stalledMs: 60_000, maxOpen: 1_000 };

/** Who stands at the head of an invoice. */
export interface Seller {
  readonly name: string;
  readonly lines: readonly string[];
}

export const NO_SELLER: Seller = { name: 'Paidup', lines: [] };
