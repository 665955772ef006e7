import type { FeatureDefinition } from '../../core/feature.js';
import type { MeterDefinition } from '../../core/meter.js';
import type { GrantDefinition, PlanDefinition, PriceDefinition } from '../../core/plan.js';

/**
 * What ONLYOFFICE DocSpace sells, in Paidup's words; what Paidup has no word for is in metadata under `docspace.`
 * (docs/surfaces/docspace.md). Source: the catalogue of contracts/docspace.md section 5.4. Codes begin with
 * `docspace_` so that they are nobody else's in a store that holds several products.
 */
const PREFIX = 'docspace_';

const ICON = "<svg width='16' height='16' xmlns='http://www.w3.org/2000/svg'/>";
const GIGABYTE = 1024 ** 3;
const MONTH = { unit: 'month', count: 1 } as const;
const YEAR = { unit: 'year', count: 1 } as const;

/** A feature as the vendor names and words it. */
interface Wording {
  readonly name: string;
  readonly title?: string;
  readonly titleUnlimited?: string;
  readonly priceTitle?: string;
  readonly usedTitle?: string;
  readonly image?: string;
}

const FLAGS: Readonly<Record<string, Wording>> = {
  branding: { name: 'Branding' },
  oauth: { name: 'OAuth' },
  year: { name: 'Yearly payment' },
  backup: { name: 'Backup' },
  aitools: { name: 'AI tools' },
  customization: { name: 'Customization', title: 'Branding & customization' },
  ldap: { name: 'LDAP' },
  sso: { name: 'SSO', title: 'SSO', image: ICON },
  restore: { name: 'Data recovery', title: 'Data recovery', image: ICON },
  audit: { name: 'Audit', title: 'Tracking logins & actions', image: ICON },
  thirdparty: { name: 'Pro integrations', title: 'Pro integrations' },
  statistic: { name: 'Statistic', title: 'Storage quotas & statistic' },
  automationapi: { name: 'Automation API' },
};

/** Features that are counted: by what, and how several limits become one. */
const COUNTED: Readonly<Record<string, Wording & Pick<FeatureDefinition, 'unit' | 'combine'> & Pick<MeterDefinition, 'aggregation'>>> = {
  manager: { name: 'Admins', aggregation: 'last', usedTitle: 'Admins added:', priceTitle: 'Number of admins' },
  total_size: {
    name: 'Storage space',
    aggregation: 'last',
    unit: 'size',
    title: '{size} per admin and ability to add space on request',
    usedTitle: 'Storage space used:',
    priceTitle: 'Storage space',
  },
  file_size: { name: 'Largest file', aggregation: 'max', unit: 'size', combine: 'max', title: 'Max file size' },
  users: { name: 'Users', aggregation: 'last', title: '{count} users and guests', titleUnlimited: 'Unlimited number of users and guests' },
  room: { name: 'Rooms', aggregation: 'last', title: '{count} active rooms', titleUnlimited: 'Unlimited number of active rooms', usedTitle: 'Rooms:' },
  free_backup: { name: 'Free backups', aggregation: 'count', title: '{count} free backups per month' },
  aiagent: { name: 'AI agents', aggregation: 'last' },
};

/** The code of what the vendor calls `id`. */
export function docspaceCode(id: string): string {
  return `${PREFIX}${id}`;
}

/** The event that reports the use of a feature: its value, or one occurrence of what is counted. */
export function docspaceEvent(id: string): string {
  return `docspace.${id}`;
}

export function docspaceMeters(): Record<string, MeterDefinition> {
  const counted = Object.entries(COUNTED).map(([id, { name, aggregation, unit }]): [string, MeterDefinition] => [
    docspaceCode(id),
    { name, event_name: docspaceEvent(id), aggregation, property: aggregation === 'count' ? null : 'value', unit: unit === 'size' ? 'byte' : null },
  ]);
  const paidBackup: MeterDefinition = { name: 'Paid backups', event_name: docspaceEvent('paid_backup'), aggregation: 'count' };
  return { ...Object.fromEntries(counted), [docspaceCode('paid_backup')]: paidBackup };
}

export function docspaceFeatures(): Record<string, FeatureDefinition> {
  const flags = Object.entries(FLAGS).map(([id, words]): [string, FeatureDefinition] => [docspaceCode(id), { name: words.name, type: 'flag', metadata: featureMetadata(id, words) }]);
  const counted = Object.entries(COUNTED).map(([id, { unit, combine, ...words }]): [string, FeatureDefinition] => [
    docspaceCode(id),
    { name: words.name, type: 'metered', unit, combine, meter: docspaceCode(id), metadata: featureMetadata(id, words) },
  ]);
  return Object.fromEntries([...flags, ...counted]);
}

