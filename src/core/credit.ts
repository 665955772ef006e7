import { FOREVER, type Instant } from './instant.js';
import type { Money } from './money.js';

/** Given away, or paid for. */
export type CreditKind = 'granted' | 'purchased';

/** How a credit is used up: lower priority first. It cannot be used from `expiresAt` on (FOREVER: for good). */
export interface CreditTerms {
  readonly kind: CreditKind;
  readonly priority: number;
  readonly expiresAt: Instant;
}

/** What is left of one movement into a wallet. Named by the transaction that brought it. */
export interface Credit extends CreditTerms {
  readonly id: string;
  readonly createdAt: Instant;
  readonly remaining: Money;
}

/** Priorities run from 0, used first, to 100. */
export const PRIORITY_BOUNDS = { least: 0, most: 100 } as const;
/** What usage had used up when the rest of its credit expired, and what is not posted yet: goes before everything else. */
const SPOKEN_FOR = -1;
export const PURCHASED: CreditTerms = { kind: 'purchased', priority: 50, expiresAt: FOREVER };

type Ordered = CreditTerms & { readonly id: string; readonly createdAt: Instant };

/** Priority, granted before purchased, earliest expiry, creation, id: a total order. */
export function compareBurnOrder(left: Ordered, right: Ordered): number {
  if (left.priority !== right.priority) return left.priority - right.priority;
  if (left.kind !== right.kind) return left.kind === 'granted' ? -1 : 1;
  if (left.expiresAt !== right.expiresAt) return left.expiresAt < right.expiresAt ? -1 : 1;
  if (left.createdAt !== right.createdAt) return left.createdAt < right.createdAt ? -1 : 1;
  if (left.id === right.id) return 0;
  return left.id < right.id ? -1 : 1;
}

/** What a use took from each credit it took from, in order, and what no credit covered. Whole units. */
export interface Burn {
  readonly used: ReadonlyArray<{ readonly id: string; readonly amount: bigint }>;
  readonly uncovered: bigint;
}

/** Takes `use` from the credits in burn order. */
export function burn(credits: ReadonlyArray<Ordered & { readonly amount: bigint }>, use: bigint): Burn {
  let left = use;
  const used: Array<{ id: string; amount: bigint }> = [];
  for (const { id, amount } of [...credits].sort(compareBurnOrder)) {
    if (left <= 0n) break;
    const taken = amount < left ? amount : left;
    if (taken <= 0n) continue;
    used.push({ id, amount: taken });
    left -= taken;
  }
  return { used, uncovered: left };
}

/** One movement of a wallet: `money` above zero opens a credit, below zero uses credits up. */
interface Movement {
  readonly id: string;
  readonly at: Instant;
  readonly money: Money;
  readonly terms: CreditTerms;
  /** Of an expiry: the credit that it ends. */
  readonly expires: string | null;
  /** What the wallet held before. */
  readonly balance: bigint;
}

/**
 * Credits after a movement, those with something left, in burn order. What the wallet is below zero by, the next
 * movement in pays first. A movement out takes nothing from what had expired by then.
 */
export function moveCredits(credits: readonly Credit[], movement: Movement): readonly Credit[] {
  const { id, at, money, terms, expires, balance } = movement;
  const others = credits.filter((credit) => credit.remaining.currency !== money.currency);
  const own = credits.filter((credit) => credit.remaining.currency === money.currency);
  const isIn = expires === null && money.minor >= 0n;
  const after = isIn ? withCredit(own, { id, at, money, terms, balance }) : afterExpiry(without(own, burnedBy(own, { at, expires, minor: -money.minor })), expires);
  return [...others, ...after].filter((credit) => credit.remaining.minor > 0n).sort(inBooks);
}

function withCredit(own: readonly Credit[], { id, at, money, terms, balance }: Omit<Movement, 'expires'>): readonly Credit[] {
  const owed = own.reduce((total, credit) => total + credit.remaining.minor, 0n) - balance;
  const minor = owed > 0n ? money.minor - owed : money.minor;
  return minor <= 0n ? own : [...own, { ...terms, id, createdAt: at, remaining: { ...money, minor } }];
}

function burnedBy(own: readonly Credit[], use: { at: Instant; expires: string | null; minor: bigint }): Burn {
  const usable = use.expires === null ? own.filter((credit) => credit.expiresAt > use.at) : own.filter((credit) => credit.id === use.expires);
  return burn(usable.map((credit) => ({ ...credit, amount: credit.remaining.minor })), use.minor);
}

function without(own: readonly Credit[], { used }: Burn): readonly Credit[] {
  const taken = new Map(used.map(({ id, amount }) => [id, amount]));
  return own.map((credit) => ({ ...credit, remaining: { ...credit.remaining, minor: credit.remaining.minor - (taken.get(credit.id) ?? 0n) } }));
}

function afterExpiry(own: readonly Credit[], expires: string | null): readonly Credit[] {
  return expires === null ? own : own.map((credit) => (credit.id === expires ? { ...credit, priority: SPOKEN_FOR, expiresAt: FOREVER } : credit));
}

function inBooks(left: Credit, right: Credit): number {
  if (left.remaining.currency !== right.remaining.currency) return left.remaining.currency < right.remaining.currency ? -1 : 1;
  return compareBurnOrder(left, right);
}

/** Credits that have expired by `at` and are still in the books, by their expiry. */
export function expiredCredits(credits: readonly Credit[], at: Instant): Credit[] {
  return credits.filter((credit) => credit.expiresAt <= at).sort((left, right) => left.expiresAt - right.expiresAt || compareBurnOrder(left, right));
}
