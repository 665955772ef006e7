import { createHash } from 'node:crypto';
import type { AlertDefinition, UsageAlert } from '../../../core/alert.js';
import type { Customer } from '../../../core/customer.js';
import { instantTextInSeconds } from '../../../core/instant.js';
import type { DigaUsageAlert, DigaUsageAlertInput } from './schema.js';

/*
 * A usage alert in the words of Diga's UsageAlertConfigurationResponse. Source: contracts/diga.md section 2; what it
 * leaves open and how that is settled stands in docs/surfaces/diga.md.
 */

/** Marks the alert that the vendor knows of; a promise to whoever sets alerts by the native API. */
const REFERENCE = 'diga.usage_alert';

/** What is said of a project whose alert was never set: nobody is told anything. */
const UNSET = { isEnabled: false, percent: 80 } as const;

/** Any fixed UUID: what the ids of this surface are made under (RFC 9562 section 5.5). */
const NAMESPACE = Buffer.from('6f1d3f0a7c0e4b7b9a53d7c2e4b81f60', 'hex');

/** The project's alert, with what is said while it was never set. */
export function toDigaUsageAlert(project: Pick<Customer, 'id' | 'createdAt'>, alerts: readonly UsageAlert[]): DigaUsageAlert {
  const alert = alerts.find(({ reference, threshold }) => reference === REFERENCE && threshold.type === 'percent');
  return {
    id: uuidOf(project.id),
    enabled: alert?.isEnabled ?? UNSET.isEnabled,
    percent: alert?.threshold.type === 'percent' ? wholePercent(alert.threshold.percent) : UNSET.percent,
    updated_at: instantTextInSeconds(alert?.changedAt ?? project.createdAt),
  };
}

/** Section 2: "percentage of included minutes USED", so what was carried in does not count. */
export function fromDigaUsageAlert(input: DigaUsageAlertInput, meter: string): AlertDefinition & { readonly reference: string } {
  const { enabled, percent, notification_email: email } = input;
  return { meter, threshold: { type: 'percent', percent: String(percent), of: 'included' }, enabled, email, reference: REFERENCE };
}

/** The vendor knows whole percentages from 1 to 99; the native API others too. */
function wholePercent(text: string): number {
  return Math.min(99, Math.max(1, Math.floor(Number(text))));
}

/** The same for a project always: a name-based UUID, version 5. */
function uuidOf(customerId: string): string {
  const hash = createHash('sha1').update(NAMESPACE).update(customerId).digest();
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = hash.toString('hex', 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
