import type { Currency } from './currency.js';
import type { Instant } from './instant.js';
import type { Balance, LedgerTransaction } from './ledger.js';
import { moneyText, negateMoney, roundToMoney, subtractMoney, sumMoney, zeroMoney, type Money } from './money.js';
import { isPositive, parseDecimal, decimal } from './decimal.js';
import { invalidInput } from './problems.js';

/** The prepaid account in one currency. available = balance - held - accrued. */
export interface Wallet {
  readonly currency: Currency;
  readonly balance: Money;
  /** Set aside by holds. */
  readonly held: Money;
  /** What usage paid from the wallet has cost so far and is not posted yet. */
  readonly accrued: Money;
  readonly available: Money;
  readonly lastCredit: { readonly at: Instant; readonly money: Money } | null;
  /** False for the empty wallet that a customer without any movement is shown. */
  readonly isOpen: boolean;
}

/** The largest single deposit, in major units (contracts/docspace.md section 3: 1 to 999,999). */
export const MAX_DEPOSIT = 999_999;

/** One wallet per currency that has seen a movement or an accrual; the customer's own currency always, and first. */
export function wallets(input: { currency: Currency; balances: readonly Balance[]; accrued: readonly Money[] }): Wallet[] {
  const held = input.balances.filter((balance) => balance.account === 'wallet');
  const codes = new Set([input.currency, ...held.map((balance) => balance.money.currency), ...input.accrued.map((money) => money.currency)]);
  return [...codes].map((currency) => {
    const entry = held.find((balance) => balance.money.currency === currency);
    const balance = entry?.money ?? zeroMoney(currency);
    const accrued = sumMoney(input.accrued.filter((money) => money.currency === currency), currency);
    // There are no holds yet: nothing can set money aside.
    const noHolds = sumMoney([], currency);
    const available = subtractMoney(subtractMoney(balance, noHolds), accrued);
    return { currency, balance, held: noHolds, accrued, available, lastCredit: entry?.lastCredit ?? null, isOpen: entry !== undefined };
  });
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
