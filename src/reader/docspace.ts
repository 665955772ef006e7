/**
 * Client of ONLYOFFICE DocSpace's payment API. Source: its published API documentation; the vendor's words
 * (quota, portal, payer) stay in this file.
 */
import { readPath, type Source } from './call.js';
import { decimal, field, flag, isRecord, items, money, size, text, type Json, type Maybe } from './json.js';
import { toSection, type Section } from './section.js';

const root = '/api/2.0/portal';
const paymentMethods: Record<string, string> = { '0': 'none', '1': 'set', '2': 'expired' };
const tariffStates: Record<string, string> = { '0': 'trial', '1': 'paid', '2': 'delay', '3': 'not paid' };

interface Call {
  name: string;
  /** Under `/api/2.0/portal`. */
  path: string;
  read: (body: Json) => Json;
  /** Known to the vendor's newest builds only: left out where the address is not there. */
  isNew?: true;
}

const calls: Call[] = [
  { name: 'customer info', path: '/payment/customerinfo', read: readCustomer },
  { name: 'balance', path: '/payment/customer/balance', read: readBalance },
  { name: 'tariff', path: '/tariff', read: readTariff },
  { name: 'current plan', path: '/payment/quota?refresh=false', read: readCurrentPlan },
  { name: 'available plans', path: '/payment/quotas', read: readPlans },
  { name: 'wallet services', path: '/payment/quotas?wallet=true', read: readPlans },
  { name: 'services switched on', path: '/payment/servicessettings', read: readServices },
  { name: 'active services', path: '/payment/activeservices', read: readActiveServices, isNew: true },
  { name: 'AI balance', path: '/payment/customer/aibalance', read: readBalance },
  { name: 'top-up settings', path: '/payment/topupsettings', read: readTopUp },
  { name: 'upcoming payments', path: '/tariff/upcoming', read: readUpcoming, isNew: true },
  { name: 'operations', path: '/payment/customer/operations', read: readOperations },
  { name: 'usage', path: '/payment/customer/usage', read: readUsage, isNew: true },
  { name: 'currencies', path: '/payment/currencies', read: readCurrencies },
];

/** The credentials an API key needs; a raw `Authorization: KEY` is for session tokens only. */
export function docspaceHeaders(key: string): Record<string, string> {
  return { authorization: `Bearer ${key}` };
}

/** `error.message`, or the field errors of a refused body. */
export function docspaceMessage(body: Json): string | null {
  const own = text(field(field(body, 'error'), 'message'));
  if (own !== null) return own;
  const refusal = field(body, 'response');
  const errors = field(refusal, 'errors');
  const details = isRecord(errors) ? Object.values(errors).flatMap(items).map(text) : [];
  const words = [text(field(refusal, 'title')), ...details].filter((word) => word !== null);
  return words.length === 0 ? null : words.join(' ');
}

/** The envelope's own `statusCode` when it says that the call failed, whatever the HTTP status was. */
export function docspaceRefusal(body: Json): number | null {
  if (field(body, 'status') !== 1 && !isRecord(field(body, 'error'))) return null;
  const status = field(body, 'statusCode');
  return typeof status === 'number' ? status : 500;
}

/** Sections in one order. A portal without a customer gives a value of null. */
export async function readDocspace(source: Source): Promise<Section[]> {
  const sections = await Promise.all(
    calls.map(async ({ name, path, read, isNew }) => {
      const answer = await readPath(source, root + path);
      return !answer.ok && answer.status === 404 && isNew === true ? [] : [toSection(name, answer, read)];
    }),
  );
  return sections.flat();
}

function readCustomer(body: Json): Json {
  const customer = field(body, 'response') ?? null;
  if (customer === null) return null;
  const status = text(field(customer, 'paymentMethodStatus'));
  const payer = field(customer, 'payer');
  return {
    portal_id: text(field(customer, 'portalId')),
    email: text(field(customer, 'email')),
    payment_method: status === null ? null : (paymentMethods[status] ?? status),
    payment_method_type: text(field(customer, 'paymentMethodType')),
    payer: isRecord(payer) ? { id: text(payer['id']), name: text(payer['displayName']) } : null,
  };
}

function readBalance(body: Json): Json {
  const balance = field(body, 'response') ?? null;
  if (balance === null) return null;
  const credit = field(balance, 'lastCredit');
  return {
    account: text(field(balance, 'accountName')),
    account_currency: text(field(balance, 'accountCurrency')),
    balances: items(field(balance, 'subAccounts')).map((account) =>
      money(field(account, 'amount'), field(account, 'currency')),
    ),
    last_credit: isRecord(credit)
      ? { date: text(credit['date']), credit: money(credit['amount'], credit['currency']) }
      : null,
  };
}

function readCurrentPlan(body: Json): Json {
  const plan = field(body, 'response') ?? null;
  if (plan === null) return null;
  const { features, ...terms } = readPlan(plan);
  return { ...terms, due_date: text(field(plan, 'dueDate')), features };
}

function readPlans(body: Json): Json {
  return items(field(body, 'response')).map(readPlan);
}

