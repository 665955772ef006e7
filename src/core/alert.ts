import { decimal, decimalText } from './decimal.js';
import type { Instant } from './instant.js';
import { emailFault, nameFault } from './name.js';
import { InputReader } from './price.js';
import { Refusal, invalidInput, notFound } from './problems.js';

/** When an alert is due, as it is stored: decimals as text. */
export type AlertThreshold =
  /** Used, in percent of what the window includes, or of included and carried (`available`). */
  | { readonly type: 'percent'; readonly percent: string; readonly of: 'included' | 'available' }
  /** So many sold units. */
  | { readonly type: 'quantity'; readonly quantity: string }
  /** Included and carried run out before the window ends if it goes on as it did so far. */
  | { readonly type: 'forecast' };

/** What a customer, or whoever serves it, wants to be told of: once per usage window of each price that counts the meter. */
export interface UsageAlert {
  readonly id: string;
  /** Code of the meter. */
  readonly meter: string;
  readonly threshold: AlertThreshold;
  readonly isEnabled: boolean;
  /** Where to send it. Paidup sends no mail: it hands the address on with each firing. */
  readonly email: string | null;
  readonly name: string | null;
  /** The merchant's own name for it; no two alerts of a customer share one. */
  readonly reference: string | null;
  readonly createdAt: Instant;
  readonly changedAt: Instant;
}

/** A fact: the alert was due in a window. It holds the alert as it was then. */
export interface AlertFiring {
  readonly alertId: string;
  readonly subscriptionId: string;
  readonly priceCode: string;
  readonly windowStartsAt: Instant;
  /** Null when the window has no end. */
  readonly windowEndsAt: Instant | null;
  readonly madeAt: Instant;
  readonly meter: string;
  readonly threshold: AlertThreshold;
  readonly email: string | null;
  readonly name: string | null;
  readonly reference: string | null;
  /** Sold units, as decimal text. */
  readonly used: string;
  /** What it was held against: included, included and carried, or the quantity of the threshold. */
  readonly limit: string;
  /** Used in percent of the limit, cut to two decimal places. */
  readonly percent: string;
  /** Of a forecast: what will have been used when the window ends, rounded to two decimal places. */
  readonly projected: string | null;
}

/** The newest firing of an alert for one price of one subscription. */
export type LastFiring = Pick<AlertFiring, 'alertId' | 'subscriptionId' | 'priceCode' | 'windowStartsAt' | 'madeAt' | 'used' | 'limit' | 'percent'>;

/** Alerts as the API takes them. */
export interface AlertDefinition {
  readonly meter: string;
  readonly threshold:
    | { readonly type: 'percent'; readonly percent: string; readonly of?: 'included' | 'available' | undefined }
    | { readonly type: 'quantity'; readonly quantity: string }
    | { readonly type: 'forecast' };
  readonly enabled?: boolean | undefined;
  readonly email?: string | null | undefined;
  readonly name?: string | null | undefined;
  readonly reference?: string | null | undefined;
}

/** The most alerts that one customer may have. */
export const MAX_ALERTS = 50;
const MAX_PERCENT = decimal(1000);

/** @throws Refusal `invalid_request` naming each value that is wrong. */
export function parseAlert(identity: Pick<UsageAlert, 'id' | 'createdAt' | 'changedAt'>, definition: AlertDefinition): UsageAlert {
  const reader = new InputReader();
  const threshold = parseThreshold(definition.threshold, reader);
  const { meter, enabled = true, email = null, name = null, reference = null } = definition;
  const wrongEmail = email === null ? undefined : emailFault(email);
  if (wrongEmail !== undefined) reader.fault('/email', wrongEmail);
  for (const [pointer, text] of [['/name', name], ['/reference', reference]] as const) {
    const wrong = text === null ? undefined : nameFault(text);
    if (wrong !== undefined) reader.fault(pointer, wrong);
  }
  if (reader.errors.length > 0) throw invalidInput(reader.errors);
  return { ...identity, meter, threshold, isEnabled: enabled, email, name, reference };
}

function parseThreshold(definition: AlertDefinition['threshold'], reader: InputReader): AlertThreshold {
  switch (definition.type) {
    case 'percent': {
      const percent = reader.positive(definition.percent, '/threshold/percent');
      if (percent.gt(MAX_PERCENT)) reader.fault('/threshold/percent', `must not be above ${decimalText(MAX_PERCENT)}`);
      return { type: 'percent', percent: decimalText(percent), of: definition.of ?? 'available' };
    }
    case 'quantity':
      return { type: 'quantity', quantity: decimalText(reader.positive(definition.quantity, '/threshold/quantity')) };
    case 'forecast':
      return { type: 'forecast' };
  }
}

/** The alert as a definition: what a change leaves as it is. */
export function definitionOf({ meter, threshold, isEnabled, email, name, reference }: UsageAlert): AlertDefinition {
  return { meter, threshold, enabled: isEnabled, email, name, reference };
}

/** The alerts with one more, or with another one in the place of the one that has its id. @throws Refusal `already_exists`, `invalid_request`. */
export function withAlert(alerts: readonly UsageAlert[], alert: UsageAlert): UsageAlert[] {
  const isTaken = alert.reference !== null && alerts.some(({ id, reference }) => id !== alert.id && reference === alert.reference);
  if (isTaken) throw new Refusal('already_exists', `The customer has an alert with the reference "${alert.reference}" already.`);
  if (alerts.some(({ id }) => id === alert.id)) return alerts.map((other) => (other.id === alert.id ? alert : other));
  if (alerts.length >= MAX_ALERTS) throw new Refusal('invalid_request', `The customer has ${MAX_ALERTS} alerts already: change one of them, or delete one first.`);
  return [...alerts, alert];
}

/** @throws Refusal `not_found`. */
export function alertOf(alerts: readonly UsageAlert[], id: string): UsageAlert {
  const found = alerts.find((alert) => alert.id === id);
  if (found === undefined) throw notFound('alert', id);
  return found;
}

/** The newest firings after one more; of one price of a subscription only the newest window counts. */
export function withFiring(before: readonly LastFiring[], firing: AlertFiring): LastFiring[] {
  const { alertId, subscriptionId, priceCode, windowStartsAt, madeAt, used, limit, percent } = firing;
  const key = keyOf(firing);
  const others = before.filter((other) => keyOf(other) !== key);
  return [...others, { alertId, subscriptionId, priceCode, windowStartsAt, madeAt, used, limit, percent }].sort((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1));
}

/** Firings of alerts that are gone are of no use any more. */
export function firingsOf(alerts: readonly UsageAlert[], firings: readonly LastFiring[]): readonly LastFiring[] {
  const ids = new Set(alerts.map(({ id }) => id));
  return firings.filter(({ alertId }) => ids.has(alertId));
}

function keyOf({ alertId, subscriptionId, priceCode }: Pick<LastFiring, 'alertId' | 'subscriptionId' | 'priceCode'>): string {
  return `${alertId}\n${subscriptionId}\n${priceCode}`;
}
