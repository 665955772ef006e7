import type { Currency } from './currency.js';
import type { Instant } from './instant.js';
import { sumMoney, type Money } from './money.js';

/** Money of a wallet, or units of a feature, set aside. It counts from `openedAt` (in) to `expiresAt` (out), by the clock alone. */
export interface Hold {
  readonly id: string;
  /** Zero for units that no wallet pays. */
  readonly money: Money;
  readonly openedAt: Instant;
  readonly expiresAt: Instant;
  readonly description: string;
  /** The merchant's own name for it; null when it gave none. */
  readonly reference: string | null;
  /** The use that it is for: settling reports it. Null for money alone. */
  readonly usage: HeldUsage | null;
}

/** Use of a price, or of a feature that the price counts; `quantity` in sold units. */
export interface HeldUsage {
  /** Code of the feature; null for a price that the wallet pays. */
  readonly feature: string | null;
  /** The first of the prices that count it: what is held is held of it. */
  readonly subscriptionId: string;
  readonly priceCode: string;
  readonly quantity: string;
  /** What the event that reports it says beside the quantity, such as dimensions. */
  readonly properties: Readonly<Record<string, unknown>>;
}

/** A fact about a hold. What settles it takes `money` out of the wallet; more than was set aside where it was available. */
export type HoldChange =
  | { readonly type: 'opened'; readonly madeAt: Instant; readonly hold: Hold }
  | { readonly type: 'extended'; readonly madeAt: Instant; readonly holdId: string; readonly expiresAt: Instant }
  | { readonly type: 'settled'; readonly madeAt: Instant; readonly holdId: string; readonly money: Money; /** Of units: how many were used. */ readonly quantity?: string }
  | { readonly type: 'released'; readonly madeAt: Instant; readonly holdId: string };

/** How long a hold may last from the moment it is opened or extended. */
export const MAX_HOLD_SECONDS = 7 * 86_400;

/** The holds after one more change; those that had expired by then are forgotten. By expiry, then id. */
export function withHoldChange(holds: readonly Hold[], change: HoldChange): readonly Hold[] {
  const open = holds.filter((hold) => hold.expiresAt > change.madeAt);
  switch (change.type) {
    case 'opened':
      return [...open, change.hold].sort(inOrder);
    case 'extended':
      return open.map((hold) => (hold.id === change.holdId ? { ...hold, expiresAt: change.expiresAt } : hold)).sort(inOrder);
    case 'settled':
    case 'released':
      return open.filter((hold) => hold.id !== change.holdId);
  }
}

/** What is set aside at `at`, in one currency. */
export function heldAt(holds: readonly Hold[], currency: Currency, at: Instant): Money {
  return sumMoney(holds.filter((hold) => hold.money.currency === currency && hold.openedAt <= at && hold.expiresAt > at).map((hold) => hold.money), currency);
}

function inOrder(left: Hold, right: Hold): number {
  if (left.expiresAt !== right.expiresAt) return left.expiresAt - right.expiresAt;
  return left.id < right.id ? -1 : 1;
}
