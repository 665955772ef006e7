import type { AlertFiring } from './alert.js';
import type { HeldUsage, HoldChange } from './hold.js';
import { FOREVER, instantText, latest, type Instant } from './instant.js';
import type { CreditNote, InvoiceChange, IssuedInvoice } from './issued-invoice.js';
import type { LedgerTransaction } from './ledger.js';
import { addMoney, type Money } from './money.js';
import type { PaymentPurpose } from './payment.js';
import type { SettingChange } from './standing.js';
import type { SubscriptionChange } from './subscription.js';

/** Everything that can happen to a customer, as it is told; docs/guides/webhooks.md describes each, a test holds both equal. */
export const CHANGE_TYPES = [
  'customer.created', 'customer.updated', 'customer.deleted',
  'subscription.created', 'subscription.updated', 'subscription.canceled',
  'invoice.issued', 'invoice.updated', 'credit_note.created',
  'wallet.updated',
  'payment.requested', 'payment.succeeded', 'payment.declined',
  'hold.opened', 'hold.extended', 'hold.settled', 'hold.released',
  'top_up_settings.updated', 'payment_method.updated', 'tax.updated', 'services.updated', 'entitlement.updated', 'alerts.updated',
  'usage.alert', 'usage.recorded',
] as const;

export type ChangeType = (typeof CHANGE_TYPES)[number];

/** What happened, in a few words: ids, amounts, reasons. The state beside it says the rest. */
export type ChangeData = Readonly<Record<string, string | number | boolean | null | Money>>;

/** One thing that happened to a customer. Ordered by revision, then position. */
export interface Change {
  readonly revision: number;
  /** Counts from 0 what happened under one revision. */
  readonly position: number;
  readonly type: ChangeType;
  /** By Paidup's clock; null for usage, whose events say themselves when they happened. */
  readonly madeAt: Instant | null;
  readonly data: ChangeData;
}

/** Which payment a change is about. */
export interface ToldPayment {
  readonly id: string;
  readonly purpose: PaymentPurpose;
  readonly money: Money;
  /** Of a refund: the payment that is given back. Of an invoice's: the invoice. */
  readonly about: string | null;
}

/** A fact with the revision that it carries. Usage has none here: a revision that nothing else explains counted some. */
export type ChangeFact = { readonly revision: number; readonly madeAt: Instant } & (
  | { readonly fact: 'profile'; readonly kind: 'created' | 'updated' | 'deleted' }
  | { readonly fact: 'subscription'; readonly subscriptionId: string; readonly change: SubscriptionChange }
  | { readonly fact: 'invoice'; readonly invoice: IssuedInvoice }
  | { readonly fact: 'invoice_change'; readonly invoiceId: string; readonly change: InvoiceChange }
  | { readonly fact: 'credit_note'; readonly note: CreditNote }
  | { readonly fact: 'transaction'; readonly transaction: LedgerTransaction }
  | { readonly fact: 'payment'; readonly payment: ToldPayment }
  | { readonly fact: 'payment_result'; readonly payment: ToldPayment; readonly outcome: 'succeeded' | 'declined'; readonly reason: string | null }
  | { readonly fact: 'hold'; readonly change: HoldChange }
  | { readonly fact: 'setting'; readonly change: SettingChange }
  | { readonly fact: 'alert'; readonly firing: AlertFiring }
);

/** In which order the facts of one revision are told. */
const ORDER: ReadonlyArray<ChangeFact['fact']> = ['profile', 'subscription', 'invoice', 'invoice_change', 'credit_note', 'transaction', 'payment_result', 'hold', 'setting', 'payment', 'alert'];

/**
 * What happened to one customer in the revisions from `after` (out) to `upTo` (in), in order. `facts` are all of these
 * revisions, each kind in its own order. Of revisions that follow each other and only counted usage the last one is told.
 */
export function changesOf(input: { after: number; upTo: number; facts: readonly ChangeFact[] }): Change[] {
  const byRevision = grouped(input.facts, ({ revision }) => revision);
  const changes: Change[] = [];
  let told = input.after;
  for (const revision of [...byRevision.keys()].sort((left, right) => left - right)) {
    changes.push(...usageBetween(told, revision), ...changesAt(revision, byRevision.get(revision) ?? []));
    told = revision;
  }
  return [...changes, ...usageBetween(told, input.upTo + 1)];
}

/** Revisions strictly between two that leave no fact have counted usage. */
function usageBetween(after: number, before: number): Change[] {
  return before - after < 2 ? [] : [usage({ first: after + 1, last: before - 1, position: 0 })];
}

function usage({ first, last, position }: { first: number; last: number; position: number }): Change {
  return { revision: last, position, type: 'usage.recorded', madeAt: null, data: { firstRevision: first } };
}

function changesAt(revision: number, facts: readonly ChangeFact[]): Change[] {
  const madeAt = facts.map((fact) => fact.madeAt).reduce(latest);
  const told = ORDER.flatMap((kind) => facts.filter((fact) => fact.fact === kind))
    .flatMap(happened)
    .map(({ type, data }, position): Change => ({ revision, position, type, madeAt, data }));
  // A top-up that opened itself, or an alert, that nothing else explains was most likely due to usage, which leaves no other trace here.
  return facts.every(comesWithUsage) ? [...told, usage({ first: revision, last: revision, position: told.length })] : told;
}

