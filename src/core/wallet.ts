import { accruedAmounts } from './accrual.js';
import { burn, expiredCredits, type Credit } from './credit.js';
import { minorDigits, type Currency } from './currency.js';
import { ZERO, decimal, isPositive, parseDecimal, roundTo, subtract, sum, type Decimal } from './decimal.js';
import type { CustomerFacts } from './facts.js';
import { costOf, heldEvents } from './held-usage.js';
import { heldAt } from './hold.js';
import type { Instant } from './instant.js';
import { postAll, postTransaction, type Books, type LedgerTransaction } from './ledger.js';
import { addMoney, moneyText, moneyToDecimal, negateMoney, roundToMoney, subtractMoney, sumMoney, zeroMoney, type Money } from './money.js';
import { invalidInput } from './problems.js';

/** The prepaid account in one currency. available = balance - held - accrued. */
export interface Wallet {
  readonly currency: Currency;
  /** Without what has expired. */
  readonly balance: Money;
  /** Set aside by holds. */
  readonly held: Money;
  /** What usage paid from the wallet has cost so far and is not posted yet. */
  readonly accrued: Money;
  readonly available: Money;
  readonly lastCredit: { readonly at: Instant; readonly money: Money } | null;
  /** What the balance is made of, in the order in which it is used up. */
  readonly credits: readonly Credit[];
  /** False for the empty wallet that a customer without any movement is shown. */
  readonly isOpen: boolean;
}

/** What wallets follow from. */
export type WalletFacts = Pick<CustomerFacts, 'balances' | 'credits' | 'holds' | 'subscriptions' | 'windows'>;

/** The largest single deposit, in major units (contracts/docspace.md section 3: 1 to 999,999). */
export const MAX_DEPOSIT = 999_999;

/** One wallet per currency that has seen a movement or an accrual; `own`, the customer's currency, always, and first. */
export function wallets(facts: WalletFacts, own: Currency, at: Instant): Wallet[] {
  const accruals = accruedAmounts(facts, at);
  const { balances, credits } = afterExpiries(facts, at);
  const entries = balances.filter((balance) => balance.account === 'wallet');
  const codes = new Set([own, ...entries.map((balance) => balance.money.currency), ...accruals.map(({ money }) => money.currency)]);
  return [...codes].map((currency) => {
    const entry = entries.find((balance) => balance.money.currency === currency);
    const balance = entry?.money ?? zeroMoney(currency);
    const accrued = sumMoney(accruals.filter(({ money }) => money.currency === currency).map(({ money }) => money), currency);
    const held = heldIn(facts, currency, at);
    const available = subtractMoney(subtractMoney(balance, held), accrued);
    return { currency, balance, held, accrued, available, lastCredit: entry?.lastCredit ?? null, credits: credits.filter((credit) => credit.remaining.currency === currency), isOpen: entry !== undefined };
  });
}

/**
 * What holds set aside. Those of a use: what was set aside when they were opened, or what the use would cost by now if that
 * is more, because others have used up what was included.
 */
function heldIn(facts: WalletFacts, currency: Currency, at: Instant): Money {
  const all = heldAt(facts.holds, currency, at);
  const ofUse = facts.holds.filter(({ usage }) => usage !== null);
  if (ofUse.length === 0) return all;
  const cost = roundToMoney(roundTo(costOf(facts, heldEvents(facts, at), { currency, at }), minorDigits(currency), 'away_from_zero'), currency);
  const more = subtractMoney(cost, heldAt(ofUse, currency, at));
  return more.minor > 0n ? addMoney(all, more) : all;
}

/** What the customer may still spend in one currency; below zero when more was used than was there. */
export function availableIn(facts: WalletFacts, currency: Currency, at: Instant): Money {
  return wallets(facts, currency, at)[0]?.available ?? zeroMoney(currency);
}

/** The same exactly, in major units: what usage has cost is not rounded. */
export function exactlyAvailableIn(facts: WalletFacts, currency: Currency, at: Instant): Decimal {
  const [wallet] = wallets(facts, currency, at);
  if (wallet === undefined) return ZERO;
  const accrued = sum(accruedAmounts(facts, at).flatMap(({ money, exact }) => (money.currency === currency ? [exact] : [])));
  return subtract(moneyToDecimal(subtractMoney(wallet.balance, wallet.held)), accrued);
}

/** Transactions that take what had expired by `until` out of the wallet, each at its own moment; none where none has. */
export function expiriesDue(facts: Omit<WalletFacts, 'holds'>, until: Instant): LedgerTransaction[] {
  if (!facts.credits.some((credit) => credit.expiresAt <= until)) return [];
  const made: LedgerTransaction[] = [];
  let books: Books = facts;
  for (let [next] = expiredCredits(books.credits, until); next !== undefined; [next] = expiredCredits(books.credits, until)) {
    const transaction = expiryTransaction(next, leftUnused({ ...facts, ...books }, next));
    books = postTransaction(books, transaction);
    made.push(transaction);
  }
  return made;
}

function afterExpiries(facts: WalletFacts, at: Instant): Books {
  return postAll(facts, expiriesDue(facts, at));
}

/** What usage had not used up of the credit when it expired. */
function leftUnused(facts: Omit<WalletFacts, 'holds'>, credit: Credit): Money {
  const { currency } = credit.remaining;
  const usable = facts.credits.filter((other) => other.remaining.currency === currency && other.expiresAt >= credit.expiresAt);
  const accrued = sumMoney(accruedAmounts(facts, credit.expiresAt).flatMap(({ money }) => (money.currency === currency ? [money] : [])), currency);
  const { used } = burn(usable.map((other) => ({ ...other, amount: other.remaining.minor })), accrued.minor);
  const spent = used.find(({ id }) => id === credit.id)?.amount ?? 0n;
  return { ...credit.remaining, minor: credit.remaining.minor - spent };
}

/** Given back to where it came from: nobody paid for what was granted. */
function expiryTransaction(credit: Credit, money: Money): LedgerTransaction {
  return {
    id: `txn_expiry_${credit.id.replace(/^txn_/, '')}`,
    kind: 'expiry',
    description: 'Credit expired',
    occurredAt: credit.expiresAt,
    entries: [
      { account: 'wallet', money: negateMoney(money) },
      { account: credit.kind === 'granted' ? 'promotion' : 'breakage', money },
    ],
    details: { expires: credit.id },
  };
}

/** The money of a deposit asked for. @throws Refusal `invalid_request` unless 0 < amount <= MAX_DEPOSIT in whole minor units. */
export function parseDeposit(text: string, currency: Currency): Money {
  const amount = parseDecimal(text);
  if (amount === undefined || !isPositive(amount)) throw invalidInput([{ pointer: '/amount', detail: 'must be a decimal string above zero' }]);
  if (amount.gt(decimal(MAX_DEPOSIT))) throw invalidInput([{ pointer: '/amount', detail: `must not be above ${MAX_DEPOSIT}` }]);
  const money = roundToMoney(amount, currency);
  if (!decimal(moneyText(money)).eq(amount)) throw invalidInput([{ pointer: '/amount', detail: `has more decimal places than ${currency}` }]);
  return money;
}

/** Money that came in through the provider and now belongs to the wallet. */
export function depositTransaction(input: { id: string; money: Money; description: string; at: Instant }): LedgerTransaction {
  return {
    id: input.id,
    kind: 'deposit',
    description: input.description,
    occurredAt: input.at,
    entries: [
      { account: 'wallet', money: input.money },
      { account: 'provider', money: negateMoney(input.money) },
    ],
  };
}
