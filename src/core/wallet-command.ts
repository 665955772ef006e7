import { PRIORITY_BOUNDS, PURCHASED, type CreditTerms } from './credit.js';
import { minorDigits, parseCurrency, type Currency } from './currency.js';
import { decimal, parseDecimal, roundTo } from './decimal.js';
import type { UsageEvent } from './event.js';
import type { CustomerFacts } from './facts.js';
import { costOf, eventOfUse, findUse, parseQuantity, type UseAsked } from './held-usage.js';
import { settledUnits } from './held-units.js';
import { MAX_HOLD_SECONDS, type HeldUsage, type Hold, type HoldChange } from './hold.js';
import { FOREVER, instant, instantText, parseInstant, type Instant } from './instant.js';
import type { LedgerTransaction } from './ledger.js';
import { moneyText, negateMoney, roundToMoney, subtractMoney, type Money } from './money.js';
import { Refusal, invalidInput, notFound } from './problems.js';
import { MAX_DEPOSIT, availableIn } from './wallet.js';

/** What a command on a wallet amounts to: facts to be written down together. */
export interface WalletDecision {
  readonly transactions: readonly LedgerTransaction[];
  readonly holds: readonly HoldChange[];
  /** Use to be reported with it. */
  readonly events: readonly UsageEvent[];
}

/** What deciding needs: the facts with everything booked that is due, and ids for what is new. */
export interface WalletSituation {
  readonly facts: CustomerFacts;
  readonly at: Instant;
  readonly newId: string;
}

export interface GrantInput {
  readonly amount: string;
  readonly currency?: string | undefined;
  readonly kind?: CreditTerms['kind'] | undefined;
  /** 0, used first, to 100; 50 unless told. */
  readonly priority?: number | undefined;
  readonly expiresAt?: string | null | undefined;
  readonly reason: string;
}

/** Credit given to the customer. Paid for elsewhere, it is `purchased`. @throws Refusal `invalid_request`. */
export function decideGrant({ facts, at, newId }: WalletSituation, input: GrantInput): WalletDecision {
  const money = parseAmount(input.amount, currencyOf(facts, input.currency));
  if (money.minor <= 0n) throw invalidInput([{ pointer: '/amount', detail: 'must be above zero' }]);
  const priority = input.priority ?? PURCHASED.priority;
  const { least, most } = PRIORITY_BOUNDS;
  if (!Number.isInteger(priority) || priority < least || priority > most) throw invalidInput([{ pointer: '/priority', detail: `must be a whole number from ${least} to ${most}` }]);
  const expiresAt = input.expiresAt == null ? FOREVER : parseInstant(input.expiresAt);
  if (expiresAt === undefined || expiresAt <= at) throw invalidInput([{ pointer: '/expires_at', detail: 'must be an RFC 3339 date-time that lies ahead' }]);
  const credit: CreditTerms = { kind: input.kind ?? 'granted', priority, expiresAt };
  const from = credit.kind === 'granted' ? 'promotion' : 'adjustment';
  return posting({
    id: newId,
    kind: 'grant',
    description: 'Credit',
    occurredAt: at,
    entries: [{ account: 'wallet', money }, { account: from, money: negateMoney(money) }],
    details: { credit, reason: parseReason(input.reason) },
  });
}

/** A correction by hand, above or below zero; never below what is available. @throws Refusal `invalid_request`, `insufficient_funds`. */
export function decideAdjustment({ facts, at, newId }: WalletSituation, input: { amount: string; currency?: string | undefined; reason: string }): WalletDecision {
  const money = parseAmount(input.amount, currencyOf(facts, input.currency));
  if (money.minor === 0n) throw invalidInput([{ pointer: '/amount', detail: 'must not be zero' }]);
  if (money.minor < 0n) refuseBeyond(availableIn(facts, money.currency, at), negateMoney(money));
  return posting({
    id: newId,
    kind: 'adjustment',
    description: 'Adjustment',
    occurredAt: at,
    entries: [{ account: 'wallet', money }, { account: 'adjustment', money: negateMoney(money) }],
    details: { reason: parseReason(input.reason) },
  });
}

