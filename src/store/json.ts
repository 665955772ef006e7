import type { Currency } from '../core/currency.js';
import type { Money } from '../core/money.js';

/** Money as the store keeps it: minor units as text, for they may be larger than a JSON number keeps. */
export interface MoneyJson {
  readonly minor: string;
  readonly currency: Currency;
}

export function fromMoneyJson({ minor, currency }: MoneyJson): Money {
  return { minor: BigInt(minor), currency };
}

export function toMoneyJson({ minor, currency }: Money): MoneyJson {
  return { minor: minor.toString(), currency };
}

/** JSON with money's minor units as text. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? inner.toString() : inner));
}

export function fromJson<Value>(text: string): Value {
  return JSON.parse(text, (key, inner: unknown) => (key === 'minor' && typeof inner === 'string' ? BigInt(inner) : inner)) as Value;
}
