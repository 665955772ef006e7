import type { Currency } from '../core/currency.js';
import { decimal } from '../core/decimal.js';
import type { Instant } from '../core/instant.js';
import type { Account, Balance } from '../core/ledger.js';
import type { Money } from '../core/money.js';
import type { PaymentMethod } from '../core/payment-method.js';
import type { Standing, SubscriptionCursor } from '../core/standing.js';
import type { SubscriptionRecord } from '../core/subscription.js';
import type { TaxSetting } from '../core/tax.js';
import type { TopUpSettings } from '../core/top-up.js';

interface StandingJson {
  readonly subscriptions: readonly SubscriptionRecord[];
  readonly cursors: readonly SubscriptionCursor[];
  readonly tax: TaxSetting | null;
  readonly balances: ReadonlyArray<{
    readonly account: Account;
    readonly currency: Currency;
    readonly minor: string;
    readonly lastCredit: { readonly at: Instant; readonly minor: string } | null;
  }>;
  readonly topUp: TopUpJson | null;
  readonly paymentMethod: PaymentMethod | null;
}

/** Top-up settings as the store keeps them: instants in milliseconds, decimals as text. */
export interface TopUpJson {
  readonly isEnabled: boolean;
  readonly minBalance: string;
  readonly upToBalance: string;
  readonly currency: Currency;
  readonly changedAt: Instant;
}

/** The text in which a standing is kept; equal standings give equal texts. */
export function standingText(standing: Standing): string {
  const json: StandingJson = {
    subscriptions: standing.subscriptions,
    cursors: standing.cursors.map(({ subscriptionId, at, revision }) => ({ subscriptionId, at, revision })),
    tax: standing.tax,
    balances: standing.balances.map(({ account, money, lastCredit }) => ({
      account,
      currency: money.currency,
      minor: money.minor.toString(),
      lastCredit: lastCredit === null ? null : { at: lastCredit.at, minor: lastCredit.money.minor.toString() },
    })),
    topUp: standing.topUp === null ? null : toTopUpJson(standing.topUp),
    paymentMethod: standing.paymentMethod,
  };
  return JSON.stringify(json);
}

export function fromStandingText(text: string): Standing {
  const json = JSON.parse(text) as StandingJson;
  return {
    subscriptions: json.subscriptions,
    cursors: json.cursors,
    tax: json.tax,
    balances: json.balances.map(({ account, currency, minor, lastCredit }): Balance => {
      const money = (units: string): Money => ({ minor: BigInt(units), currency });
      return { account, money: money(minor), lastCredit: lastCredit === null ? null : { at: lastCredit.at, money: money(lastCredit.minor) } };
    }),
    topUp: json.topUp === null ? null : fromTopUpJson(json.topUp),
    paymentMethod: json.paymentMethod,
  };
}

export function toTopUpJson(settings: TopUpSettings): TopUpJson {
  return { ...settings, minBalance: settings.minBalance.toFixed(), upToBalance: settings.upToBalance.toFixed() };
}

export function fromTopUpJson(json: TopUpJson): TopUpSettings {
  return { ...json, minBalance: decimal(json.minBalance), upToBalance: decimal(json.upToBalance) };
}
