import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sandboxProvider } from '../../src/provider/sandbox.js';
import { startPaidup, type TestPaidup } from '../support/app.js';
import { at } from '../support/core.js';
import { openStream } from '../support/event-stream.js';
import { testWebhooks } from '../support/receiver.js';

type Schema = Record<string, unknown>;

interface Operation {
  summary?: string;
  tags?: string[];
  parameters?: Array<{ in: string; name: string; required?: boolean; schema?: Schema }>;
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: Schema }> }>;
}

interface OpenApi {
  openapi: string;
  info: { title: string; version: string };
  paths: Record<string, Record<string, Operation>>;
  components: { securitySchemes: Record<string, unknown> };
  security: Array<Record<string, string[]>>;
}

interface Call {
  /** As the file names it: method and path with its parameters in braces. */
  operation: string;
  url: string;
  body?: unknown;
  headers?: Record<string, string>;
  status: number;
  /** Names under which parts of the answer are kept: `{name}` in a later url, body or header stands for them, as `{secret}` does for the key. */
  keep?: Record<string, (body: Answer, headers: Record<string, unknown>) => string>;
}

interface Answer {
  csrf_token: string;
  id: string;
  delivery: string;
  invoices: string[];
}

const METER = { name: 'Compute', event_name: 'compute', aggregation: 'sum', property: 'hours', unit: 'hour', dimensions: ['region'], conversion: { divide_by: '1', round: 'none' } };
const PLAN = {
  name: 'Pro', currency: 'EUR', interval: { unit: 'month', count: 1 },
  features: [{ feature: 'seats', limit: '10', per_quantity_of: 'base' }, { feature: 'sso', granted: true }, { feature: 'hours', price: 'hours' }],
  prices: [
    { code: 'base', type: 'fixed', amount: '99.00', per_seat: true },
    { code: 'hours', type: 'usage', meter: 'compute', included: '1', model: { type: 'per_unit', amount: '0.07' }, rollover: { cap: { multiple: '2' } } },
    {
      code: 'by_region', type: 'usage', meter: 'compute', paid_from: 'wallet',
      model: { type: 'dimensional', dimensions: ['region'], cells: [{ values: { region: 'eu' }, model: { type: 'graduated', tiers: [{ up_to: null, unit_amount: '1' }] } }] },
    },
    { code: 'counted', type: 'usage', meter: 'compute', included: 'unlimited', model: { type: 'per_unit', amount: '0' }, window: { unit: 'lifetime' } },
  ],
};
const EVENTS = [
  { id: 'e-1', customer: 'acme', name: 'compute', timestamp: '2026-03-09T10:00:00Z', properties: { hours: '1.5', region: 'eu' } },
  { id: 'e-1', customer: 'acme', name: 'compute', timestamp: '2026-03-09T10:00:00Z', properties: { hours: '1.5', region: 'eu' } },
  { id: 'e-2', customer: 'nobody', name: 'compute', properties: { hours: '1.5' } },
];
const WEBHOOK = await sandboxProvider.webhookOf({ type: 'ignored' });
const SUBSCRIPTIONS = 'POST /v1/customers/{customer}/subscriptions';
const ofId = ({ id }: Answer): string => id;
const firstInvoice = ({ invoices: [id = ''] }: Answer): string => id;

/** A command on a subscription, after its preview. */
function command(name: string, body: unknown, rest: { sub?: string; keep?: Call['keep'] } = {}): Call[] {
  const url = `/v1/subscriptions/{${rest.sub ?? 'shop'}}/${name}`;
  const operation = `POST /v1/subscriptions/{subscription}/${name}`;
  return [
    { operation: `${operation}/preview`, url: `${url}/preview`, body, status: 200 },
    { operation, url, body, status: 200, ...(rest.keep === undefined ? {} : { keep: rest.keep }) },
  ];
}