function readPlan(plan: Json): { [name: string]: Json; features: Json } {
  const features = items(field(plan, 'features'));
  const price = field(plan, 'price');
  const yearly = features.find((feature) => field(feature, 'id') === 'year');
  return {
    id: text(field(plan, 'id')),
    // What is paid from the wallet has no title of its own; its only feature does.
    title: text(field(plan, 'title')) ?? text(field(features[0], 'title')),
    price: money(field(price, 'value'), field(price, 'isoCurrencySymbol') ?? field(price, 'currencySymbol')),
    yearly: flag(field(yearly, 'value')),
    trial: flag(field(plan, 'trial')),
    free: flag(field(plan, 'free')),
    non_profit: flag(field(plan, 'nonProfit')),
    features: features.map(readFeature),
  };
}

function readFeature(feature: Json): Json {
  const isSize = field(feature, 'type') === 'size';
  const used = field(field(feature, 'used'), 'value');
  return {
    id: text(field(feature, 'id')),
    value: readLimit(field(feature, 'value'), isSize),
    used: readLimit(used, isSize),
    title: text(field(feature, 'title')),
  };
}

function readLimit(value: Maybe, isSize: boolean): Json {
  if (typeof value === 'boolean') return value;
  if (decimal(value) === '-1') return 'unlimited';
  return isSize ? size(value) : decimal(value);
}

/** The server wraps the settings in `response`; its OpenAPI file and SDKs say `settings`. */
function readTopUp(body: Json): Json {
  const settings = field(body, 'response') ?? field(body, 'settings') ?? null;
  if (settings === null) return null;
  const currency = field(settings, 'currency');
  return {
    enabled: flag(field(settings, 'enabled')),
    min_balance: money(field(settings, 'minBalance'), currency),
    up_to_balance: money(field(settings, 'upToBalance'), currency),
    currency: text(currency),
    last_modified: text(field(settings, 'lastModified')),
  };
}

/** Everyone is told the state; the rest only administrators. */
function readTariff(body: Json): Json {
  const tariff = field(body, 'response') ?? null;
  if (tariff === null) return null;
  const state = text(field(tariff, 'state'));
  return {
    state: state === null ? null : (tariffStates[state] ?? state),
    due_date: date(field(tariff, 'dueDate')),
    grace_until: date(field(tariff, 'delayDueDate')),
    quotas: items(field(tariff, 'quotas')).map((quota) => ({
      id: text(field(quota, 'id')),
      quantity: decimal(field(quota, 'quantity')),
      next_quantity: decimal(field(quota, 'nextQuantity')),
      from_wallet: flag(field(quota, 'wallet')),
      due_date: text(field(quota, 'dueDate')),
      overdue: field(quota, 'state') === undefined ? null : field(quota, 'state') === 1,
    })),
  };
}

/** The least date of the vendor's platform is none at all. */
function date(value: Maybe): string | null {
  const given = text(value);
  return given === null || given.startsWith('0001-01-01') ? null : given;
}

function readServices(body: Json): Json {
  const settings = field(body, 'response') ?? null;
  if (settings === null) return null;
  return { services: items(field(settings, 'enabledServices')).map(text), last_modified: text(field(settings, 'lastModified')) };
}

function readActiveServices(body: Json): Json {
  return items(field(body, 'response')).map((service) => ({
    service: text(field(service, 'service')),
    title: text(field(service, 'title')),
    subscription: flag(field(service, 'subscription')),
    limit: decimal(field(service, 'limit')),
    used: decimal(field(service, 'used')),
    unit: text(field(service, 'serviceUnit')),
  }));
}

function readUpcoming(body: Json): Json {
  return items(field(body, 'response')).map((payment) => ({
    title: text(field(payment, 'title')) ?? text(field(payment, 'name')),
    quantity: decimal(field(payment, 'quantity')),
    unit: text(field(payment, 'unitOfMeasure')),
    amount: money(field(payment, 'amount'), field(payment, 'currency')),
    due_date: text(field(payment, 'dueDate')),
    from_wallet: flag(field(payment, 'wallet')),
  }));
}

/** The newest of them, as many as the vendor gives at once, and how many there are. */
function readOperations(body: Json): Json {
  const report = field(body, 'response') ?? null;
  if (report === null) return null;
  return {
    total: decimal(field(report, 'totalQuantity')),
    newest: items(field(report, 'collection')).map((operation) => ({
      date: text(field(operation, 'date')),
      type: text(field(operation, 'type')),
      description: [field(operation, 'description'), field(operation, 'details')].map(text).filter((words) => words !== null && words !== '').join(', '),
      quantity: decimal(field(operation, 'quantity')),
      credit: money(field(operation, 'credit'), field(operation, 'currency')),
      debit: money(field(operation, 'debit'), field(operation, 'currency')),
    })),
  };
}

function readUsage(body: Json): Json {
  const report = field(body, 'response') ?? null;
  if (report === null) return null;
  return items(field(report, 'collection')).map((usage) => ({
    service: text(field(usage, 'title')) ?? text(field(usage, 'service')),
    quantity: decimal(field(usage, 'totalQuantity')),
    unit: text(field(usage, 'serviceUnit')),
    amount: money(field(usage, 'totalAmount'), field(usage, 'currency')),
    operations: decimal(field(usage, 'operationCount')),
  }));
}

function readCurrencies(body: Json): Json {
  return items(field(body, 'response')).map((currency) => ({
    country: text(field(currency, 'isoCountryCode')),
    currency: text(field(currency, 'isoCurrencySymbol')),
    name: text(field(currency, 'currencyNativeName')),
  }));
}
