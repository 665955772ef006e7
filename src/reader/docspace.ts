/**
 * Client of ONLYOFFICE DocSpace's payment API. Source: its published API documentation; the vendor's words
 * (quota, portal, payer) stay in this file.
 */
import { readPath, type Source } from './call.js';
import { decimal, field, flag, isRecord, items, money, size, text, type Json, type Maybe } from './json.js';
import { toSection, type Section } from './section.js';

const root = '/api/2.0/portal/payment';
const paymentMethods: Record<string, string> = { '0': 'none', '1': 'set', '2': 'expired' };

const calls: { name: string; path: string; read: (body: Json) => Json }[] = [
  { name: 'customer info', path: '/customerinfo', read: readCustomer },
  { name: 'balance', path: '/customer/balance', read: readBalance },
  { name: 'current plan', path: '/quota?refresh=false', read: readCurrentPlan },
  { name: 'available plans', path: '/quotas', read: readPlans },
  { name: 'wallet services', path: '/quotas?wallet=true', read: readPlans },
  { name: 'top-up settings', path: '/topupsettings', read: readTopUp },
  { name: 'currencies', path: '/currencies', read: readCurrencies },
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

/** Seven sections, always in the same order. A portal without a customer gives a value of null. */
export async function readDocspace(source: Source): Promise<Section[]> {
  return Promise.all(
    calls.map(async ({ name, path, read }) => toSection(name, await readPath(source, root + path), read)),
  );
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

function readCurrencies(body: Json): Json {
  return items(field(body, 'response')).map((currency) => ({
    country: text(field(currency, 'isoCountryCode')),
    currency: text(field(currency, 'isoCurrencySymbol')),
    name: text(field(currency, 'currencyNativeName')),
  }));
}
