import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Json } from './json.js';
import { dialects, readReport, type Report } from './report.js';
import { reportJson, reportText } from './text.js';

const key = 'sk-0123456789abcdef';
const docspace = readExamples();
const diga = {
  name: 'Pro', next_invoice_date: '2026-12-01T00:00:00Z', next_invoice_amount: 49.0, period_start: '2026-11-01T00:00:00Z',
  period_end: '2026-12-01T00:00:00Z', included_minutes: 1400, max_concurrent_calls: null, active_since: '2026-01-01T00:00:00Z',
  price: 49, currency: 'EUR', period: 'month', overage_price_per_minute: 0.07, usage_based_billing_enabled: true,
  minutes_count: 450, rollover_minutes_count: 350, next_payment_date: '2026-12-01T00:00:00Z',
  next_phase: { name: 'Scale', period: 'month', price: 149 }, knowledge_storage_used_bytes: 1536, brand_new: { a: 1 },
};
const lark = {
  active_subscriptions: [{ rate_card_id: 'rc_1', subscription_id: 'sub_1' }], has_active_subscription: true,
  has_overage_for_usage: false,
  usage_data: [{ included_units: 300, pricing_metric_id: 'pmtr_1', rate_name: 'Compute Hours', used_units: '100' }],
};
const state = {
  customer: { id: 'cus_1' }, as_of: '2026-11-20T10:00:00Z', revision: 12, subscriptions: [{ id: 'sub_1', status: 'active' }],
  usage: [{ name: 'Minutes', included: '300', used: '100' }], entitlements: [],
  wallet: [{ currency: 'USD', balance: '186.42' }], top_up: { enabled: true },
  upcoming_invoice: { total: { amount: '29.00', currency: 'USD' } }, access: { allowed: true, reasons: [] },
};

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function listen(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A stub that answers paths with bodies, 404 elsewhere, and notes what it was asked. */
async function stub(bodies: Record<string, unknown>): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const url = await listen((request, response) => {
    const path = request.url ?? '';
    asked.push(`${path} ${request.headers.authorization ?? `x-api-key ${String(request.headers['x-api-key'])}`}`);
    const body = bodies[path];
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body));
  });
  return { url, asked };
}

function readExamples(): Record<string, unknown> {
  const source = readFileSync(new URL('./docspace.examples.json', import.meta.url), 'utf8');
  const examples = JSON.parse(source) as Record<string, unknown>;
  const bodies = Object.entries(examples).map(([path, body]) => [`/api/2.0/portal${path}`, body]);
  const paid = '/api/2.0/portal/payment/quota';
  return { ...Object.fromEntries(bodies), [`${paid}?refresh=false`]: examples['/payment/quota'] };
}

function valueOf(report: Report, name: string): Json {
  const section = report.sections.find((one) => one.name === name);
  if (section?.ok !== true) throw new Error(`no ${name}: ${JSON.stringify(section)}`);
  return section.value;
}

const payment = '/api/2.0/portal/payment';