/** Billing, in an order that makes sense: each command finds what it needs, and leaves invoices for what follows. */
const BILLING_CALLS: Call[] = [
  { operation: 'PUT /v1/coupons/{code}', url: '/v1/coupons/spring', body: { percent_off: '25', duration: { periods: 3 } }, status: 200 },
  { operation: 'PUT /v1/coupons/{code}', url: '/v1/coupons/five', body: { name: 'Five off', amount_off: '5', currency: 'EUR', duration: 'once' }, status: 200 },
  { operation: 'GET /v1/coupons/{code}', url: '/v1/coupons/spring', status: 200 },
  { operation: 'GET /v1/coupons', url: '/v1/coupons?limit=1', status: 200 },
  { operation: 'DELETE /v1/coupons/{code}', url: '/v1/coupons/five', status: 204 },
  { operation: 'POST /v1/customers', url: '/v1/customers', body: { external_id: 'shop', currency: 'EUR' }, status: 201 },
  { operation: 'PUT /v1/customers/{customer}/tax', url: '/v1/customers/shop/tax', body: { rates: [{ name: 'VAT', percent: '21' }] }, status: 200 },
  { operation: 'GET /v1/customers/{customer}/tax', url: '/v1/customers/shop/tax', status: 200 },
  { operation: `${SUBSCRIPTIONS}/preview`, url: '/v1/customers/shop/subscriptions/preview', body: { plan: 'pro', coupon: 'spring', billing_anchor: '2026-04-01T00:00:00Z' }, status: 200 },
  { operation: SUBSCRIPTIONS, url: '/v1/customers/shop/subscriptions', body: { plan: 'pro' }, status: 201, keep: { shop: ofId, paid: firstInvoice } },
  { operation: SUBSCRIPTIONS, url: '/v1/customers/shop/subscriptions', body: { plan: 'late', duration: { unit: 'month', count: 1 }, phases: [{ plan: 'pro' }] }, status: 201 },
  ...command('change', { quantities: { base: '3' }, proration: 'by_day' }, { keep: { voided: firstInvoice } }),
  ...command('phases', { plan: 'basic' }),
  ...command('clear-schedule', undefined),
  ...command('apply-coupon', { coupon: 'spring' }),
  ...command('remove-coupon', { coupon: 'spring' }),
  ...command('pause', { resumes_at: '2026-07-01T00:00:00Z' }),
  ...command('resume', {}, { keep: { lost: firstInvoice } }),
  ...command('change', { quantities: { base: '5' } }, { keep: { charged: firstInvoice } }),
  ...command('cancel', { proration: 'prorate' }),
  ...command('reactivate', undefined),
  { operation: 'POST /v1/events', url: '/v1/events', body: { events: [{ id: 's-1', customer: 'shop', name: 'compute', properties: { hours: '3', region: 'eu' } }] }, status: 200 },
  { operation: 'GET /v1/customers/{customer}/events', url: '/v1/customers/shop/events?meter=compute&from=2026-03-01T00:00:00Z&to=2026-04-01T00:00:00Z&limit=1', status: 200 },
  { operation: 'GET /v1/sandbox/clock', url: '/v1/sandbox/clock', status: 200 },
  { operation: 'POST /v1/sandbox/clock', url: '/v1/sandbox/clock', body: { advance: { months: 1, hours: 1 } }, status: 200 },
  { operation: 'GET /v1/customers/{customer}/state', url: '/v1/customers/shop/state', status: 200 },
  { operation: 'GET /v1/customers/{customer}/state', url: '/v1/customers/shop/state?explain=true', status: 200 },
  { operation: 'GET /v1/customers/{customer}/state', url: '/v1/customers/shop/state?at=2026-03-20T00:00:00Z&known_at_revision=5&explain=true', status: 200 },
  { operation: 'GET /v1/customers/{customer}/upcoming-invoice', url: '/v1/customers/shop/upcoming-invoice?at=2026-05-01T00:00:00Z&explain=true', status: 200 },
  { operation: 'GET /v1/invoices', url: '/v1/invoices?customer=shop', status: 200 },
  { operation: 'GET /v1/invoices', url: '/v1/invoices?status=open&limit=1', status: 200 },
  { operation: 'GET /v1/customers/{customer}/invoices', url: '/v1/customers/shop/invoices?status=draft', status: 200 },
  { operation: 'POST /v1/invoices/{invoice}/credit-notes', url: '/v1/invoices/{paid}/credit-notes', body: { amount: '9.00', reason: 'outage' }, status: 201 },
  { operation: 'POST /v1/invoices/{invoice}/pay', url: '/v1/invoices/{paid}/pay', body: { reference: 'wire 7' }, status: 200 },
  { operation: 'PUT /v1/customers/{customer}/payment-method', url: '/v1/customers/shop/payment-method', body: { token: 'card_succeeds' }, status: 200 },
  { operation: 'POST /v1/invoices/{invoice}/charge', url: '/v1/invoices/{charged}/charge', status: 200 },
  { operation: 'POST /v1/invoices/{invoice}/void', url: '/v1/invoices/{voided}/void', body: { reason: 'typing error' }, status: 200 },
  { operation: 'POST /v1/invoices/{invoice}/write-off', url: '/v1/invoices/{lost}/write-off', status: 200 },
  { operation: 'GET /v1/invoices/{invoice}', url: '/v1/invoices/{paid}?explain=true', status: 200 },
  { operation: 'GET /v1/invoices/{invoice}/html', url: '/v1/invoices/{paid}/html', status: 200 },
  { operation: 'GET /v1/invoices/{invoice}/pdf', url: '/v1/invoices/{paid}/pdf', status: 200 },
  { operation: 'POST /v1/calculate/proration', url: '/v1/calculate/proration', body: { currency: 'USD', period: { start: '2026-04-01T00:00:00Z', end: '2026-05-01T00:00:00Z' }, at: '2026-04-02T00:00:00Z', old_amount: '5.00', new_amount: '20.00' }, status: 200 },
  { operation: 'POST /v1/calculate/rollover', url: '/v1/calculate/rollover', body: { included: '1000', used: '600', cap: { multiple: '2' } }, status: 200 },
  { operation: 'POST /v1/calculate/burn', url: '/v1/calculate/burn', body: { credits: [{ id: 'a', amount: '30', kind: 'granted' }, { id: 'b', amount: '70' }], use: '80' }, status: 200 },
  { operation: 'POST /v1/calculate/tax', url: '/v1/calculate/tax', body: { currency: 'USD', subtotal: '193.33', rate_percent: '25' }, status: 200 },
];

