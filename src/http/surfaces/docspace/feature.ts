import { decimal, decimalText, divide, type Decimal } from '../../../core/decimal.js';
import type { Entitlement } from '../../../core/entitlement.js';
import type { Feature } from '../../../core/feature.js';
import type { Grant, Plan } from '../../../core/plan.js';
import { usagePrice } from '../../../core/plan.js';
import { docspaceText } from './metadata.js';

/** A feature of a plan, offered or in force: contracts/docspace.md section 5.3. */
export interface QuotaFeature {
  readonly id: string;
  /** Empty when there is no wording. */
  readonly title: string;
  /** Sizes in bytes; -1 is unlimited. */
  readonly value: number | boolean | undefined;
  readonly type: 'flag' | 'size' | 'count';
  /** SVG text; in the catalogue only. */
  readonly image?: string | undefined;
  /** Of the current plan only. */
  readonly used?: { readonly value: number | undefined; readonly title: string | undefined } | undefined;
  readonly priceTitle: string | undefined;
}

/** Features in the order in which the vendor sends them; others follow in the order of their plan. */
const WIRE_ORDER = [
  'manager', 'total_size', 'file_size', 'branding', 'oauth', 'year', 'backup', 'aitools', 'users', 'room', 'customization', 'ldap', 'sso',
  'free_backup', 'restore', 'audit', 'thirdparty', 'statistic', 'aiagent', 'automationapi',
];

/** What only administrators are shown. */
const ADMIN_ONLY = new Set(['audit', 'ldap', 'sso', 'branding', 'customization', 'restore', 'thirdparty', 'year', 'free_backup', 'backup', 'aitools']);

const UNLIMITED = -1;

/** What a portal has: the feature with its combined limit and its use. `plan` gives the wording. */
export function fromEntitlement(entitlement: Entitlement, plan: Plan): QuotaFeature {
  const { feature, used } = entitlement;
  const one = toQuotaFeature({ ...entitlement, plan });
  if (used === null) return one;
  return { ...one, used: { value: jsonNumber(used), title: wording(feature, plan, 'used_title') } };
}

/** What one unit of a plan on offer gives. */
export function fromGrant(grant: Grant, plan: Plan): QuotaFeature {
  const limit = grant.limit ?? (grant.price === null ? null : (usagePrice(plan, grant.price)?.included ?? null));
  return { ...toQuotaFeature({ feature: grant.feature, isGranted: grant.isGranted, limit, plan }), image: wording(grant.feature, plan, 'image') };
}

/** What of a feature is shown to one who is no administrator: nothing of some, and how much is used of storage only. */
export function seenByUser(feature: QuotaFeature): QuotaFeature[] {
  if (ADMIN_ONLY.has(feature.id)) return [];
  if (feature.used === undefined || feature.id === 'total_size') return [feature];
  const { title } = feature.used;
  return [{ ...feature, used: title === undefined ? undefined : { value: undefined, title } }];
}

export function inWireOrder(features: readonly QuotaFeature[]): QuotaFeature[] {
  const rank = (feature: QuotaFeature): number => {
    const index = WIRE_ORDER.indexOf(feature.id);
    return index === -1 ? WIRE_ORDER.length : index;
  };
  return [...features].sort((left, right) => rank(left) - rank(right));
}

/** The word by which the vendor's clients know the feature: its own, else its code. */
export function featureIdOf(feature: Feature): string {
  return docspaceText(feature.metadata, 'feature_id') ?? feature.code;
}

/** The feature's wording in the plan, as the catalogue has it for what is not counted. */
export function featureTitle(feature: Feature, plan: Plan): string | undefined {
  return wording(feature, plan, 'title');
}

/** An exact decimal as JSON writes numbers. */
export function jsonNumber(value: Decimal): number {
  return Number(decimalText(value));
}

function toQuotaFeature(input: { feature: Feature; isGranted: boolean; limit: Decimal | 'unlimited' | null; plan: Plan }): QuotaFeature {
  const { feature, limit, plan } = input;
  const isFlag = feature.type === 'flag';
  return {
    id: featureIdOf(feature),
    title: titleOf(feature, limit, plan),
    value: isFlag ? input.isGranted : limit === 'unlimited' ? UNLIMITED : limit === null ? undefined : jsonNumber(limit),
    type: isFlag ? 'flag' : feature.unit,
    priceTitle: wording(feature, plan, 'price_title'),
  };
}

/** `{size}` in a title stands for the limit in bytes as people read it, `{count}` for the limit as it is. */
function titleOf(feature: Feature, limit: Decimal | 'unlimited' | null, plan: Plan): string {
  const title = wording(feature, plan, 'title') ?? '';
  if (limit === 'unlimited') return wording(feature, plan, 'title_unlimited') ?? title.replace(/\{(size|count)\}/g, 'unlimited');
  if (limit === null) return title;
  return title.replaceAll('{size}', sizeText(limit)).replaceAll('{count}', decimalText(limit));
}

/** What the plan says of the feature in words, else what the feature says itself. */
function wording(feature: Feature, plan: Plan, name: string): string | undefined {
  return docspaceText(plan.metadata, `${featureIdOf(feature)}.${name}`) ?? docspaceText(feature.metadata, name);
}

const SIZE_UNITS = ['bytes', 'KB', 'MB', 'GB', 'TB', 'PB', 'EB'];

/** Bytes in the largest binary unit that leaves at least one, to two decimal places: "2.54 TB". */
function sizeText(bytes: Decimal): string {
  let unit = 0;
  while (unit < SIZE_UNITS.length - 1 && bytes.gte(decimal(1024n ** BigInt(unit + 1)))) unit += 1;
  const shown = divide({ dividend: bytes, divisor: decimal(1024n ** BigInt(unit)), scale: 2, rounding: 'half_away_from_zero' });
  return `${decimalText(shown)} ${SIZE_UNITS[unit] ?? ''}`;
}
