import { instantText } from '../../../core/instant.js';
import { moneyText, subtractMoney, type Money } from '../../../core/money.js';
import type { BillingState } from '../../../core/state.js';
import type { Wallet } from '../../../core/wallet.js';
import { portalIdOf } from './customer-info.js';
import { docspaceInteger } from './metadata.js';

/** What the portal has prepaid: contracts/docspace.md section 5.2. Amounts are JSON numbers in major units. */
export interface Balance {
  readonly accountNumber: number;
  readonly subAccountNumber: number;
  readonly accountName: string;
  readonly accountCurrency: string;
  readonly subAccounts: ReadonlyArray<{ readonly currency: string; readonly amount: number }>;
  readonly lastCredit: { readonly date: string; readonly currency: string; readonly amount: number } | undefined;
}

/** Undefined while no wallet has seen a movement: clients read the first account of a balance unasked. */
export function toBalance(state: BillingState): Balance | undefined {
  const open = state.wallets.filter((wallet) => wallet.isOpen || wallet.accrued.minor !== 0n);
  if (open.length === 0) return undefined;
  return {
    ...balanceAccount(state),
    subAccounts: open.map((wallet) => ({ currency: wallet.currency, amount: moneyNumber(amountLeft(wallet)) })),
    lastCredit: toLastCredit(open),
  };
}

/** Whose account it is, in accounting. */
export function balanceAccount({ customer }: BillingState): Pick<Balance, 'accountNumber' | 'subAccountNumber' | 'accountName' | 'accountCurrency'> {
  return {
    accountNumber: customer.accountNumber,
    // The customer's own currency is the first of its wallets, so its account is the first unless told otherwise.
    subAccountNumber: docspaceInteger(customer.metadata, 'sub_account_number') ?? 1,
    accountName: portalIdOf(customer),
    accountCurrency: customer.currency,
  };
}

/** The amount in major units as JSON writes numbers. */
export function moneyNumber(money: Money): number {
  return Number(moneyText(money));
}

/** The vendor books each use at once, so its balance is without what usage has cost and Paidup has not posted yet. */
export function amountLeft(wallet: Wallet): Money {
  return subtractMoney(wallet.balance, wallet.accrued);
}

function toLastCredit(wallets: readonly Wallet[]): Balance['lastCredit'] {
  const credits = wallets.flatMap((wallet) => (wallet.lastCredit === null ? [] : [wallet.lastCredit]));
  const last = credits.reduce<(typeof credits)[number] | undefined>((newest, credit) => (newest === undefined || credit.at > newest.at ? credit : newest), undefined);
  return last === undefined ? undefined : { date: instantText(last.at), currency: last.money.currency, amount: moneyNumber(last.money) };
}