/** Nobody answers at this address: what is sent there fails at once. */
const NOWHERE = 'http://127.0.0.1:1/hooks';
const ENDPOINT = '/v1/webhook-endpoints/{endpoint}';
const DELIVERY = `${ENDPOINT}/deliveries/{delivery}`;

/** Who is told what happens. */
const WEBHOOK_CALLS: Call[] = [
  { operation: 'POST /v1/webhook-endpoints', url: '/v1/webhook-endpoints', body: { url: NOWHERE, description: 'Nobody', customer: 'acme', types: ['*'], enabled: false }, status: 201 },
  { operation: 'POST /v1/webhook-endpoints', url: '/v1/webhook-endpoints', body: { url: NOWHERE }, status: 201, keep: { endpoint: ofId } },
  { operation: 'GET /v1/webhook-endpoints', url: '/v1/webhook-endpoints?limit=1', status: 200 },
  { operation: 'GET /v1/webhook-endpoints', url: '/v1/webhook-endpoints?customer=acme', status: 200 },
  { operation: `GET ${ENDPOINT}`, url: ENDPOINT, status: 200 },
  { operation: `PATCH ${ENDPOINT}`, url: ENDPOINT, body: { types: ['invoice.issued', 'usage.recorded'] }, status: 200 },
  { operation: `POST ${ENDPOINT}/rotate-secret`, url: `${ENDPOINT}/rotate-secret`, status: 200 },
  { operation: `POST ${ENDPOINT}/test`, url: `${ENDPOINT}/test`, status: 200, keep: { delivery: ({ delivery }) => delivery } },
  { operation: `GET ${ENDPOINT}/deliveries`, url: `${ENDPOINT}/deliveries?status=failed`, status: 200 },
  { operation: `GET ${DELIVERY}`, url: DELIVERY, status: 200 },
  { operation: `POST ${DELIVERY}/redeliver`, url: `${DELIVERY}/redeliver`, status: 200 },
  { operation: `DELETE ${ENDPOINT}`, url: ENDPOINT, status: 204 },
  { operation: 'GET /v1/customers/{customer}/changes', url: '/v1/customers/acme/changes?limit=200', status: 200 },
  { operation: 'GET /v1/customers/{customer}/changes', url: '/v1/customers/shop/changes?after_revision=3&limit=1', status: 200 },
];