describe('a DocSpace report', () => {
  it('reads all that a portal tells of its payments, with a Bearer key', async () => {
    const { url, asked } = await stub(docspace);

    const report = await readReport({ dialect: 'docspace', url: `${url}/`, key });

    expect(report.url).toBe(url);
    expect(report.sections.map((section) => [section.name, section.ok])).toEqual(
      [
        'customer info', 'balance', 'tariff', 'current plan', 'available plans', 'wallet services', 'services switched on', 'active services',
        'AI balance', 'top-up settings', 'upcoming payments', 'operations', 'usage', 'currencies',
      ].map((name) => [name, true]),
    );
    expect(asked.sort()).toEqual(
      [
        ...['activeservices', 'currencies', 'customer/aibalance', 'customer/balance', 'customer/operations', 'customer/usage', 'customerinfo'],
        ...['quota?refresh=false', 'quotas', 'quotas?wallet=true', 'servicessettings', 'topupsettings', '../tariff', '../tariff/upcoming'],
      ].map((path) => `${`${payment}/${path}`.replace('payment/../', '')} Bearer ${key}`),
    );
  });

  it('gives customer, balance per currency, plan with use, prices, top-up and currencies', async () => {
    const { url } = await stub(docspace);

    const report = await readReport({ dialect: 'docspace', url, key });

    expect(valueOf(report, 'customer info')).toMatchObject({
      portal_id: 'docspace.io12345', payment_method: 'set', payer: { name: 'Mike Zanyatski' },
    });
    expect(valueOf(report, 'balance')).toMatchObject({ balances: [{ amount: '186.42', currency: 'USD' }] });
    const plan = valueOf(report, 'current plan') as { features: Json[] };
    expect(plan).toMatchObject({
      title: 'Business', trial: false, due_date: '2026-12-14T08:30:00', price: { amount: '200', currency: null },
    });
    expect(plan.features).toHaveLength(20);
    expect(plan.features.slice(0, 2)).toMatchObject([
      { id: 'manager', value: '10', used: '4' },
      { id: 'total_size', value: { bytes: '2791728742400' }, used: { bytes: '14745767926' } },
    ]);
    expect(plan.features).toContainEqual(expect.objectContaining({ id: 'users', value: 'unlimited', used: '37' }));
    expect(valueOf(report, 'available plans')).toMatchObject([
      { id: '-9', price: { amount: '20', currency: 'USD' }, yearly: false },
      { id: '-10', price: { amount: '220', currency: 'USD' }, yearly: true },
    ]);
    expect(valueOf(report, 'wallet services')).toMatchObject([
      { title: 'Additional disk storage', price: { amount: '0.14', currency: 'USD' } }, { title: 'Additional backup' },
    ]);
    expect(valueOf(report, 'top-up settings')).toEqual({
      enabled: true, min_balance: { amount: '10', currency: 'USD' }, up_to_balance: { amount: '100', currency: 'USD' },
      currency: 'USD', last_modified: '2026-11-02T09:15:00Z',
    });
    expect(valueOf(report, 'currencies')).toMatchObject([{ country: 'US', currency: 'USD' }, { country: 'ES', currency: 'EUR' }]);
    const text = reportText(report);
    expect(text).toContain('balances          186.42 USD\n');
    expect(text).toContain('2791728742400 bytes (2.54 TB)');
    expect(text).toContain('min balance    10.00 USD\n');
  });

  it('gives the tariff, what was paid and used, and which services there are', async () => {
    const { url } = await stub(docspace);

    const report = await readReport({ dialect: 'docspace', url, key });

    expect(valueOf(report, 'tariff')).toEqual({
      state: 'paid', due_date: '2026-12-14T08:30:00.0000000Z', grace_until: null,
      quotas: [
        { id: '-9', quantity: '10', next_quantity: null, from_wallet: false, due_date: null, overdue: null },
        { id: '-11', quantity: '100', next_quantity: '200', from_wallet: true, due_date: '2026-12-14T08:30:00', overdue: false },
      ],
    });
    expect(valueOf(report, 'operations')).toMatchObject({
      total: '2',
      newest: [{ type: 'Deposit', description: 'Balance top-up, Automatic top up', credit: { amount: '200', currency: 'USD' } }, { type: 'ServicePayment', description: 'Backup', quantity: '1', debit: { amount: '10' } }],
    });
    expect(valueOf(report, 'services switched on')).toEqual({ services: ['-11', '-12'], last_modified: '2026-11-02T09:15:00Z' });
    expect(valueOf(report, 'active services')).toEqual([{ service: 'backup', title: 'Additional backup', subscription: false, limit: null, used: '3', unit: 'Backup' }]);
    expect(valueOf(report, 'AI balance')).toMatchObject({ balances: [{ amount: '4.5', currency: 'USD' }] });
    expect(valueOf(report, 'upcoming payments')).toMatchObject([{ title: 'Business', quantity: '10', amount: { amount: '200', currency: 'USD' }, from_wallet: false }]);
    expect(valueOf(report, 'usage')).toEqual([{ service: 'Backup', quantity: '3', unit: 'Backup', amount: { amount: '30', currency: 'USD' }, operations: '3' }]);
  });

  it('leaves out what an older server does not know', async () => {
    const { url } = await stub(Object.fromEntries(Object.entries(docspace).filter(([path]) => !/upcoming|usage|activeservices/.test(path))));

    const report = await readReport({ dialect: 'docspace', url, key });

    expect(report.sections.every((section) => section.ok)).toBe(true);
    expect(report.sections).toHaveLength(11);
  });

  it('reads top-up settings from `settings` too, and settings that were never stored', async () => {
    const path = `${payment}/topupsettings`;
    const { url } = await stub({ [path]: { settings: { enabled: true, minBalance: 5, currency: 'USD' } } });
    const unset = await stub({ [path]: docspace[`${path} (never configured)`] });

    const report = await readReport({ dialect: 'docspace', url, key });
    const unsetReport = await readReport({ dialect: 'docspace', url: unset.url, key });

    expect(valueOf(report, 'top-up settings')).toMatchObject({ enabled: true, min_balance: { amount: '5', currency: 'USD' } });
    expect(valueOf(unsetReport, 'top-up settings')).toMatchObject({ enabled: false, min_balance: { amount: '0', currency: null } });
  });

  it('goes on after calls that fail, each by status and text', async () => {
    const refusals: Record<string, [number, string]> = {
      '/customerinfo': [403, '{"error":{"message":"Access denied","type":null},"status":1,"statusCode":403}'],
      '/customer/balance': [401, ''],
      '/quotas': [200, '<html>sign in</html>'],
      '/quotas?wallet=true': [502, `<h1>${'Bad gateway '.repeat(100)}</h1>`],
      '/topupsettings': [400, '{"response":{"title":"Invalid.","errors":{"a":["Too low."]}},"status":1,"statusCode":400}'],
      '/currencies': [200, '{"error":{"message":"Tariff is not paid"},"status":1,"statusCode":402}'],
    };
    const url = await listen((request, response) => {
      const refusal = refusals[request.url?.slice(payment.length) ?? ''];
      response.writeHead(refusal?.[0] ?? 200).end(refusal?.[1] ?? JSON.stringify(docspace[request.url ?? '']));
    });

    const report = await readReport({ dialect: 'docspace', url, key });

    expect(report.sections.map((section) => (section.ok ? section.name : [section.status, section.message.slice(0, 60)]))).toEqual([
      [403, 'Access denied'],
      [401, 'Unauthorized'],
      'tariff', 'current plan',
      [200, 'the answer is not JSON: <html>sign in</html>'],
      [502, `<h1>${'Bad gateway '.repeat(100)}`.slice(0, 60)],
      'services switched on', 'active services', 'AI balance',
      [400, 'Invalid. Too low.'],
      'upcoming payments', 'operations', 'usage',
      [402, 'Tariff is not paid'],
    ]);
    expect(report.sections[5]).toMatchObject({ message: expect.stringMatching(/^.{300}\.\.\.$/) as string });
    expect(reportText(report)).toContain('\n! customer info: 403 Access denied\n');
  });

  it('shows a portal without a customer as none', async () => {
    const none = { count: 0, links: [], status: 0, statusCode: 200 };
    const { url } = await stub({ ...docspace, [`${payment}/customerinfo`]: none, [`${payment}/customer/balance`]: none });

    const report = await readReport({ dialect: 'docspace', url, key });

    expect(valueOf(report, 'customer info')).toBeNull();
    expect(reportText(report)).toContain('customer info\n  none\n\nbalance\n  none\n\ntariff\n');
  });
});

