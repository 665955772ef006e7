import { minorDigits, type Currency } from './currency.js';
import { roundTo, subtract } from './decimal.js';
import type { CustomerFacts } from './facts.js';
import { FOREVER, earliest, instant, type Instant } from './instant.js';
import type { LedgerTransaction } from './ledger.js';
import { addMoney, moneyToDecimal, roundToMoney, sumMoney, type Money } from './money.js';
import type { OpenPayment } from './payment.js';
import { paymentMethodStatus } from './payment-method.js';
import { plusLocalDays, startOfLocalDay } from './period.js';
import type { TopUpSettings } from './top-up-settings.js';
import { depositTransaction, exactlyAvailableIn, type WalletFacts } from './wallet.js';

/** Why the wallet is low and does not fill itself, and until when; null when somebody has to do something. */
export interface TopUpHalt {
  readonly reason: 'daily_ceiling' | 'cool_off' | 'payment_method_missing';
  readonly until: Instant | null;
}

/** What the automatic top-up is about to do, or why it does not. */
export type TopUpDecision = { readonly charge: Money } | { readonly halted: TopUpHalt } | null;

/** How long nothing is tried with a card that was declined, even when somebody switches the top-up on again. */
export const COOL_OFF_MS = 3_600_000;

type TopUpFacts = WalletFacts & Pick<CustomerFacts, 'topUp' | 'payments' | 'paymentMethod' | 'customer'>;

/**
 * Whether the wallet is to be filled now: strictly below the minimum, by as much as it lacks to the target, what is
 * available cut to the minor unit. Null while it is switched off, not low, or a charge is open.
 */
export function decideTopUp(facts: TopUpFacts, at: Instant): TopUpDecision {
  const { topUp: settings } = facts;
  if (settings === null || !settings.isEnabled) return null;
  const { currency, minBalance, upToBalance } = settings;
  if (facts.payments.open.some(({ purpose, money }) => purpose === 'top_up' && money.currency === currency)) return null;
  const available = exactlyAvailableIn(facts, currency, at);
  if (!available.lt(minBalance)) return null;
  const halted = haltOf(facts, settings, at);
  if (halted !== null) return { halted };
  const cut = roundTo(available, minorDigits(currency), 'toward_zero');
  const charge = roundToMoney(subtract(upToBalance, cut), currency);
  const spent = toppedUpOn(facts, { currency, at });
  const isOver = moneyToDecimal(addMoney(spent, charge)).gt(settings.dailyCeiling);
  return isOver ? { halted: { reason: 'daily_ceiling', until: nextLocalDay(at, facts.customer.zone) } } : { charge };
}

/** When a wallet that is low may be filled: now, or when what halts it ends; FOREVER when it is not low or somebody has to do something. */
export function refillAt(facts: TopUpFacts, at: Instant): Instant {
  const decision = decideTopUp(facts, at);
  if (decision === null) return FOREVER;
  return 'halted' in decision ? (decision.halted.until ?? FOREVER) : at;
}

/** What has been charged automatically on the customer's local day, open charges too. */
export function toppedUpOn(facts: Pick<CustomerFacts, 'payments' | 'customer'>, day: { currency: Currency; at: Instant }): Money {
  const from = startOfLocalDay(day.at, facts.customer.zone);
  const charged = facts.payments.topUps.filter(({ at, money }) => at >= from && money.currency === day.currency);
  return sumMoney(charged.map(({ money }) => money), day.currency);
}

/** What the automatic top-up is doing. */
export interface TopUpStatus {
  /** Asked for and not answered yet. */
  readonly charging: OpenPayment | null;
  /** Why a wallet that is low does not fill itself. */
  readonly halted: TopUpHalt | null;
  readonly toppedUpToday: Money;
}

/** Null while there are no settings. */
export function topUpStatus(facts: TopUpFacts, at: Instant): TopUpStatus | null {
  const { topUp: settings, payments } = facts;
  if (settings === null) return null;
  const { currency } = settings;
  const charging = payments.open.find(({ purpose, money }) => purpose === 'top_up' && money.currency === currency) ?? null;
  const decision = decideTopUp(facts, at);
  return { charging, halted: decision !== null && 'halted' in decision ? decision.halted : null, toppedUpToday: toppedUpOn(facts, { currency, at }) };
}

/** When what the automatic top-up is doing may change by the clock alone; FOREVER when it does not. */
export function nextTopUpChange(facts: TopUpFacts, at: Instant): Instant {
  if (facts.topUp === null || facts.payments.topUps.length === 0) {
    const status = topUpStatus(facts, at);
    return status?.halted?.until ?? FOREVER;
  }
  return earliest(topUpStatus(facts, at)?.halted?.until ?? FOREVER, nextLocalDay(at, facts.customer.zone));
}

/** Money that the wallet asked for by itself. */
export function topUpTransaction(input: { id: string; paymentId: string; money: Money; at: Instant }): LedgerTransaction {
  const { id, paymentId, money, at } = input;
  return { ...depositTransaction({ id, money, description: 'Automatic top-up', at }), kind: 'top_up', details: { paymentId } };
}

function haltOf(facts: TopUpFacts, settings: TopUpSettings, at: Instant): TopUpHalt | null {
  if (paymentMethodStatus(facts.paymentMethod, at) !== 'set') return { reason: 'payment_method_missing', until: null };
  const { declined } = facts.payments;
  const until = declined === null || declined.money.currency !== settings.currency ? null : instant(declined.at + COOL_OFF_MS);
  return until !== null && at < until ? { reason: 'cool_off', until } : null;
}

function nextLocalDay(at: Instant, zone: string): Instant {
  return plusLocalDays(startOfLocalDay(at, zone), 1, zone);
}
