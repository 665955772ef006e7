import type { Address } from './address.js';
import type { Currency } from './currency.js';
import type { Instant } from './instant.js';

/** Who owes and uses. The profile is an ordinary mutable record; what bills is in facts. */
export interface Customer {
  readonly id: string;
  /** The merchant's own name for the customer; unique, never changed. */
  readonly externalId: string | null;
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  /** What an invoice says below the name. */
  readonly address: Address | null;
  /** The currency of the wallet and of what has no currency of its own. */
  readonly currency: Currency;
  /** IANA zone in which new subscriptions count their days. */
  readonly zone: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** A number for people and for systems that want one; unique in the database. */
  readonly accountNumber: number;
  readonly createdAt: Instant;
}

export const BUCKETS = 64;

/**
 * The bucket of a customer, 0 to 63: FNV-1a (32 bit) of the id's UTF-8 bytes modulo 64. Ids are ASCII.
 * Part of every per-customer primary key, so it must never change.
 */
export function bucketOf(customerId: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < customerId.length; index += 1) {
    hash = Math.imul(hash ^ customerId.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash % BUCKETS;
}