describe('a Diga report', () => {
  const path = '/v1/billing/subscription/';
  const beside = {
    '/v1/billing/subscription/upcoming-invoice': { plan_amount: 49, extra_usage_amount: 0.77, total_due: 49.77, currency: 'EUR', next_payment_date: '2026-12-01T00:00:00Z' },
    '/v1/billing/payment_method/': [
      { id: 'pm_1', type: 'card', card: { brand: 'visa', last4: '4242', exp_month: 4, exp_year: 2027 }, link: null, is_default: true },
      { id: 'pm_2', type: 'link', card: null, link: { email: 'a@b.c' }, is_default: false },
    ],
    '/v1/knowledge/usage': { used_bytes: 1536, limit_bytes: null, item_count: 3 },
    '/v1/notification/usage_alert': { id: 'f1', enabled: true, percent: 80, updated_at: '2026-11-01T00:00:00Z' },
  };

  it('gives the fields that are there, and what is left of the minutes', async () => {
    const { url } = await stub({ [path]: diga });

    const report = await readReport({ dialect: 'diga', url, key });

    const subscription = valueOf(report, 'subscription');
    expect(Object.keys(subscription as object).sort()).toEqual(Object.keys(diga).filter((name) => name !== 'brand_new').sort());
    expect(subscription).toMatchObject({
      price: { amount: '49', currency: 'EUR' }, overage_price_per_minute: { amount: '0.07', currency: 'EUR' },
      max_concurrent_calls: 'unlimited', next_phase: { name: 'Scale', price: { amount: '149', currency: 'EUR' } },
    });
    expect(valueOf(report, 'usage')).toEqual({
      unit: 'minute', included: '1400', carried: '350', used: '450', remaining: '1300', overage: '0',
    });
  });

  it('asks for all that the newest version tells, side by side', async () => {
    const { url, asked } = await stub({ [path]: diga, ...beside });

    const report = await readReport({ dialect: 'diga', url, key });

    expect(asked.sort()).toEqual([path, ...Object.keys(beside)].map((each) => `${each} Bearer ${key}`).sort());
    expect(report.sections.map(({ name, ok }) => [name, ok])).toEqual(
      ['subscription', 'usage', 'upcoming invoice', 'payment methods', 'knowledge', 'usage alert'].map((name) => [name, true]),
    );
    expect(valueOf(report, 'upcoming invoice')).toEqual({
      plan_amount: { amount: '49', currency: 'EUR' }, extra_usage_amount: { amount: '0.77', currency: 'EUR' },
      total_due: { amount: '49.77', currency: 'EUR' }, next_payment_date: '2026-12-01T00:00:00Z',
    });
    expect(valueOf(report, 'payment methods')).toEqual([
      { id: 'pm_1', type: 'card', brand: 'visa', last4: '4242', expires: '2027-04', email: null, is_default: true },
      { id: 'pm_2', type: 'link', brand: null, last4: null, expires: null, email: 'a@b.c', is_default: false },
    ]);
    expect(valueOf(report, 'knowledge')).toEqual({ used: { bytes: '1536' }, limit: 'unlimited', items: '3' });
    expect(valueOf(report, 'usage alert')).toEqual({ enabled: true, percent: '80', updated_at: '2026-11-01T00:00:00Z' });
    expect(reportText(report)).toContain('payment methods\n  id    type  brand  last4  expires  email  is default\n');
  });

  it('of an older version leaves out what is not there, and of the free plan has no upcoming invoice', async () => {
    const free = '{"status":"error","error_code":"PAID_SUBSCRIPTION_NOT_FOUND","message":"Error: Paid Subscription Not Found"}';
    const url = await listen((request, response) => {
      if (request.url === path) response.end(JSON.stringify(diga));
      else response.writeHead(404).end(request.url?.endsWith('/upcoming-invoice') === true ? free : '{"detail":"Not Found"}');
    });
    const report = await readReport({ dialect: 'diga', url, key });
    expect(report.sections.map(({ name, ok }) => [name, ok])).toEqual([['subscription', true], ['usage', true], ['upcoming invoice', true]]);
    expect(valueOf(report, 'upcoming invoice')).toBeNull();
    expect(reportText(report)).toContain('upcoming invoice\n  none\n');
  });

  it.each([path, ...Object.keys(beside)])('reports a failed %s and goes on with the others', async (failing) => {
    const bodies: Record<string, unknown> = { [path]: diga, ...beside };
    const url = await listen((request, response) => {
      if (request.url === failing) response.writeHead(403).end('{"status":"error","error_code":"MISSING_PERMISSIONS","message":"Missing required permissions"}');
      else response.end(JSON.stringify(bodies[request.url ?? '']));
    });
    const { sections } = await readReport({ dialect: 'diga', url, key });
    expect(sections.filter(({ ok }) => !ok)).toEqual([{ name: expect.any(String) as string, ok: false, status: 403, message: 'Missing required permissions' }]);
    expect(sections).toHaveLength(failing === path ? 5 : 6);
  });

  it('refuses an object in the place of the list', async () => {
    const { url } = await stub({ [path]: diga, ...beside, '/v1/billing/payment_method/': { data: [] } });
    const { sections } = await readReport({ dialect: 'diga', url, key });
    expect(sections.find(({ ok }) => !ok)).toMatchObject({ name: 'payment methods', status: 200, message: 'the answer is not a list: {"data":[]}' });
  });

  it.each([
    [{ included_minutes: 1000, rollover_minutes_count: 100, minutes_count: 1250 }, '0', '150'],
    [{ included_minutes: 1000, rollover_minutes_count: 100, minutes_count: 1100 }, '0', '0'],
    [{ included_minutes: 1000, minutes_count: 10 }, '990', '0'],
    [{ included_minutes: 1000 }, null, null],
  ])('of %j has %s remaining and %s overage', async (body, remaining, overage) => {
    const { url } = await stub({ [path]: body });
    expect(valueOf(await readReport({ dialect: 'diga', url, key }), 'usage')).toMatchObject({ remaining, overage });
  });

  it('follows a redirect of its own origin, and carries the key to no other', async () => {
    const other = await stub({ '/': diga });
    const url = await listen((request, response) => {
      if (request.url === '/moved') response.end(JSON.stringify(diga));
      else response.writeHead(307, { location: request.url === '/away/v1/billing/subscription/' ? other.url : '/moved' }).end();
    });

    const followed = await readReport({ dialect: 'diga', url, key });
    const refused = await readReport({ dialect: 'diga', url: `${url}/away`, key });

    expect(followed.sections[0]).toMatchObject({ ok: true });
    expect(refused.sections[0]).toEqual({ name: 'subscription', ok: false, status: 307, message: `redirected to ${other.url}` });
    expect(other.asked).toEqual([]);
  });
});