function comesWithUsage(fact: ChangeFact): boolean {
  return fact.fact === 'alert' || (fact.fact === 'payment' && fact.payment.purpose === 'top_up');
}

type Happened = Pick<Change, 'type' | 'data'>;

function happened(fact: ChangeFact): Happened[] {
  switch (fact.fact) {
    case 'profile':
      return [{ type: `customer.${fact.kind}`, data: {} }];
    case 'subscription':
      return [subscriptionChange(fact.subscriptionId, fact.change)];
    case 'invoice': {
      const { id, number, total, amountDue, paidFrom } = fact.invoice;
      return [{ type: 'invoice.issued', data: { invoice: id, number, total, amountDue, paidFrom } }];
    }
    case 'invoice_change':
      return [{ type: 'invoice.updated', data: { invoice: fact.invoiceId, change: fact.change.type, ...('amount' in fact.change ? { amount: fact.change.amount } : { reason: fact.change.reason }) } }];
    case 'credit_note': {
      const { id, number, invoiceId, total, toWallet, reason } = fact.note;
      return [{ type: 'credit_note.created', data: { creditNote: id, number, invoice: invoiceId, total, toWallet, reason } }];
    }
    case 'transaction':
      return walletChange(fact.transaction);
    case 'payment':
      return [{ type: 'payment.requested', data: paymentData(fact.payment) }];
    case 'payment_result':
      return [{ type: `payment.${fact.outcome}`, data: { ...paymentData(fact.payment), ...(fact.outcome === 'declined' ? { reason: fact.reason } : {}) } }];
    case 'hold':
      return [holdChange(fact.change)];
    case 'setting':
      return [settingChange(fact.change)];
    case 'alert':
      return [{ type: 'usage.alert', data: alertData(fact.firing) }];
  }
}

function alertData({ alertId, subscriptionId, priceCode, meter, windowStartsAt, windowEndsAt, threshold, used, limit, percent, projected, name, email, reference }: AlertFiring): ChangeData {
  const window = { windowStart: instantText(windowStartsAt), windowEnd: windowEndsAt === null ? null : instantText(windowEndsAt) };
  return { alert: alertId, name, reference, email, subscription: subscriptionId, price: priceCode, meter, ...window, threshold: threshold.type, used, limit, percent, projected };
}

function subscriptionChange(subscription: string, change: SubscriptionChange): Happened {
  if (change.type === 'created') return { type: 'subscription.created', data: { subscription, startsAt: instantText(change.startsAt) } };
  if (change.type === 'canceled') return { type: 'subscription.canceled', data: { subscription, endsAt: change.endsAt === FOREVER ? null : instantText(change.endsAt), reason: change.reason } };
  return { type: 'subscription.updated', data: { subscription, change: change.type } };
}

/** What a transaction did to each wallet that it touched; most touch one, many none. */
function walletChange({ id, kind, description, entries }: LedgerTransaction): Happened[] {
  const touched = grouped(entries.filter(({ account }) => account === 'wallet').map(({ money }) => money), ({ currency }) => currency);
  return [...touched.values()].map((moved) => ({ type: 'wallet.updated', data: { transaction: id, kind, description, amount: moved.reduce(addMoney) } }));
}

function paymentData({ id, purpose, money, about }: ToldPayment): ChangeData {
  return { payment: id, purpose, amount: money, ...(purpose === 'invoice' ? { invoice: about } : {}), ...(purpose === 'refund' ? { refundOf: about } : {}) };
}

function holdChange(change: HoldChange): Happened {
  switch (change.type) {
    case 'opened':
      return { type: 'hold.opened', data: { hold: change.hold.id, amount: change.hold.money, ...heldUnits(change.hold.usage), expiresAt: instantText(change.hold.expiresAt) } };
    case 'extended':
      return { type: 'hold.extended', data: { hold: change.holdId, expiresAt: instantText(change.expiresAt) } };
    case 'settled':
      return { type: 'hold.settled', data: { hold: change.holdId, amount: change.money, ...(change.quantity === undefined ? {} : { quantity: change.quantity }) } };
    case 'released':
      return { type: 'hold.released', data: { hold: change.holdId } };
  }
}

function heldUnits(usage: HeldUsage | null): ChangeData {
  return usage === null ? {} : { feature: usage.feature, price: usage.priceCode, quantity: usage.quantity };
}

function settingChange(change: SettingChange): Happened {
  switch (change.setting) {
    case 'top_up':
      return { type: 'top_up_settings.updated', data: { enabled: change.value?.isEnabled ?? false, switchedOff: change.value?.switchedOff ?? null } };
    case 'payment_method':
      return { type: 'payment_method.updated', data: { status: change.value === null ? 'removed' : 'set' } };
    case 'tax':
      return { type: 'tax.updated', data: { status: change.value?.status ?? null } };
    case 'services':
      return { type: 'services.updated', data: {} };
    case 'overrides':
      return { type: 'entitlement.updated', data: {} };
    case 'alerts':
      return { type: 'alerts.updated', data: {} };
  }
}

function grouped<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
