import { firingsOf, type LastFiring, type UsageAlert } from './alert.js';
import type { Books } from './ledger.js';
import type { Hold } from './hold.js';
import type { Instant } from './instant.js';
import type { Override } from './override.js';
import { NO_PAYMENTS, type PaymentStanding } from './payment.js';
import type { PaymentMethod } from './payment-method.js';
import { evolveSubscription, type SubscriptionChange, type SubscriptionRecord } from './subscription.js';
import type { Cursor } from './charge.js';
import type { TaxSetting } from './tax.js';
import type { TopUpSettings } from './top-up-settings.js';

/** What a customer's facts fold to: kept beside the customer, rewritten by every command, derivable at any time. */
export interface Standing extends Books {
  /** In order of expiry; those that have expired stay until the next change of a hold. */
  readonly holds: readonly Hold[];
  readonly payments: PaymentStanding;
  /** In order of creation. */
  readonly subscriptions: readonly SubscriptionRecord[];
  /** How far each subscription has been invoiced; none for those that never were. Begins at what was billed elsewhere. */
  readonly cursors: readonly SubscriptionCursor[];
  readonly tax: TaxSetting | null;
  readonly topUp: TopUpSettings | null;
  readonly paymentMethod: PaymentMethod | null;
  readonly services: ServiceSettings | null;
  /** In order of their features' codes; those that have expired stay until the next one is set. */
  readonly overrides: readonly Override[];
  /** In order of creation. */
  readonly alerts: readonly UsageAlert[];
  /** Per alert and price of a subscription the newest one, of alerts that are there. */
  readonly firings: readonly LastFiring[];
}

export interface SubscriptionCursor extends Cursor {
  readonly subscriptionId: string;
}

export const EMPTY_STANDING: Standing = { subscriptions: [], cursors: [], balances: [], credits: [], holds: [], payments: NO_PAYMENTS, tax: null, topUp: null, paymentMethod: null, services: null, overrides: [], alerts: [], firings: [] };

/** The standing after one more change of a subscription. */
export function withSubscriptionChange(standing: Standing, entry: SubscriptionEntry): Standing {
  const { subscriptionId, revision, change } = entry;
  const before = standing.subscriptions.find((record) => record.id === subscriptionId);
  const after = evolveSubscription(before, { id: subscriptionId, revision }, change);
  const subscriptions = before === undefined ? [...standing.subscriptions, after] : standing.subscriptions.map((record) => (record.id === subscriptionId ? after : record));
  if (change.type !== 'created' || change.billedUntil === undefined) return { ...standing, subscriptions };
  // What somebody else has billed is to Paidup as if it had been invoiced.
  return { ...standing, subscriptions, cursors: withCursors(standing.cursors, [{ subscriptionId, at: change.billedUntil, revision }]) };
}

/** A change of a subscription with its number. */
export interface SubscriptionEntry {
  readonly revision: number;
  readonly subscriptionId: string;
  readonly change: SubscriptionChange;
}

/** The cursors with those of an invoice in the place of their older ones; in one order. */
export function withCursors(before: readonly SubscriptionCursor[], moved: readonly SubscriptionCursor[]): SubscriptionCursor[] {
  const ids = new Set(moved.map((cursor) => cursor.subscriptionId));
  return [...before.filter((cursor) => !ids.has(cursor.subscriptionId)), ...moved].sort((left, right) => (left.subscriptionId < right.subscriptionId ? -1 : 1));
}

/** A fact about how a customer wants things; the last one of a kind holds, and null takes it back. */
export type SettingChange =
  | { readonly setting: 'top_up'; readonly value: TopUpSettings | null }
  | { readonly setting: 'payment_method'; readonly value: PaymentMethod | null }
  | { readonly setting: 'tax'; readonly value: TaxSetting | null }
  | { readonly setting: 'services'; readonly value: ServiceSettings | null }
  | { readonly setting: 'overrides'; readonly value: readonly Override[] }
  | { readonly setting: 'alerts'; readonly value: readonly UsageAlert[] };

/** Which services the customer has switched on. */
export interface ServiceSettings {
  /** Codes of plans, sorted. */
  readonly enabled: readonly string[];
  /** What a service may work with, where it lets one choose: by plan code. Absent: everything. */
  readonly allowed: Readonly<Record<string, readonly string[]>>;
  readonly changedAt: Instant;
}

/** The standing after one more setting. */
export function withSetting(standing: Standing, change: SettingChange): Standing {
  switch (change.setting) {
    case 'top_up':
      return { ...standing, topUp: change.value };
    case 'payment_method':
      // Another card may be tried at once, whatever became of the last one.
      return { ...standing, paymentMethod: change.value, payments: { ...standing.payments, declined: null } };
    case 'tax':
      return { ...standing, tax: change.value };
    case 'services':
      return { ...standing, services: change.value };
    case 'overrides':
      return { ...standing, overrides: change.value };
    case 'alerts':
      return { ...standing, alerts: change.value, firings: firingsOf(change.value, standing.firings) };
  }
}