describe('a Lark report', () => {
  it('gives the billing state of a subject and the documented gate', async () => {
    const { url, asked } = await stub({ '/customer-access/a%2Fb%40c.d%20%C3%A9/billing-state': lark });

    const report = await readReport({ dialect: 'lark', url, key, subject: 'a/b@c.d é' });

    expect(asked).toContain(`/customer-access/a%2Fb%40c.d%20%C3%A9/billing-state x-api-key ${key}`);
    expect(valueOf(report, 'billing state')).toMatchObject({
      active_subscriptions: [{ subscription_id: 'sub_1', rate_card_id: 'rc_1' }],
      usage: [{ rate_name: 'Compute Hours', included_units: '300', used_units: '100' }],
    });
    expect(valueOf(report, 'gate')).toMatchObject({ allowed: true });
    expect(reportText(report)).toContain('gate\n  allowed  yes\n');
  });

  it('gives subject, subscriptions on every page, their cards and metrics once each, and invoices in major units', async () => {
    const subscription = (id: string, card: string) => ({ id, subject_id: 'subj_1', rate_card_id: card, status: 'active', current_period: { start: '2026-11-01T00:00:00Z', end: '2026-12-01T00:00:00Z' } });
    const usd = (value: string) => ({ value, currency_code: 'usd' });
    const card = (id: string) => ({
      id, name: 'Pro', billing_interval: 'monthly', fixed_rates: [{ code: 'base', name: 'Base', price: { price_type: 'flat', amount: usd('2950') } }],
      usage_based_rates: [
        { code: 'hours', name: 'Hours', usage_based_rate_type: 'simple', included_units: 3, pricing_metric_id: 'pmtr_1', price: { price_type: 'package', amount: usd('300'), package_units: 10, rounding_behavior: 'round_up' } },
        { code: 'regional', name: 'Regional', usage_based_rate_type: 'dimensional', included_units: 0, pricing_metric_id: 'pmtr_1', pricing_matrix: { cells: [{ dimension_coordinates: { region: 'eu' }, price: { price_type: 'flat', amount: usd('0.5') } }] } },
      ],
    });
    const { url, asked } = await stub({
      '/customer-access/s/billing-state': lark,
      '/subjects/s': { id: 'subj_1', external_id: 's', name: null, email: 'a@b.c', created_at: '2026-01-01T00:00:00Z', metadata: { tier: 'gold' } },
      '/subscriptions?subject_id=s&limit=100&offset=0': { has_more: true, subscriptions: [subscription('sub_1', 'rc_1'), subscription('sub_2', 'rc_2')] },
      '/subscriptions?subject_id=s&limit=100&offset=100': { has_more: false, subscriptions: [subscription('sub_3', 'rc_1')] },
      '/rate-cards/rc_1': card('rc_1'), '/rate-cards/rc_2': card('rc_2'),
      '/pricing-metrics/pmtr_1': { id: 'pmtr_1', name: 'Compute', event_name: 'compute', unit: 'hour', aggregation: { aggregation_type: 'sum', value_field: 'hours' }, dimensions: ['region'] },
      '/invoices?subject_id=s&limit=100&offset=0': { has_more: false, invoices: [{ id: 'in_1', created_at: '2026-11-01T00:00:00Z', status: 'paid', total_amount: { value: '2950', currency_code: 'USD' }, line_items: [{ description: 'Base', quantity: 1, amount: { value: '2950', currency_code: 'USD' } }] }] },
    });

    const report = await readReport({ dialect: 'lark', url, key, subject: 's' });

    expect(report.sections.map(({ name, ok }) => `${name} ${ok}`)).toEqual(['billing state', 'gate', 'subject', 'subscriptions', 'rate cards', 'pricing metrics', 'invoices'].map((name) => `${name} true`));
    expect(valueOf(report, 'subscriptions')).toMatchObject([{ id: 'sub_1' }, { id: 'sub_2' }, { id: 'sub_3', rate_card_id: 'rc_1', current_period: { end: '2026-12-01T00:00:00Z' } }]);
    expect(valueOf(report, 'rate cards')).toMatchObject([{ id: 'rc_1', rates: [{ code: 'base', price: '29.5 USD' }, { code: 'hours', included_units: '3', price: '3 USD per 10, round_up' }, { code: 'regional', price: 'region eu: 0.005 USD' }] }, { id: 'rc_2' }]);
    expect(valueOf(report, 'pricing metrics')).toEqual([{ id: 'pmtr_1', name: 'Compute', event_name: 'compute', unit: 'hour', aggregation: 'sum', value_field: 'hours', dimensions: ['region'] }]);
    expect(valueOf(report, 'invoices')).toMatchObject([{ status: 'paid', total: { amount: '29.5', currency: 'USD' }, lines: [{ amount: { amount: '29.5' } }] }]);
    expect(asked.filter((path) => /^\/(rate-cards|pricing-metrics)/.test(path))).toHaveLength(3);
    expect(reportText(report)).toContain('2026-11-01T00:00:00Z to 2026-12-01T00:00:00Z');
  });

  it('shows what a publishable key may not read with its status, which is no failure; a key that reads nothing is one', async () => {
    const answering = (isOpen: boolean) => listen((request, response) => {
      const isState = isOpen && request.url?.endsWith('/billing-state') === true;
      response.writeHead(isState ? 200 : 403, { 'content-type': 'application/json' }).end(JSON.stringify(isState ? lark : { detail: 'Not enough permissions' }));
    });
    const report = await readReport({ dialect: 'lark', url: await answering(true), key, subject: 's' });
    const refused = await readReport({ dialect: 'lark', url: await answering(false), key, subject: 's' });

    expect(reportJson(report)).toMatchObject({ ok: true, sections: [{ ok: true }, { ok: true }, { name: 'subject', ok: false, status: 403, message: 'Not enough permissions' }, { name: 'subscriptions', status: 403 }, { name: 'invoices', status: 403 }] });
    expect(reportText(report)).toContain('! invoices: 403 Not enough permissions');
    expect(reportJson(refused)).toMatchObject({ ok: false });
  });

  it.each([
    [{ ...lark, has_overage_for_usage: true }, false],
    [{ ...lark, has_active_subscription: false }, false],
    [{ has_active_subscription: true }, null],
  ])('of %j is allowed: %s', async (body, allowed) => {
    const { url } = await stub({ '/customer-access/s/billing-state': body });
    expect(valueOf(await readReport({ dialect: 'lark', url, key, subject: 's' }), 'gate')).toMatchObject({ allowed });
  });

  it.each([undefined, '', '.', '..', '\ud800'])('asks nothing for the subject %j', async (subject) => {
    const { url, asked } = await stub({});
    const report = await readReport({ dialect: 'lark', url, key, subject });
    expect(report.sections).toMatchObject([{ name: 'billing state', ok: false, status: null }]);
    expect(asked).toEqual([]);
  });
});

