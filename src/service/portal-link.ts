import { instant, type Instant } from '../core/instant.js';
import { Refusal } from '../core/problems.js';
import type { Engine } from './engine.js';
import { sealerOf } from './seal.js';
import { readState } from './state.js';

/** What a portal link says. Nothing of it is kept: it says it under a seal. */
export interface PortalLink {
  readonly customerId: string;
  /** What the sessions that it opens are narrowed to; none: all that a customer may do. */
  readonly scopes: readonly string[];
  /** Where the portal's way back leads; null for none. */
  readonly returnUrl: string | null;
  /** From here on it opens nothing, by the real clock. */
  readonly endsAt: Instant;
}

/** As it stands in the link: short names, for an address should be short. */
interface Sealed {
  readonly c: string;
  readonly s: readonly string[];
  readonly r: string | null;
  readonly e: number;
}

const PURPOSE = 'portal';

/** What comes after `/portal#link=`. @throws Refusal `not_found`. */
export async function createPortalLink(engine: Engine, input: { customer: string; scopes: readonly string[]; returnUrl: string | null; lifetimeMs: number }): Promise<{ link: string; endsAt: Instant }> {
  const { customer } = await readState(engine, input.customer);
  const endsAt = instant(engine.realClock.now() + input.lifetimeMs);
  const text = Buffer.from(JSON.stringify({ c: customer.id, s: input.scopes, r: input.returnUrl, e: endsAt } satisfies Sealed)).toString('base64url');
  return { link: `${text}.${(await sealerOf(engine)).sealOf(PURPOSE, text)}`, endsAt };
}

/** What the link says. @throws Refusal `unauthorized` when it has ended, is not ours, or its customer is not there any more. */
export async function openPortalLink(engine: Engine, link: string): Promise<PortalLink> {
  const [text = '', seal = ''] = link.split('.');
  if (!(await sealerOf(engine)).isSealOf(seal, PURPOSE, text)) throw new Refusal('unauthorized', 'This is no link to the portal, or a part of it is missing.');
  const { c: customerId, s: scopes, r: returnUrl, e: end } = JSON.parse(Buffer.from(text, 'base64url').toString()) as Sealed;
  if (end <= engine.realClock.now()) throw new Refusal('unauthorized', 'The link has expired. Ask for a new one.');
  await readState(engine, customerId).catch((error: unknown) => {
    if (error instanceof Refusal && error.slug === 'not_found') throw new Refusal('unauthorized', 'Whom the link was for is not there any more.');
    throw error;
  });
  return { customerId, scopes, returnUrl, endsAt: instant(end) };
}
