import type { Engine } from '../service/engine.js';

/** What every route needs. */
export interface HttpContext {
  readonly engine: Engine;
}