describe('a Paidup report', () => {
  it('gives customer, the parts of the state, and every page of plans', async () => {
    const { url, asked } = await stub({
      '/v1/customers/acme%2F1': { id: 'cus_1', name: 'Acme' },
      '/v1/customers/acme%2F1/state': state,
      '/v1/plans': { data: [{ code: 'free' }], next_cursor: 'n&1' },
      '/v1/plans?cursor=n%261': { data: [{ code: 'pro' }], next_cursor: null },
    });

    const report = await readReport({ dialect: 'paidup', url, key, subject: 'acme/1' });

    expect(asked.every((one) => one.endsWith(` Bearer ${key}`))).toBe(true);
    expect(report.sections.map((section) => section.name)).toEqual([
      'customer', 'state', 'subscriptions', 'usage', 'entitlements', 'wallet', 'top-up', 'upcoming invoice', 'owed', 'access', 'plans',
    ]);
    expect(valueOf(report, 'state')).toEqual({ customer: 'cus_1', as_of: '2026-11-20T10:00:00Z', revision: 12 });
    expect(valueOf(report, 'wallet')).toEqual(state.wallet);
    expect(valueOf(report, 'owed')).toBeNull();
    expect(valueOf(report, 'plans')).toEqual([{ code: 'free' }, { code: 'pro' }]);
    expect(reportText(report)).toContain('upcoming invoice\n  total  29.00 USD\n');
  });

  it('shows the problem of a failed state once, and plans whose cursor never ends as failed', async () => {
    const url = await listen((request, response) => {
      if (request.url?.startsWith('/v1/plans') === true) response.end('{"data":[],"next_cursor":"again"}');
      else if (request.url === '/v1/customers/acme') response.end('{"id":"cus_1"}');
      else response.writeHead(404).end('{"type":"x","title":"Not found","detail":"There is no customer acme."}');
    });

    const report = await readReport({ dialect: 'paidup', url, key, subject: 'acme' });

    expect(report.sections).toMatchObject([
      { name: 'customer', ok: true },
      { name: 'state', ok: false, status: 404, message: 'There is no customer acme.' },
      { name: 'plans', ok: false },
    ]);
  });
});

