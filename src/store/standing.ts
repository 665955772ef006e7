import type { Currency } from '../core/currency.js';
import type { LastFiring, UsageAlert } from '../core/alert.js';
import type { Credit } from '../core/credit.js';
import { decimal } from '../core/decimal.js';
import type { Hold } from '../core/hold.js';
import { FOREVER, type Instant } from '../core/instant.js';
import type { OpenPayment, PaymentStanding } from '../core/payment.js';
import { fromMoneyJson, toMoneyJson, type MoneyJson } from './json.js';
import type { Account, Balance } from '../core/ledger.js';
import type { Money } from '../core/money.js';
import type { Override } from '../core/override.js';
import type { PaymentMethod } from '../core/payment-method.js';
import type { ServiceSettings, Standing, SubscriptionCursor } from '../core/standing.js';
import type { SubscriptionRecord } from '../core/subscription.js';
import type { TaxSetting } from '../core/tax.js';
import { usualCeiling, type TopUpSettings } from '../core/top-up-settings.js';

type WithMoneyJson<Value extends { readonly money: Money }> = Omit<Value, 'money'> & { readonly money: MoneyJson };

interface StandingJson {
  readonly credits: ReadonlyArray<Omit<Credit, 'remaining' | 'expiresAt'> & { readonly expiresAt: Instant | null; readonly currency: Currency; readonly minor: string }>;
  readonly holds: ReadonlyArray<WithMoneyJson<Hold>>;
  readonly payments: {
    readonly open: ReadonlyArray<WithMoneyJson<OpenPayment>>;
    readonly topUps: ReadonlyArray<WithMoneyJson<PaymentStanding['topUps'][number]>>;
    readonly declined: WithMoneyJson<NonNullable<PaymentStanding['declined']>> | null;
  };
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
  readonly services: ServiceSettings | null;
  readonly overrides: readonly Override[];
  readonly alerts: readonly UsageAlert[];
  readonly firings: readonly LastFiring[];
}

/** Top-up settings as the store keeps them: instants in milliseconds, decimals as text. */
export interface TopUpJson {
  readonly isEnabled: boolean;
  readonly minBalance: string;
  readonly upToBalance: string;
  readonly dailyCeiling?: string;
  readonly switchedOff?: string | null;
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
    credits: standing.credits.map(({ id, kind, priority, createdAt, expiresAt, remaining }) => ({ id, kind, priority, createdAt, expiresAt: expiresAt === FOREVER ? null : expiresAt, currency: remaining.currency, minor: remaining.minor.toString() })),
    holds: standing.holds.map(withMoneyJson),
    payments: {
      open: standing.payments.open.map(withMoneyJson),
      topUps: standing.payments.topUps.map(withMoneyJson),
      declined: standing.payments.declined === null ? null : withMoneyJson(standing.payments.declined),
    },
    topUp: standing.topUp === null ? null : toTopUpJson(standing.topUp),
    paymentMethod: standing.paymentMethod,
    services: standing.services,
    overrides: standing.overrides,
    alerts: standing.alerts,
    firings: standing.firings,
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
    credits: json.credits.map(({ expiresAt, currency, minor, ...credit }) => ({ ...credit, expiresAt: expiresAt ?? FOREVER, remaining: { minor: BigInt(minor), currency } })),
    holds: json.holds.map(withMoney),
    payments: { open: json.payments.open.map(withMoney), topUps: json.payments.topUps.map(withMoney), declined: json.payments.declined === null ? null : withMoney(json.payments.declined) },
    topUp: json.topUp === null ? null : fromTopUpJson(json.topUp),
    paymentMethod: json.paymentMethod,
    services: json.services,
    overrides: json.overrides,
    alerts: json.alerts,
    firings: json.firings,
  };
}

function withMoney<Value extends { readonly money: MoneyJson }>(value: Value): Omit<Value, 'money'> & { money: Money } {
  return { ...value, money: fromMoneyJson(value.money) };
}

function withMoneyJson<Value extends { readonly money: Money }>(value: Value): WithMoneyJson<Value> {
  return { ...value, money: toMoneyJson(value.money) };
}

export function toTopUpJson(settings: TopUpSettings): TopUpJson {
  return { ...settings, minBalance: settings.minBalance.toFixed(), upToBalance: settings.upToBalance.toFixed(), dailyCeiling: settings.dailyCeiling.toFixed() };
}

export function fromTopUpJson(json: TopUpJson): TopUpSettings {
  const upToBalance = decimal(json.upToBalance);
  // Settings older than the ceiling have the one that is usual.
  return { ...json, minBalance: decimal(json.minBalance), upToBalance, dailyCeiling: json.dailyCeiling === undefined ? usualCeiling(upToBalance) : decimal(json.dailyCeiling), switchedOff: json.switchedOff ?? null };
}