/** Every operation of the native API, in an order that makes sense. */
const CALLS: Call[] = [
  { operation: 'PUT /v1/meters/{code}', url: '/v1/meters/compute', body: METER, status: 200 },
  { operation: 'GET /v1/meters/{code}', url: '/v1/meters/compute', status: 200 },
  { operation: 'GET /v1/meters', url: '/v1/meters?limit=1', status: 200 },
  { operation: 'PUT /v1/features/{code}', url: '/v1/features/seats', body: { type: 'limit' }, status: 200 },
  { operation: 'PUT /v1/features/{code}', url: '/v1/features/sso', body: { type: 'flag', metadata: { shown: 'yes' } }, status: 200 },
  { operation: 'PUT /v1/features/{code}', url: '/v1/features/hours', body: { type: 'metered', meter: 'compute' }, status: 200 },
  { operation: 'GET /v1/features/{code}', url: '/v1/features/hours', status: 200 },
  { operation: 'GET /v1/features', url: '/v1/features?limit=2', status: 200 },
  { operation: 'PUT /v1/plans/{code}', url: '/v1/plans/pro', body: PLAN, status: 200 },
  { operation: 'PUT /v1/plans/{code}', url: '/v1/plans/basic', body: { currency: 'EUR', interval: { unit: 'month', count: 1 } }, status: 200 },
  { operation: 'PUT /v1/plans/{code}', url: '/v1/plans/late', body: { ...PLAN, invoice_grace_hours: 72, minimum: '50', proration: 'by_day' }, status: 200 },
  { operation: 'GET /v1/plans/{code}', url: '/v1/plans/pro', status: 200 },
  { operation: 'GET /v1/plans', url: '/v1/plans', status: 200 },
  { operation: 'GET /v1/plans', url: '/v1/plans?archived=true', status: 200 },
  { operation: 'GET /v1/plans/{code}/versions', url: '/v1/plans/pro/versions', status: 200 },
  { operation: 'POST /v1/customers', url: '/v1/customers', body: { external_id: 'acme', name: 'Acme', currency: 'EUR', timezone: 'Europe/Madrid', phone: '+34 1', address: { line1: 'Gran Via 1', country: 'ES' } }, status: 201 },
  { operation: 'PUT /v1/customers/{customer}', url: '/v1/customers/other', body: { name: 'Other' }, status: 200 },
  { operation: 'PATCH /v1/customers/{customer}', url: '/v1/customers/acme', body: { email: 'a@b.c', metadata: { a: 'b' } }, status: 200 },
  { operation: 'GET /v1/customers/{customer}', url: '/v1/customers/acme', status: 200 },
  { operation: 'GET /v1/customers', url: '/v1/customers?limit=1&query=a', status: 200 },
  { operation: SUBSCRIPTIONS, url: '/v1/customers/acme/subscriptions', body: { plan: 'pro', starts_at: '2026-03-01T00:00:00Z', quantities: { base: '2' }, multipliers: { hours: '0.5' } }, status: 201, keep: { sub: ofId } },
  { operation: SUBSCRIPTIONS, url: '/v1/customers/other/subscriptions', body: { plan: 'basic', trial_days: 7 }, status: 201 },
  { operation: 'POST /v1/subscriptions/{subscription}/phases', url: '/v1/subscriptions/{sub}/phases', body: { plan: 'basic' }, status: 200 },
  { operation: 'POST /v1/events', url: '/v1/events', body: { events: EVENTS }, status: 200 },
  { operation: 'PUT /v1/customers/{customer}/payment-method', url: '/v1/customers/acme/payment-method', body: { token: 'card_succeeds' }, status: 200 },
  { operation: 'GET /v1/customers/{customer}/payment-method', url: '/v1/customers/acme/payment-method', status: 200 },
  { operation: 'GET /v1/customers/{customer}/payment-method', url: '/v1/customers/acme/payment-method?refresh=true', status: 200 },
  { operation: 'POST /v1/customers/{customer}/payment-method/setup-link', url: '/v1/customers/acme/payment-method/setup-link', body: { success_url: 'https://shop.example.com/ok', back_url: 'https://shop.example.com' }, status: 201 },
  { operation: 'POST /v1/provider/webhook', url: '/v1/provider/webhook', body: { type: 'ignored' }, headers: WEBHOOK.headers as Record<string, string>, status: 200 },
  { operation: 'POST /v1/customers/{customer}/top-ups', url: '/v1/customers/acme/top-ups', body: { amount: '25.00' }, status: 201, keep: { payment: ofId } },
  { operation: 'GET /v1/customers/{customer}/payments', url: '/v1/customers/acme/payments?limit=1', status: 200 },
  { operation: 'POST /v1/customers/{customer}/payments/{payment}/refunds', url: '/v1/customers/acme/payments/{payment}/refunds', body: { amount: '1.00', reason: 'courtesy' }, status: 201 },
  { operation: 'GET /v1/customers/{customer}/wallet', url: '/v1/customers/acme/wallet', status: 200 },
  { operation: 'POST /v1/customers/{customer}/credits', url: '/v1/customers/acme/credits', body: { amount: '50.00', priority: 10, expires_at: '2027-01-01T00:00:00Z', reason: 'welcome' }, status: 201 },
  { operation: 'GET /v1/customers/{customer}/credits', url: '/v1/customers/acme/credits', status: 200 },
  { operation: 'POST /v1/customers/{customer}/adjustments', url: '/v1/customers/acme/adjustments', body: { amount: '-1.00', reason: 'typing error' }, status: 201 },
  { operation: 'GET /v1/customers/{customer}/check', url: '/v1/customers/acme/check?feature=hours&quantity=0.5', status: 200 },
  { operation: 'POST /v1/customers/{customer}/check', url: '/v1/customers/acme/check', body: { feature: 'seats', quantity: '1000' }, status: 200 },
  { operation: 'POST /v1/customers/{customer}/check', url: '/v1/customers/acme/check', body: { checks: [{ feature: 'sso' }, { feature: 'hours' }] }, status: 200 },
  { operation: 'POST /v1/checks', url: '/v1/checks', body: { checks: [{ customer: 'acme', feature: 'sso' }, { customer: 'nobody', feature: 'sso' }] }, status: 200 },
  { operation: 'POST /v1/customers/{customer}/consume', url: '/v1/customers/acme/consume', body: { id: 'c-1', feature: 'hours', quantity: '0.5', properties: { region: 'eu' } }, status: 200 },
  { operation: 'PUT /v1/customers/{customer}/entitlements/{feature}', url: '/v1/customers/acme/entitlements/seats', body: { limit: '5', combine: 'add', reason: 'a promise', expires_at: '2030-01-01T00:00:00Z' }, status: 200 },
  { operation: 'GET /v1/customers/{customer}/entitlements', url: '/v1/customers/acme/entitlements', status: 200 },
  { operation: 'GET /v1/customers/{customer}/entitlements/{feature}', url: '/v1/customers/acme/entitlements/seats', status: 200 },
  { operation: 'DELETE /v1/customers/{customer}/entitlements/{feature}', url: '/v1/customers/acme/entitlements/seats', status: 204 },
  { operation: 'POST /v1/customers/{customer}/holds', url: '/v1/customers/acme/holds', body: { feature: 'hours', quantity: '0.5', expires_in: 600, properties: { region: 'eu' } }, status: 201 },
  { operation: 'POST /v1/customers/{customer}/holds', url: '/v1/customers/acme/holds', body: { amount: '5.00', expires_in: 600, reference: 'job' }, status: 201, keep: { hold: ofId } },
  { operation: 'POST /v1/customers/{customer}/holds', url: '/v1/customers/acme/holds', body: { amount: '5.00', expires_in: 600 }, status: 201, keep: { other: ofId } },
  { operation: 'GET /v1/customers/{customer}/holds', url: '/v1/customers/acme/holds', status: 200 },
  { operation: 'POST /v1/customers/{customer}/holds/{hold}/extend', url: '/v1/customers/acme/holds/{hold}/extend', body: { expires_in: 900 }, status: 200 },
  { operation: 'POST /v1/customers/{customer}/holds/{hold}/settle', url: '/v1/customers/acme/holds/{hold}/settle', body: { amount: '2.00' }, status: 200 },
  { operation: 'POST /v1/customers/{customer}/holds/{hold}/release', url: '/v1/customers/acme/holds/{other}/release', status: 200 },
  { operation: 'GET /v1/customers/{customer}/holds/{hold}', url: '/v1/customers/acme/holds/{hold}', status: 200 },
  { operation: 'GET /v1/customers/{customer}/statement', url: '/v1/customers/acme/statement?direction=debit&limit=1', status: 200 },
  { operation: 'GET /v1/customers/{customer}/statement.csv', url: '/v1/customers/acme/statement.csv', status: 200 },
  { operation: 'GET /v1/customers/{customer}/statement.xlsx', url: '/v1/customers/acme/statement.xlsx', status: 200 },
  { operation: 'GET /v1/customers/{customer}/ledger', url: '/v1/customers/acme/ledger', status: 200 },
  { operation: 'PUT /v1/customers/{customer}/top-up-settings', url: '/v1/customers/acme/top-up-settings', body: { enabled: true, min_balance: '10', up_to_balance: '100' }, status: 200 },
  { operation: 'GET /v1/customers/{customer}/top-up-settings', url: '/v1/customers/acme/top-up-settings', status: 200 },
  { operation: 'POST /v1/customers/{customer}/alerts', url: '/v1/customers/acme/alerts', body: { meter: 'compute', threshold: { type: 'percent', percent: '50', of: 'included' }, email: 'a@b.c', reference: 'half' }, status: 201, keep: { alert: ofId } },
  { operation: 'POST /v1/customers/{customer}/alerts', url: '/v1/customers/acme/alerts', body: { meter: 'compute', threshold: { type: 'forecast' }, enabled: false, name: 'Soon' }, status: 201 },
  { operation: 'PATCH /v1/customers/{customer}/alerts/{alert}', url: '/v1/customers/acme/alerts/{alert}', body: { threshold: { type: 'quantity', quantity: '1.5' } }, status: 200 },
  { operation: 'GET /v1/customers/{customer}/alerts/{alert}', url: '/v1/customers/acme/alerts/{alert}', status: 200 },
  { operation: 'GET /v1/customers/{customer}/alerts', url: '/v1/customers/acme/alerts', status: 200 },
  { operation: 'GET /v1/customers/{customer}/alert-firings', url: '/v1/customers/acme/alert-firings?limit=1&alert={alert}', status: 200 },
  { operation: 'GET /v1/customers/{customer}/subscriptions', url: '/v1/customers/acme/subscriptions', status: 200 },
  { operation: 'GET /v1/subscriptions/{subscription}', url: '/v1/subscriptions/{sub}', status: 200 },
  { operation: 'PUT /v1/customers/{customer}', url: '/v1/customers/self', body: { currency: 'EUR' }, status: 200 },
  { operation: 'PUT /v1/plans/{code}', url: '/v1/plans/self', body: { ...PLAN, self_service: true, family: 'self' }, status: 200 },
  { operation: 'POST /v1/customers/{customer}/plan-change', url: '/v1/customers/self/plan-change', body: { plan: 'self', success_url: 'https://shop.example.com/ok', back_url: 'https://shop.example.com/back' }, status: 200 },
  { operation: 'PUT /v1/customers/{customer}/payment-method', url: '/v1/customers/self/payment-method', body: { token: 'card_succeeds' }, status: 200 },
  { operation: 'POST /v1/customers/{customer}/plan-change/preview', url: '/v1/customers/self/plan-change/preview', body: { quantities: { base: '2' } }, status: 200 },
  { operation: 'POST /v1/customers/{customer}/plan-change', url: '/v1/customers/self/plan-change', body: { quantities: { base: '3' } }, status: 200 },
  { operation: 'POST /v1/customers/{customer}/plan-change/cancel/preview', url: '/v1/customers/self/plan-change/cancel/preview', body: {}, status: 200 },
  { operation: 'POST /v1/customers/{customer}/plan-change/cancel', url: '/v1/customers/self/plan-change/cancel', body: { reason: 'too dear' }, status: 200 },
  { operation: 'GET /v1/customers/{customer}/plan-options', url: '/v1/customers/self/plan-options', status: 200 },
  { operation: 'POST /v1/customers/{customer}/plan-change/restore', url: '/v1/customers/self/plan-change/restore', body: {}, status: 200 },
  { operation: 'GET /v1/overview', url: '/v1/overview?overdue_days=0', status: 200 },
  { operation: 'GET /v1/overview/usage', url: '/v1/overview/usage?by=month', status: 200 },
  { operation: 'GET /v1/overview/revenue', url: '/v1/overview/revenue?timezone=Europe/Madrid', status: 200 },
  { operation: 'GET /v1/events', url: '/v1/events?limit=1', status: 200 },
  { operation: 'GET /v1/customers/{customer}/forecast', url: '/v1/customers/acme/forecast', status: 200 },
  { operation: 'GET /v1/customers/{customer}/usage', url: '/v1/customers/acme/usage?meter=compute&granularity=week&group_by=region', status: 200 },
  { operation: 'GET /v1/customers/{customer}/state', url: '/v1/customers/acme/state', status: 200 },
  { operation: 'GET /v1/customers/{customer}/state', url: '/v1/customers/other/state?at=2026-04-01T00:00:00Z', status: 200 },
  { operation: 'GET /v1/customers/{customer}/upcoming-invoice', url: '/v1/customers/acme/upcoming-invoice', status: 200 },
  { operation: 'POST /v1/subscriptions/{subscription}/cancel', url: '/v1/subscriptions/{sub}/cancel', body: { at_period_end: true, reason: 'moved' }, status: 200 },
  { operation: 'POST /v1/api-keys', url: '/v1/api-keys', body: { kind: 'customer', customer: 'acme', scopes: ['billing.view'] }, status: 201, keep: { key: ofId } },
  { operation: 'GET /v1/api-keys', url: '/v1/api-keys?customer=acme', status: 200 },
  { operation: 'DELETE /v1/api-keys/{id}', url: '/v1/api-keys/{key}', status: 200 },
  { operation: 'POST /v1/session', url: '/v1/session', body: { key: '{secret}' }, status: 201, keep: { token: (body) => body.csrf_token, cookie: (_body, headers) => String(headers['set-cookie']).split(';')[0] ?? '' } },
  { operation: 'GET /v1/session', url: '/v1/session?for=dashboard', headers: { cookie: '{cookie}' }, status: 200 },
  { operation: 'DELETE /v1/session', url: '/v1/session', headers: { cookie: '{cookie}', 'x-csrf-token': '{token}' }, status: 204 },
  { operation: 'POST /v1/customers/{customer}/portal-links', url: '/v1/customers/acme/portal-links', body: { expires_in: 60 }, status: 201 },
  { operation: 'POST /v1/calculate/amount', url: '/v1/calculate/amount', body: { currency: 'USD', price: { model: { type: 'per_unit', amount: '0.5' }, included: '2' }, quantity: '12' }, status: 200 },
  { operation: 'POST /v1/calculate/periods', url: '/v1/calculate/periods', body: { anchor: '2023-01-31T00:00:00Z', interval: { unit: 'month', count: 1 }, count: 3 }, status: 200 },
  ...BILLING_CALLS,
  { operation: 'DELETE /v1/customers/{customer}/alerts/{alert}', url: '/v1/customers/acme/alerts/{alert}', status: 204 },
  { operation: 'GET /v1/customers/{customer}/stream', url: '/v1/customers/acme/stream', status: 200 },
  { operation: 'GET /v1/stream', url: '/v1/stream?last_event_id=1-1', status: 200 },
  ...WEBHOOK_CALLS,
  { operation: 'DELETE /v1/customers/{customer}/top-up-settings', url: '/v1/customers/acme/top-up-settings', status: 204 },
  { operation: 'DELETE /v1/customers/{customer}/payment-method', url: '/v1/customers/acme/payment-method', status: 204 },
  { operation: 'DELETE /v1/plans/{code}', url: '/v1/plans/basic', status: 204 },
  { operation: 'DELETE /v1/customers/{customer}', url: '/v1/customers/other', status: 204 },
];

