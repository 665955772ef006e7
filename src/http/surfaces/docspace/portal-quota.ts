import { instantText, parseInstant, type Instant } from '../../../core/instant.js';
import type { BillingState } from '../../../core/state.js';
import { featureIdOf } from './feature.js';
import { docspaceInteger, docspaceText } from './metadata.js';

/** How much each user, room or agent of the portal may take up; -2 when the portal has set none. */
export interface DefaultQuota {
  readonly enableQuota: boolean;
  readonly defaultQuota: number;
}

/** The portal's own division of its storage, shown with every plan: contracts/docspace.md section 5.3. */
export interface PortalQuotas {
  readonly usersQuota: DefaultQuota;
  readonly roomsQuota: DefaultQuota;
  readonly aiAgentsQuota: DefaultQuota;
  readonly tenantCustomQuota: { readonly enableQuota: boolean; readonly quota: number; readonly lastModified: string };
}

type Metadata = Readonly<Record<string, string>>;

/** The feature that brings storage quotas. */
const STATISTIC = 'statistic';
const NEVER_SET = -2;
const NONE = -1;

/** The portal's settings, as its customer's metadata keep them; undefined without the feature `statistic`. */
export function toPortalQuotas(state: BillingState): PortalQuotas | undefined {
  const isGranted = state.entitlements.some((entitlement) => featureIdOf(entitlement.feature) === STATISTIC && entitlement.isGranted);
  if (!isGranted) return undefined;
  const { metadata } = state.customer;
  return {
    usersQuota: defaultQuota(metadata, 'users_quota'),
    roomsQuota: defaultQuota(metadata, 'rooms_quota'),
    aiAgentsQuota: defaultQuota(metadata, 'ai_agents_quota'),
    tenantCustomQuota: tenantQuota(metadata, state.asOf),
  };
}

function defaultQuota(metadata: Metadata, name: string): DefaultQuota {
  const bytes = docspaceInteger(metadata, name);
  return { enableQuota: bytes !== undefined, defaultQuota: bytes ?? NEVER_SET };
}

/** Never set, it was changed at the moment of reading, as the vendor's server has it. */
function tenantQuota(metadata: Metadata, asOf: Instant): PortalQuotas['tenantCustomQuota'] {
  const bytes = docspaceInteger(metadata, 'tenant_quota');
  const changedAt = parseInstant(docspaceText(metadata, 'tenant_quota_changed_at') ?? '');
  return { enableQuota: bytes !== undefined, quota: bytes ?? NONE, lastModified: instantText(changedAt ?? asOf) };
}
