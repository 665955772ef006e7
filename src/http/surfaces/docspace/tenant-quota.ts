import type { Plan } from '../../../core/plan.js';
import type { BillingState } from '../../../core/state.js';
import { toCatalogue } from './catalogue.js';
import type { QuotaFeature } from './feature.js';
import { docspaceFlag } from './metadata.js';
import { isPaidFromWallet, isYearly, planNameOf, quotaIdOf } from './plan.js';
import { planSubscription, toCurrentQuota, type Quota } from './quota.js';

/**
 * A plan as the vendor's server keeps it: counts and sizes by name, -1 without limit, sizes in bytes. The names are those
 * of its published SDKs; contracts/docspace.md section 6.3 names the figures.
 */
export type TenantQuota = Readonly<Record<string, string | number | boolean | undefined>>;

const GIGABYTE = 1024 ** 3;

/** What the vendor calls each feature's figure here. */
const FIGURES: Readonly<Record<string, string>> = {
  file_size: 'maxFileSize', total_size: 'maxTotalSize', users: 'countUser', manager: 'countRoomAdmin', room: 'countRoom', free_backup: 'countFreeBackup', aiagent: 'countAIAgent',
};
const FLAGS: Readonly<Record<string, string>> = {
  audit: 'audit', ldap: 'ldap', sso: 'sso', statistic: 'statistic', branding: 'branding', customization: 'customization', automationapi: 'automationApi',
  restore: 'restore', oauth: 'oauth', thirdparty: 'thirdParty', year: 'year', backup: 'backup', aitools: 'aiTools',
};
/** What a portal of ours never has. */
const NEVER = { usersInRoom: 0, update: false, docsEdition: false, lifetime: false, custom: false, contentSearch: false };

/** What the portal has now, add-ons included; undefined while it has nothing. */
export function toPortalQuota(state: BillingState): TenantQuota | undefined {
  const quota = toCurrentQuota(state);
  const plan = planSubscription(state)?.phase.plan;
  return quota === undefined || plan === undefined ? undefined : toTenantQuota(quota, plan, state);
}

/** The cheapest plan on offer, none by the year, that has room for the portal's users and what it stores; undefined when none does. */
export function toRightQuota(state: BillingState, plans: readonly Plan[]): TenantQuota | undefined {
  const [users, bytes] = [usedOf(state, 'users'), usedOf(state, 'total_size')];
  const hasRoom = (quota: Quota, id: string, used: number): boolean => {
    const limit = quota.features.find((feature) => feature.id === id)?.value;
    return typeof limit === 'number' && (limit === -1 || limit > used);
  };
  const fitting = toCatalogue(state, plans.filter((plan) => !isYearly(plan)), { isWallet: false }).filter((quota) => hasRoom(quota, 'users', users) && hasRoom(quota, 'total_size', bytes));
  const cheapest = fitting.sort((left, right) => (left.price.value ?? Infinity) - (right.price.value ?? Infinity))[0];
  const plan = plans.find((candidate) => cheapest !== undefined && quotaIdOf(candidate) === cheapest.id && candidate.currency === cheapest.price.isoCurrencySymbol);
  return cheapest === undefined || plan === undefined ? undefined : toTenantQuota(cheapest, plan, state);
}

/** What the portal stores, in gigabytes to two decimal places. */
export function toUsedSpace(state: BillingState): number {
  return Math.round((usedOf(state, 'total_size') / GIGABYTE) * 100) / 100;
}

function usedOf(state: BillingState, id: string): number {
  return toCurrentQuota(state)?.features.find((feature) => feature.id === id)?.used?.value ?? 0;
}

function toTenantQuota(quota: Quota, plan: Plan, state: BillingState): TenantQuota {
  const valueOf = (id: string): QuotaFeature['value'] => quota.features.find((feature) => feature.id === id)?.value;
  return {
    tenantId: state.customer.accountNumber,
    name: planNameOf(plan),
    price: quota.price.value,
    priceCurrencySymbol: quota.price.currencySymbol,
    priceISOCurrencySymbol: quota.price.isoCurrencySymbol,
    visible: docspaceFlag(plan.metadata, 'visible', true),
    wallet: isPaidFromWallet(plan),
    dueDate: quota.dueDate,
    features: quota.features.flatMap(featureText).join(','),
    ...Object.fromEntries(Object.entries(FIGURES).map(([id, name]) => [name, valueOf(id) ?? 0])),
    nonProfit: quota.nonProfit,
    trial: quota.trial,
    free: quota.free,
    ...Object.fromEntries(Object.entries(FLAGS).map(([id, name]) => [name, valueOf(id) ?? false])),
    ...NEVER,
  };
}

/** `manager:10` for a figure, `audit` for what is granted. */
function featureText({ id, value }: QuotaFeature): string[] {
  if (value === undefined || value === false) return [];
  return value === true ? [id] : [`${id}:${value}`];
}