let paidup: TestPaidup;
let file: OpenApi;
const answers = new Map<Call, { status: number; body: unknown; headers: Record<string, unknown> }>();
const ajv = new Ajv2020({ strict: false, allErrors: true });

beforeAll(async () => {
  paidup = await startPaidup({ now: at('2026-03-10T12:00:00Z'), isSandbox: true, webhooks: testWebhooks() });
  file = (await paidup.call<OpenApi>('GET', '/openapi.json')).body;
  const kept: Record<string, string> = { secret: paidup.secretKey };
  const filled = (text: string): string => text.replace(/\{(\w+)\}/g, (_whole, name: string) => kept[name] ?? 'unknown');
  const filledAll = <Value>(value: Value): Value => (value === undefined ? value : (JSON.parse(filled(JSON.stringify(value))) as Value));
  for (const call of CALLS) {
    const method = call.operation.split(' ')[0] as 'GET';
    const path = filled(call.url);
    const answer = call.operation.endsWith('/stream') ? await beginningOf(path) : await paidup.call(method, path, filledAll(call.body), filledAll(call.headers));
    answers.set(call, answer);
    for (const [name, part] of Object.entries(call.keep ?? {})) if (answer.status < 300) kept[name] = part(answer.body as Answer, answer.headers);
  }
});
afterAll(() => paidup.stop());

