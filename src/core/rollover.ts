import { add, multiply, notBelowZero, smaller, subtract, type Decimal } from './decimal.js';

/** The most that unused units may carry into the next window: so many units, or so many times the next included. */
export type RolloverCap = { readonly units: Decimal } | { readonly multiple: Decimal };

/** That unused units carry over; without a cap, all of them. */
export interface Rollover {
  readonly cap: RolloverCap | null;
}

/**
 * Units carried into the next window: included + carried - used, not below zero, at most the cap. A cap by multiple
 * is a multiple of what the next window includes. Used units are taken from included first, then carried.
 */
export function carry(input: {
  included: Decimal;
  carried: Decimal;
  used: Decimal;
  cap: RolloverCap | null;
  nextIncluded: Decimal;
}): Decimal {
  const unused = notBelowZero(subtract(add(input.included, input.carried), input.used));
  if (input.cap === null) return unused;
  return smaller(unused, 'units' in input.cap ? input.cap.units : multiply(input.cap.multiple, input.nextIncluded));
}