/** An amount, or the use of a service, whose cost is set aside. */
export interface HoldInput {
  readonly amount?: string | undefined;
  readonly use?: UseAsked | undefined;
  readonly currency?: string | undefined;
  /** Seconds from now. */
  readonly expiresIn: number;
  readonly description?: string | undefined;
  readonly reference?: string | null | undefined;
}

/** Sets money aside. @throws Refusal `invalid_request`, `insufficient_funds`. */
export function decideHold({ facts, at, newId }: WalletSituation, input: HoldInput): WalletDecision {
  const { money, usage, description } = heldFor(facts, input, at);
  const expiresAt = parseExpiry(input.expiresIn, at);
  refuseBeyond(availableIn(facts, money.currency, at), money);
  const hold: Hold = { id: newId, money, openedAt: at, expiresAt, description: input.description ?? description, reference: input.reference ?? null, usage };
  return holding({ type: 'opened', madeAt: at, hold });
}

function heldFor(facts: CustomerFacts, input: HoldInput, at: Instant): { money: Money; usage: HeldUsage | null; description: string } {
  if ((input.amount === undefined) === (input.use === undefined)) throw invalidInput([{ pointer: '/amount', detail: 'is needed, or a service with a quantity; not both' }]);
  if (input.use === undefined) {
    const money = parseAmount(input.amount ?? '', currencyOf(facts, input.currency));
    if (money.minor <= 0n) throw invalidInput([{ pointer: '/amount', detail: 'must be above zero' }]);
    return { money, usage: null, description: 'Hold' };
  }
  const { use, price, currency } = findUse(facts, input.use, at);
  const cost = costOf(facts, listed(eventOfUse(price.meter, { id: '', quantity: decimal(use.quantity), properties: {}, at })), { currency, at });
  // A part of a minor unit is set aside as a whole one.
  return { money: roundToMoney(roundTo(cost, minorDigits(currency), 'away_from_zero'), currency), usage: use, description: price.name };
}

/** Lets a hold last longer, counted from now; never shorter. @throws Refusal `invalid_request`, `not_found`, `hold_conflict`. */
export function decideExtension({ facts, at }: WalletSituation, input: { holdId: string; expiresIn: number }): WalletDecision {
  const hold = openHold(facts, input.holdId, at);
  const expiresAt = parseExpiry(input.expiresIn, at);
  if (expiresAt < hold.expiresAt) throw invalidInput([{ pointer: '/expires_in', detail: `would end the hold sooner than ${instantText(hold.expiresAt)}: release it instead` }]);
  return holding({ type: 'extended', madeAt: at, holdId: hold.id, expiresAt });
}

/**
 * Takes what it came to out of the wallet (all of it unless told) and frees the rest. It may come to more than was set
 * aside, as far as money is available. @throws Refusal `invalid_request`, `not_found`, `hold_conflict`, `insufficient_funds`.
 */
export function decideSettlement({ facts, at, newId }: WalletSituation, input: SettlementInput): WalletDecision {
  const hold = openHold(facts, input.holdId, at);
  if (hold.usage !== null && hold.usage.feature !== null) return settledUnits(facts, { hold, usage: hold.usage, feature: hold.usage.feature, at }, input);
  if (hold.usage !== null) return settledUse(facts, { hold, usage: hold.usage, at }, input);
  if (input.quantity !== undefined) throw invalidInput([{ pointer: '/quantity', detail: 'is for holds of a service; this one is of an amount' }]);
  const { currency } = hold.money;
  const money = input.amount === undefined ? hold.money : parseAmount(input.amount, currency);
  if (money.minor < 0n) throw invalidInput([{ pointer: '/amount', detail: 'must not be below zero' }]);
  const more = subtractMoney(money, hold.money);
  if (more.minor > 0n) refuseBeyond(availableIn(facts, currency, at), more);
  const charge: LedgerTransaction = {
    id: newId,
    kind: 'wallet_charge',
    description: hold.description,
    occurredAt: at,
    entries: [{ account: 'wallet', money: negateMoney(money) }, { account: 'revenue', money }],
    details: hold.reference === null ? { reason: hold.id } : { reason: hold.id, participant: hold.reference },
  };
  return { ...holding({ type: 'settled', madeAt: at, holdId: hold.id, money }), transactions: money.minor === 0n ? [] : [charge] };
}