/** An answer without an end cannot be waited for: its first event stands for it. */
async function beginningOf(path: string): Promise<{ status: number; body: unknown; headers: Record<string, unknown> }> {
  const url = paidup.app.server.listening ? paidup.app.listeningOrigin : await paidup.app.listen({ host: '127.0.0.1', port: 0 });
  const stream = await openStream(`${url}${path}`, { key: paidup.secretKey });
  const { event, data } = await stream.next();
  stream.close();
  return { status: stream.response.status, body: `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`, headers: Object.fromEntries(stream.response.headers) };
}

function operations(): Array<[name: string, operation: Operation]> {
  return Object.entries(file.paths).flatMap(([path, item]) => Object.entries(item).map(([method, operation]): [string, Operation] => [`${method.toUpperCase()} ${path}`, operation]));
}

/** Of the native API, and not of a vendor's surface that lies under /v1 too. */
function isNative(name: string): boolean {
  return / \/v1\/(?!billing\/|notification\/|knowledge\/)/.test(name);
}

/** Every route that the server has, as the file would name it: read from the tree that Fastify prints. */
function registeredRoutes(): string[] {
  const found: string[] = [];
  const parents: string[] = [];
  for (const line of paidup.app.printRoutes({ commonPrefix: false }).split('\n')) {
    const [, indent = '', part = '', methods = ''] = /^(.*?)[└├]── (.*?)(?: \(([A-Z, ]+)\))?$/.exec(line) ?? [];
    if (part === '') continue;
    const depth = indent.length / 4;
    parents[depth] = `${depth === 0 ? '' : parents[depth - 1]}${part}`;
    const path = parents[depth].replace(/:(\w+)/g, '{$1}');
    found.push(...methods.split(', ').filter((method) => /^(GET|PUT|POST|PATCH|DELETE)$/.test(method)).map((method) => `${method} ${path}`));
  }
  return found;
}

