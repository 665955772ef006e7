import { CHANGE_TYPES, type ChangeType } from './change.js';
import type { Instant } from './instant.js';

/** What is told of endpoints themselves: one was switched off after failing for days; somebody asked for a test. */
export const ENDPOINT_MESSAGE_TYPES = ['webhook_endpoint.disabled', 'webhook_endpoint.test'] as const;

/** Everything that a message can be about. */
export const MESSAGE_TYPES = [...CHANGE_TYPES, ...ENDPOINT_MESSAGE_TYPES] as const;
export type MessageType = ChangeType | (typeof ENDPOINT_MESSAGE_TYPES)[number];

/** What an endpoint may ask for: types, or `*` for all of them. */
export type TypeFilter = MessageType | '*';

/** A key that messages are signed with. */
export interface WebhookSecret {
  /** `whsec_` and base64, as Standard Webhooks writes it. */
  readonly secret: string;
  /** Until when (out) it signs; null: until it is replaced. */
  readonly expiresAt: Instant | null;
}

/** An address that is told what happens. */
export interface WebhookEndpoint {
  readonly id: string;
  readonly url: string;
  readonly description: string | null;
  /** Whom it is told about; null: everybody. */
  readonly customerId: string | null;
  /** What it is told; empty: everything but usage.recorded. */
  readonly types: readonly TypeFilter[];
  readonly isEnabled: boolean;
  readonly disabledAt: Instant | null;
  readonly disabledReason: string | null;
  /** The newest first. */
  readonly secrets: readonly WebhookSecret[];
  readonly createdAt: Instant;
}

/** Whether an endpoint is told of what has this type. */
export function hears(types: readonly TypeFilter[], type: MessageType): boolean {
  if (types.length === 0) return type !== 'usage.recorded';
  return types.includes('*') || types.includes(type);
}

/** The secrets that sign at `at`. */
export function validSecrets(secrets: readonly WebhookSecret[], at: Instant): string[] {
  return secrets.filter(({ expiresAt }) => expiresAt === null || expiresAt > at).map(({ secret }) => secret);
}

/** The secrets after a new one: the one before goes on signing until `until` (out), what is older has ended. */
export function rotatedSecrets(before: readonly WebhookSecret[], secret: string, until: Instant): WebhookSecret[] {
  return [{ secret, expiresAt: null }, ...before.slice(0, 1).map((old) => ({ secret: old.secret, expiresAt: until }))];
}
