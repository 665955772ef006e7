import { Type } from 'typebox';
import { decimalText } from '../core/decimal.js';
import type { Entitlement } from '../core/entitlement.js';
import { instantText } from '../core/instant.js';
import { InstantText, Nullable, Words } from './schema.js';

export const EntitlementView = Type.Object({
  feature: Type.String(),
  name: Type.String(),
  type: Words(['flag', 'limit', 'metered']),
  granted: Type.Boolean(),
  limit: Nullable(Type.String({ description: 'A decimal or "unlimited"; null for a flag' })),
  used: Nullable(Type.String()),
  remaining: Nullable(Type.String()),
  resets_at: Nullable(InstantText),
});

export function entitlementView({ feature, isGranted, limit, used, remaining, resetsAt }: Entitlement) {
  return {
    feature: feature.code,
    name: feature.name,
    type: feature.type,
    granted: isGranted,
    limit: limit === null || limit === 'unlimited' ? limit : decimalText(limit),
    used: used === null ? null : decimalText(used),
    remaining: remaining === null ? null : decimalText(remaining),
    resets_at: resetsAt === null ? null : instantText(resetsAt),
  };
}
