import { isUnsettledRow } from '../core/plan-bound.js';
import type { Subscription } from '../core/subscription.js';
import type { UsageWindow } from '../core/window.js';
import type { StoredWindow } from '../store/window.js';

/** Windows as rows, each with whether an invoice or the wallet still has to look at it. */
export function storedWindows(customerId: string, owner: { subscriptions: readonly Subscription[] }, windows: readonly UsageWindow[]): StoredWindow[] {
  const byId = new Map(owner.subscriptions.map((subscription) => [subscription.id, subscription]));
  return windows.map((window) => {
    const subscription = byId.get(window.subscriptionId);
    return { customerId, window, isUnsettled: subscription !== undefined && isUnsettledRow(subscription, window) };
  });
}