describe('every report', () => {
  it.each(dialects)('of %s says when nobody listens', async (dialect) => {
    const url = await listen(() => undefined);
    const server = servers.pop();
    await new Promise((resolve) => {
      server?.close(resolve);
    });

    const report = await readReport({ dialect, url, key, subject: 's' });

    for (const section of report.sections) {
      expect(section).toMatchObject({ ok: false, status: null, message: expect.stringContaining('ECONNREFUSED') as string });
    }
  });

  it('ends a call at the limit, before or amid the body, and keeps the others', async () => {
    const url = await listen((request, response) => {
      if (request.url?.endsWith('/customerinfo') === true) return;
      if (request.url?.endsWith('/customer/balance') === true) response.writeHead(200).write('{"response":');
      else response.end(JSON.stringify(docspace[request.url ?? '']));
    });

    const report = await readReport({ dialect: 'docspace', url, key, timeoutMs: 2_000 });

    const late = { ok: false, status: null, message: 'no answer within 2 s' };
    expect(report.sections.slice(0, 3)).toMatchObject([late, late, { ok: true }]);
  });

  it.each(['', 'portal.example.com', 'file:///etc/hosts', 'http://'])('refuses the address %j', async (url) => {
    const report = await readReport({ dialect: 'diga', url, key });
    expect(report.sections[0]).toMatchObject({ ok: false, status: null, message: expect.stringContaining('address') as string });
    expect(report.sections.every(({ ok }) => !ok)).toBe(true);
  });

  it('holds neither key nor credentials, even where the answer repeats them', async () => {
    const url = await listen((request, response) => {
      const isPlans = request.url?.startsWith('/v1/plans') === true;
      const said = JSON.stringify({ detail: `${'x'.repeat(290)} ${key}`, data: [{ [key]: [`has ${key}`] }] });
      response.writeHead(isPlans ? 200 : 403).end(said);
    });
    const withPassword = url.replace('http://', 'http://user:hunter22@');

    const report = await readReport({ dialect: 'paidup', url: `${withPassword}/?token=hunter33`, key, subject: 's' });
    const broken = await readReport({ dialect: 'diga', url, key: `${key}\nx` });

    expect(report.sections.at(-1)).toMatchObject({ ok: true, value: [{ '[key]': ['has [key]'] }] });
    for (const output of [report, broken].flatMap((one) => [reportText(one), JSON.stringify(reportJson(one))])) {
      expect(output).not.toMatch(/sk-0123|hunter/);
    }
  });

  it.each(dialects)('of %s is made and written whatever JSON comes', async (dialect) => {
    const names = fc.constantFrom('response', 'settings', 'error', 'message', 'price', 'features', 'data', 'amount', 'currency', 'start', 'end', 'bytes');
    const { body } = fc.letrec((tie) => ({
      leaf: fc.oneof(fc.constant(null), fc.boolean(), fc.integer(), fc.double({ noNaN: true }), fc.string()),
      body: fc.oneof({ maxDepth: 4 }, tie('leaf'), fc.array(tie('body'), { maxLength: 3 }), fc.dictionary(fc.oneof(names, fc.string()), tie('body'), { maxKeys: 4 })),
    }));
    await fc.assert(
      fc.asyncProperty(body, fc.constantFrom(200, 403), async (json, status) => {
        const fetch = (): Promise<Response> => Promise.resolve(new Response(JSON.stringify(json), { status }));
        const report = await readReport({ dialect, url: 'http://127.0.0.1', key, subject: 's', fetch });
        expect(reportText(report).endsWith('\n')).toBe(true);
        expect(reportJson(report)).toMatchObject({ dialect });
      }),
      { numRuns: 150 },
    );
  });
});
