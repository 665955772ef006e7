/**
 * What the vendor's SDKs make of an answer: their Python models refuse a value of another kind than the one declared,
 * so a whole number must be one, and a flag no text. Written from contracts/docspace.md, a model an address.
 */
export type Kind = 'integer' | 'number' | 'string' | 'boolean' | 'limit' | 'dateTime' | Model | readonly [Kind];
/** Fields by name; a name that ends with `?` may be missing, none may be null. */
export interface Model {
  readonly [field: string]: Kind;
}

const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?(Z|[+-]\d\d:\d\d)?$/;

/** Every place where the value is not what the model says, and every field that the model does not know. */
export function faultsIn(value: unknown, kind: Kind, path = '$'): string[] {
  if (typeof kind === 'string') return isOfKind(value, kind) ? [] : [`${path}: ${JSON.stringify(value)} is no ${kind}`];
  if (isList(kind)) return Array.isArray(value) ? value.flatMap((item, index) => faultsIn(item, kind[0], `${path}[${index}]`)) : [`${path}: no list`];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${path}: ${JSON.stringify(value)} is no object`];
  const given = value as Readonly<Record<string, unknown>>;
  const names = Object.keys(kind).map((name) => name.replace(/\?$/, ''));
  const unknown = Object.keys(given).filter((name) => !names.includes(name)).map((name) => `${path}.${name}: not known`);
  const wrong = Object.entries(kind).flatMap(([name, inner]) => {
    const field = name.replace(/\?$/, '');
    if (given[field] === undefined) return name.endsWith('?') ? [] : [`${path}.${field}: missing`];
    return faultsIn(given[field], inner, `${path}.${field}`);
  });
  return [...unknown, ...wrong];
}

function isList(kind: Kind): kind is readonly [Kind] {
  return Array.isArray(kind);
}

function isOfKind(value: unknown, kind: 'integer' | 'number' | 'string' | 'boolean' | 'limit' | 'dateTime'): boolean {
  switch (kind) {
    case 'integer':
      return Number.isSafeInteger(value);
    case 'limit':
      return Number.isSafeInteger(value) || typeof value === 'boolean';
    case 'dateTime':
      return typeof value === 'string' && DATE_TIME.test(value);
    case 'number':
    case 'string':
    case 'boolean':
      return typeof value === kind;
  }
}

const DEFAULT_QUOTA: Model = { enableQuota: 'boolean', defaultQuota: 'integer', 'lastRecalculateDate?': 'dateTime' };
const FEATURE: Model = { 'id?': 'string', 'title?': 'string', 'image?': 'string', 'value?': 'limit', 'type?': 'string', 'used?': { 'value?': 'number', 'title?': 'string' }, 'priceTitle?': 'string' };
const QUOTA: Model = {
  id: 'integer', 'title?': 'string', price: { 'value?': 'number', 'currencySymbol?': 'string', 'isoCurrencySymbol?': 'string' }, nonProfit: 'boolean', free: 'boolean', trial: 'boolean', features: [FEATURE],
  'usersQuota?': DEFAULT_QUOTA, 'roomsQuota?': DEFAULT_QUOTA, 'aiAgentsQuota?': DEFAULT_QUOTA, 'tenantCustomQuota?': { enableQuota: 'boolean', quota: 'integer', 'lastRecalculateDate?': 'dateTime', lastModified: 'dateTime' }, 'dueDate?': 'dateTime',
};
const WALLET_SERVICE: Model = { ...QUOTA, serviceName: 'string', 'innerServices?': [QUOTA] };
const BALANCE: Model = {
  accountNumber: 'integer', subAccountNumber: 'integer', 'accountName?': 'string', 'accountCurrency?': 'string', 'subAccounts?': [{ 'currency?': 'string', amount: 'number' }], 'lastCredit?': { date: 'dateTime', 'currency?': 'string', amount: 'number' },
};
const PAYER: Model = { id: 'string', 'displayName?': 'string', 'avatar?': 'string', 'avatarOriginal?': 'string', 'avatarMax?': 'string', 'avatarMedium?': 'string', 'avatarSmall?': 'string', 'profileUrl?': 'string', hasAvatar: 'boolean', isAnonim: 'boolean' };
const OPERATION: Model = {
  date: 'dateTime', 'service?': 'string', 'description?': 'string', 'details?': 'string', 'serviceUnit?': 'string', quantity: 'integer', 'currency?': 'string', credit: 'number', debit: 'number',
  'participantName?': 'string', 'participantDisplayName?': 'string', 'agentId?': 'string', 'agentTitle?': 'string', type: 'string',
};
const USAGE: Model = { 'service?': 'string', title: 'string', 'serviceUnit?': 'string', currency: 'string', totalQuantity: 'number', totalAmount: 'number', operationCount: 'integer' };
const reportOf = (item: Model): Model => ({ collection: [item], offset: 'integer', limit: 'integer', totalQuantity: 'integer', totalPage: 'integer', currentPage: 'integer' });

/** The settings beside `response`: the SDK refuses bounds of zero, which are left out there. */
export const TOP_UP_ALIAS: Model = { enabled: 'boolean', 'minBalance?': 'integer', 'upToBalance?': 'integer', 'currency?': 'string', lastModified: 'dateTime' };

/** What each read answers, under `/api/2.0/portal`. */
export const READS: Readonly<Record<string, Kind>> = {
  'payment/customerinfo': { 'portalId?': 'string', paymentMethodStatus: 'integer', 'email?': 'string', 'payer?': PAYER },
  'payment/customer/balance': BALANCE,
  'payment/customer/aibalance': BALANCE,
  'payment/customer/operations': reportOf(OPERATION),
  'payment/customer/usage': reportOf(USAGE),
  'payment/customer/usage/monthly': [{ year: 'integer', month: 'integer', currency: 'string', totalAmount: 'number', operationCount: 'integer' }],
  'payment/quota': QUOTA,
  'payment/quotas': [QUOTA],
  'payment/quotas?wallet=true': [QUOTA],
  'payment/walletservices': [WALLET_SERVICE],
  'payment/walletservice?service=Storage': WALLET_SERVICE,
  'payment/currencies': [{ 'isoCountryCode?': 'string', 'isoCurrencySymbol?': 'string', 'currencyNativeName?': 'string' }],
  'payment/accounting/currencies': [{ id: 'integer', code: 'string' }],
  'payment/topupsettings': { enabled: 'boolean', minBalance: 'integer', upToBalance: 'integer', 'currency?': 'string', lastModified: 'dateTime' },
  'payment/servicessettings': { 'enabledServices?': ['integer'], lastModified: 'dateTime' },
  'payment/activeservices': [{ service: 'string', 'serviceUnit?': 'string', subscription: 'boolean', 'title?': 'string', 'limit?': 'number', 'used?': 'number' }],
  'payment/ai-prices': [{ service: 'string', 'model?': 'string', 'unit?': 'string', price: 'number', currency: 'string' }],
  'payment/accounting/prices/storage': [{ id: 'integer', accountNumber: 'integer', serviceId: 'integer', costPrice: 'number', extraCharge: 'number', servicePrice: 'number', currency: 'string' }],
  'payment/account': 'string',
  'tariff': {
    openSource: 'boolean', enterprise: 'boolean', developer: 'boolean', id: 'integer', state: 'integer', dueDate: 'dateTime', delayDueDate: 'dateTime', licenseDate: 'dateTime', 'customerId?': 'string',
    'quotas?': [{ id: 'integer', quantity: 'integer', wallet: 'boolean', 'dueDate?': 'dateTime', 'nextQuantity?': 'integer', 'state?': 'integer' }],
  },
  'tariff/upcoming': [{ id: 'integer', name: 'string', 'title?': 'string', 'unitOfMeasure?': 'string', quantity: 'integer', wallet: 'boolean', dueDate: 'dateTime', amount: 'number', currency: 'string' }],
};