export function docspacePlans(): Record<string, PlanDefinition> {
  return {
    [docspaceCode('business')]: business({ currency: 'USD', amount: '20.00', isYearly: false }),
    [docspaceCode('business_year')]: business({ currency: 'USD', amount: '220.00', isYearly: true }),
    [docspaceCode('business_eur')]: business({ currency: 'EUR', amount: '20.00', isYearly: false }),
    [docspaceCode('business_year_eur')]: business({ currency: 'EUR', amount: '220.00', isYearly: true }),
    [docspaceCode('startup')]: startup(),
    [docspaceCode('storage')]: storage(),
    [docspaceCode('backup_service')]: backupService(),
  };
}

function business(input: { currency: string; amount: string; isYearly: boolean }): PlanDefinition {
  const off = new Set(['branding', 'aitools', ...(input.isYearly ? [] : ['year'])]);
  return {
    name: 'Business',
    currency: input.currency,
    // The wallet is for services that are used as one goes; plans are paid by card.
    wallet_credit: 'kept',
    collection: 'charge',
    self_service: true,
    family: 'docspace',
    interval: input.isYearly ? YEAR : MONTH,
    features: [
      counted('manager', '1', 'admin'),
      counted('total_size', String(250 * GIGABYTE), 'admin'),
      counted('file_size', String(GIGABYTE)),
      counted('users', 'unlimited'),
      counted('room', 'unlimited'),
      counted('free_backup', '2'),
      counted('aiagent', 'unlimited'),
      ...Object.keys(FLAGS).map((id) => ({ feature: docspaceCode(id), granted: !off.has(id) })),
    ],
    prices: [{ code: 'admin', name: 'Admin', type: 'fixed', amount: input.amount, per_seat: true }, ...countingPrices()],
    metadata: { 'docspace.quota_id': input.isYearly ? '-10' : '-9' },
  };
}

/** What a portal that pays nothing has; not on offer. */
function startup(): PlanDefinition {
  return {
    name: 'Startup',
    currency: 'USD',
    interval: MONTH,
    features: [
      counted('manager', '3'),
      counted('total_size', String(2 * GIGABYTE)),
      counted('file_size', String(GIGABYTE)),
      counted('users', 'unlimited'),
      counted('room', '12'),
      counted('free_backup', '0'),
      counted('aiagent', 'unlimited'),
      ...Object.keys(FLAGS).map((id) => ({ feature: docspaceCode(id), granted: id === 'oauth' })),
    ],
    prices: countingPrices(),
    metadata: { 'docspace.quota_id': '-3', 'docspace.visible': 'false', 'docspace.total_size.title': '{size} of storage' },
  };
}

function storage(): PlanDefinition {
  return {
    name: 'Disk storage',
    currency: 'USD',
    interval: MONTH,
    features: [{ feature: docspaceCode('total_size'), limit: String(GIGABYTE), per_quantity_of: 'storage' }],
    prices: [{ code: 'storage', name: 'Disk storage, per GB', type: 'fixed', amount: '0.14', per_seat: true, renewal: 'cover_usage', paid_from: 'wallet' }],
    metadata: {
      'docspace.quota_id': '-11',
      'docspace.total_size.title': 'Additional disk storage',
      'docspace.total_size.price_title': 'Adjust the storage to the exact amount you require.',
    },
  };
}

function backupService(): PlanDefinition {
  return {
    name: 'Backup',
    currency: 'USD',
    interval: MONTH,
    features: [{ feature: docspaceCode('backup'), granted: true }],
    prices: [{ code: 'backup', name: 'Backup', type: 'usage', meter: docspaceCode('paid_backup'), model: { type: 'per_unit', amount: '10.00' }, paid_from: 'wallet' }],
    metadata: {
      'docspace.quota_id': '-12',
      'docspace.backup.title': 'Additional backup',
      'docspace.backup.price_title': 'Enable backups. Costs will be billed automatically.',
    },
  };
}

/** Prices that only count: how much there is of each feature, and how many free backups were made this month. */
function countingPrices(): PriceDefinition[] {
  return Object.entries(COUNTED).map(([id, { name, aggregation }]) => ({
    code: id,
    name,
    type: 'usage',
    meter: docspaceCode(id),
    included: 'unlimited',
    model: { type: 'per_unit', amount: '0' },
    window: aggregation === 'count' ? MONTH : { unit: 'lifetime' },
  }));
}

function counted(id: string, limit: string, perQuantityOf?: string): GrantDefinition {
  return { feature: docspaceCode(id), limit, per_quantity_of: perQuantityOf, price: id };
}

function featureMetadata(id: string, words: Wording): Record<string, string> {
  const texts = { feature_id: id, title: words.title, title_unlimited: words.titleUnlimited, price_title: words.priceTitle, used_title: words.usedTitle, image: words.image };
  return Object.fromEntries(Object.entries(texts).flatMap(([name, text]) => (text === undefined ? [] : [[`docspace.${name}`, text]])));
}
