import type { Instant } from '../core/instant.js';
import type { SetupLink } from './port.js';
import { isSealOf, sealOf } from './seal.js';

/** As long as the link of a real provider is good. */
const LIFETIME_MS = 24 * 3_600_000;
const PURPOSE = 'setup_link';

interface LinkContent extends SetupLink {
  readonly expiresAt: number;
}

/** A token that says what its link is for and until when, and that only the secret can make. */
export function linkToken(link: SetupLink, issued: { secret: string; at: Instant }): string {
  const { customerId, successUrl, backUrl } = link;
  const content: LinkContent = { customerId, successUrl, backUrl, expiresAt: issued.at + LIFETIME_MS };
  const text = Buffer.from(JSON.stringify(content)).toString('base64url');
  return `${text}.${sealOf({ secret: issued.secret, purpose: PURPOSE, text })}`;
}

/** What the link is for; undefined for a token that was not made here, or is too old. */
export function readLinkToken(token: string, read: { secret: string; at: Instant }): SetupLink | undefined {
  const [text = '', seal = '', ...rest] = token.split('.');
  if (rest.length > 0 || !isSealOf(seal, { secret: read.secret, purpose: PURPOSE, text })) return undefined;
  const { customerId, successUrl, backUrl, expiresAt } = JSON.parse(Buffer.from(text, 'base64url').toString()) as LinkContent;
  return read.at < expiresAt ? { customerId, successUrl, backUrl } : undefined;
}
