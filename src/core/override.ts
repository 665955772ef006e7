import { ZERO, parseDecimal } from './decimal.js';
import type { Feature } from './feature.js';
import { FOREVER, parseInstant, type Instant } from './instant.js';
import { invalidInput, type InputError } from './problems.js';

/**
 * What one customer is granted or denied of a feature beside the plans, in a form that JSON keeps. `replace`: it alone
 * holds; `add`, `max`: it joins what the plans grant.
 */
export interface Override {
  /** As it was when the override was made: no plan need know it. */
  readonly feature: Feature;
  readonly isGranted: boolean;
  /** A decimal or `unlimited`; null for a flag. */
  readonly limit: string | null;
  readonly combine: 'replace' | 'add' | 'max';
  /** Why, for whoever asks later. */
  readonly reason: string;
  /** From then on it does not count (out); null: for good. */
  readonly expiresAt: Instant | null;
  readonly madeAt: Instant;
}

export interface OverrideInput {
  /** True unless told. */
  readonly granted?: boolean | undefined;
  readonly limit?: string | null | undefined;
  /** `replace` unless told. */
  readonly combine?: Override['combine'] | undefined;
  readonly reason: string;
  readonly expiresAt?: string | null | undefined;
}

/** @throws Refusal `invalid_request` naming each wrong field. */
export function parseOverride(feature: Feature, input: OverrideInput, at: Instant): Override {
  const errors: InputError[] = [];
  const isGranted = input.granted ?? true;
  const limit = input.limit ?? null;
  const combine = input.combine ?? 'replace';
  const isFlag = feature.type === 'flag';
  if (isFlag && limit !== null) errors.push({ pointer: '/limit', detail: 'is not for a flag: send "granted"' });
  if (isFlag && combine !== 'replace') errors.push({ pointer: '/combine', detail: 'is not for a flag: an override of it replaces what the plans say' });
  if (!isFlag && isGranted && limit === null) errors.push({ pointer: '/limit', detail: 'is needed: a decimal string or "unlimited"; or send "granted": false' });
  if (!isGranted && (limit !== null || combine !== 'replace')) errors.push({ pointer: '/granted', detail: 'false takes the feature away: it goes with no limit, and replaces what the plans say' });
  const units = limit === null || limit === 'unlimited' ? ZERO : parseDecimal(limit);
  if (units === undefined || units.lt(ZERO)) errors.push({ pointer: '/limit', detail: 'must be a decimal string, not negative, or "unlimited"' });
  if (input.reason.trim() === '') errors.push({ pointer: '/reason', detail: 'is needed: whoever asks later wants to know why' });
  const expiresAt = input.expiresAt == null ? null : parseInstant(input.expiresAt);
  if (expiresAt === undefined || (expiresAt !== null && expiresAt <= at)) errors.push({ pointer: '/expires_at', detail: 'must be an RFC 3339 date-time that lies ahead' });
  if (errors.length > 0) throw invalidInput(errors);
  return { feature, isGranted, limit: limit === null || limit === 'unlimited' ? limit : (units ?? ZERO).toFixed(), combine, reason: input.reason, expiresAt: expiresAt ?? null, madeAt: at };
}

/** One override a feature, in order of their codes. */
export function withOverride(overrides: readonly Override[], added: Override): readonly Override[] {
  return [...withoutOverride(overrides, added.feature.code), added].sort((left, right) => (left.feature.code < right.feature.code ? -1 : 1));
}

export function withoutOverride(overrides: readonly Override[], feature: string): readonly Override[] {
  return overrides.filter((override) => override.feature.code !== feature);
}

export function isInForce({ expiresAt, madeAt }: Override, at: Instant): boolean {
  return at >= madeAt && at < (expiresAt ?? FOREVER);
}