/** How much of a hold is taken: all of it unless told. */
export interface SettlementInput {
  readonly holdId: string;
  /** Of a hold of an amount. */
  readonly amount?: string | undefined;
  /** Of a hold of a service or of a feature, in sold units. */
  readonly quantity?: string | undefined;
}

/** The use is reported, and costs what it costs; the hold is free. */
function settledUse(facts: CustomerFacts, { hold, usage, at }: { hold: Hold; usage: HeldUsage; at: Instant }, input: SettlementInput): WalletDecision {
  if (input.amount !== undefined) throw invalidInput([{ pointer: '/amount', detail: 'is for holds of an amount; this one is of a service: send a quantity' }]);
  const { currency } = hold.money;
  const { price } = findUse(facts, { service: usage.priceCode, subscription: usage.subscriptionId, quantity: usage.quantity }, at);
  const quantity = parseQuantity(input.quantity ?? usage.quantity, price.meter);
  const events = listed(eventOfUse(price.meter, { id: hold.id, quantity, properties: {}, at }));
  const money = roundToMoney(roundTo(costOf(facts, events, { currency, at }), minorDigits(currency), 'away_from_zero'), currency);
  const more = subtractMoney(money, hold.money);
  if (more.minor > 0n) refuseBeyond(availableIn(facts, currency, at), more);
  return { ...holding({ type: 'settled', madeAt: at, holdId: hold.id, money }), events };
}

function listed(event: UsageEvent | undefined): UsageEvent[] {
  return event === undefined ? [] : [event];
}

/** Frees what was set aside. @throws Refusal `not_found`, `hold_conflict`. */
export function decideRelease({ facts, at }: WalletSituation, holdId: string): WalletDecision {
  const hold = openHold(facts, holdId, at);
  return holding({ type: 'released', madeAt: at, holdId: hold.id });
}

function posting(transaction: LedgerTransaction): WalletDecision {
  return { transactions: [transaction], holds: [], events: [] };
}

function holding(change: HoldChange): WalletDecision {
  return { transactions: [], holds: [change], events: [] };
}

function openHold(facts: CustomerFacts, holdId: string, at: Instant): Hold {
  const hold = facts.holds.find(({ id }) => id === holdId);
  if (hold === undefined) throw notFound('open hold', holdId);
  if (hold.expiresAt <= at) throw new Refusal('hold_conflict', `The hold expired at ${instantText(hold.expiresAt)}: what it had set aside is free again. Open a new one.`);
  return hold;
}

function refuseBeyond(available: Money, asked: Money): void {
  if (available.minor >= asked.minor) return;
  throw new Refusal('insufficient_funds', `${moneyText(asked)} ${asked.currency} are asked for, and ${moneyText(available)} are available. Top the wallet up first.`);
}

function currencyOf(facts: CustomerFacts, asked: string | undefined): Currency {
  const currency = asked === undefined ? facts.customer.currency : parseCurrency(asked);
  if (currency === undefined) throw invalidInput([{ pointer: '/currency', detail: `"${asked}" is not an ISO 4217 currency` }]);
  return currency;
}

function parseAmount(text: string, currency: Currency): Money {
  const amount = parseDecimal(text);
  if (amount === undefined) throw invalidInput([{ pointer: '/amount', detail: 'must be a decimal string' }]);
  if (amount.abs().gt(decimal(MAX_DEPOSIT))) throw invalidInput([{ pointer: '/amount', detail: `must not be beyond ${MAX_DEPOSIT}` }]);
  const money = roundToMoney(amount, currency);
  if (!decimal(moneyText(money)).eq(amount)) throw invalidInput([{ pointer: '/amount', detail: `has more decimal places than ${currency}` }]);
  return money;
}

export function parseExpiry(seconds: number, at: Instant): Instant {
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > MAX_HOLD_SECONDS) throw invalidInput([{ pointer: '/expires_in', detail: `must be a whole number of seconds from 1 to ${MAX_HOLD_SECONDS}` }]);
  return instant(at + seconds * 1000);
}

function parseReason(text: string): string {
  if (text.trim() === '') throw invalidInput([{ pointer: '/reason', detail: 'is needed: whoever reads the statement wants to know why' }]);
  return text;
}
