import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { ensureStoreFact } from '../store/store-fact.js';
import type { Engine } from './engine.js';

/*
 * Links that need no key carry what they say under a seal: HMAC-SHA256 with a secret of the store. So they cannot be
 * guessed or altered, outlive a restart, work in every process, and no other store's work here.
 */

/** Under which the secret is kept with the store. */
const FACT = 'link_secret';
const SECRET_BYTES = 32;

/** What seals and tells seals. `purpose` keeps a link for one thing from opening another. */
export interface Sealer {
  /** As base64url. */
  sealOf(purpose: string, text: string): string;
  /** Takes as long however much of the seal is right. */
  isSealOf(seal: string, purpose: string, text: string): boolean;
}

/** Asked for when it is needed first; of two processes that make one, the store keeps one. */
const sealers = new WeakMap<Engine, Promise<Sealer>>();

export function sealerOf(engine: Engine): Promise<Sealer> {
  const known = sealers.get(engine);
  if (known !== undefined) return known;
  const asked = ensureStoreFact(engine.database, FACT, randomBytes(SECRET_BYTES).toString('base64url')).then(sealerUnder);
  sealers.set(engine, asked);
  asked.catch(() => sealers.delete(engine));
  return asked;
}

function sealerUnder(secret: string): Sealer {
  const sealOf = (purpose: string, text: string): string => createHmac('sha256', secret).update(`${purpose}\n${text}`).digest('base64url');
  return {
    sealOf,
    isSealOf: (seal, purpose, text) => {
      const [given, right] = [Buffer.from(seal), Buffer.from(sealOf(purpose, text))];
      return given.length === right.length && timingSafeEqual(given, right);
    },
  };
}