describe('the OpenAPI file', () => {
  it('is OpenAPI 3.1 and says how keys are sent', () => {
    expect(file.openapi).toMatch(/^3\.1\.\d+$/);
    expect(file.info).toMatchObject({ title: 'Paidup', version: expect.stringMatching(/\S/) });
    for (const requirement of file.security) {
      for (const scheme of Object.keys(requirement)) expect(file.components.securitySchemes).toHaveProperty(scheme);
    }
  });

  it('gives each operation a summary, tags, and responses with descriptions', () => {
    expect(operations().length).toBeGreaterThan(30);
    for (const [name, operation] of operations()) {
      expect(name).toMatch(/^(GET|PUT|POST|PATCH|DELETE|OPTIONS|HEAD) \/[^?#]*$/);
      expect(operation.summary, name).toMatch(/\S/);
      expect(operation.tags?.length, name).toBeGreaterThan(0);
      expect(Object.keys(operation.responses).length, name).toBeGreaterThan(0);
      for (const [status, response] of Object.entries(operation.responses)) {
        expect(status, name).toMatch(/^([1-5]\d\d|[1-5]XX|default)$/);
        expect(response.description, name).toEqual(expect.any(String));
      }
    }
  });

  it("names each path's parameters once, as required, and no others", () => {
    for (const [name, { parameters = [] }] of operations()) {
      const inPath = parameters.filter((parameter) => parameter.in === 'path');
      expect(inPath.map((parameter) => parameter.name).sort(), name).toEqual([...name.matchAll(/\{(\w+)\}/g)].map(([, parameter = '']) => parameter).sort());
      expect(inPath.every((parameter) => parameter.required === true), name).toBe(true);
      expect(new Set(parameters.map((parameter) => `${parameter.in} ${parameter.name}`)).size, name).toBe(parameters.length);
    }
  });

  it('holds schemas that are JSON Schema 2020-12, for parameters, bodies and answers', () => {
    for (const [name, operation] of operations()) {
      const contents = [operation.requestBody, ...Object.values(operation.responses)].flatMap((each) => Object.values(each?.content ?? {}));
      const schemas = [...contents, ...(operation.parameters ?? [])].map(({ schema }) => schema);
      for (const schema of schemas) {
        expect(schema, name).toBeTypeOf('object');
        expect(() => ajv.compile(schema as Schema), name).not.toThrow();
      }
      expect(operation.requestBody === undefined || !name.startsWith('GET '), name).toBe(true);
    }
  });

  it('holds every native route that the server has, and no other', () => {
    const written = operations().map(([name]) => name).filter(isNative);
    expect(registeredRoutes().filter(isNative).sort()).toEqual(written.sort());
  });
});

describe('real answers beside the OpenAPI file', () => {
  it('are asked of every native operation', () => {
    const called = new Set(CALLS.map(({ operation }) => operation));
    expect([...called].sort()).toEqual(operations().map(([name]) => name).filter(isNative).sort());
  });

  it.each(CALLS)('$operation at $url answers $status as described', (call) => {
    const answer = answers.get(call);
    const response = operations().find(([name]) => name === call.operation)?.[1].responses[String(call.status)];
    expect(answer?.status, JSON.stringify(answer?.body)).toBe(call.status);
    expect(response, `status ${call.status} is described`).toBeDefined();
    const [[type, { schema }] = ['', {}]] = Object.entries<{ schema?: Schema }>(response?.content ?? {});
    if (call.status === 204) {
      expect(answer?.body).toBeNull();
      return;
    }
    expect(schema, 'the body is described').toBeDefined();
    expect(answer?.headers['content-type'], 'the media type is described').toEqual(expect.stringMatching(new RegExp(`^${type}(;|$)`)));
    const validate = ajv.compile(schema ?? {});
    expect(validate(answer?.body), JSON.stringify(validate.errors)).toBe(true);
    expect(undescribed(schema ?? {}, answer?.body, ''), 'fields that the file does not describe').toEqual([]);
  });
});

/** Pointers to the fields of a value that its schema does not name. A schema that names none leaves its fields open. */
function undescribed(schema: Schema, value: unknown, pointer: string): string[] {
  const parts = partsOf(schema);
  if (Array.isArray(value)) {
    const items = parts.flatMap((part) => (part.items === undefined ? [] : [part.items as Schema]));
    return value.flatMap((item, index) => undescribed({ anyOf: items }, item, `${pointer}/${index}`));
  }
  if (typeof value !== 'object' || value === null) return [];
  const named = parts.filter((part) => part.properties !== undefined || part.patternProperties !== undefined || typeof part.additionalProperties === 'object');
  if (named.length === 0) return [];
  return Object.entries(value).flatMap(([name, field]) => {
    const schemas = named.flatMap((part) => fieldSchemas(part, name));
    return schemas.length === 0 ? [`${pointer}/${name}`] : undescribed({ anyOf: schemas }, field, `${pointer}/${name}`);
  });
}

function fieldSchemas(part: Schema, name: string): Schema[] {
  const own = (part.properties as Record<string, Schema> | undefined)?.[name];
  if (own !== undefined) return [own];
  const matching = Object.entries((part.patternProperties ?? {}) as Record<string, Schema>).filter(([pattern]) => new RegExp(pattern, 'u').test(name)).map(([, schema]) => schema);
  return typeof part.additionalProperties === 'object' ? [...matching, part.additionalProperties as Schema] : matching;
}

/** The schema and all that it is put together from. */
function partsOf(schema: Schema): Schema[] {
  const below = [schema.allOf, schema.anyOf, schema.oneOf].flatMap((list) => (list ?? []) as Schema[]);
  const conditional = [schema.then, schema.else].filter((part): part is Schema => part !== undefined);
  return [schema, ...[...below, ...conditional].flatMap(partsOf)];
}
