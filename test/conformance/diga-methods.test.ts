import { Ajv, type AnySchema } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPaidup, type TestPaidup } from '../support/app.js';
import { at } from '../support/core.js';
import { DIGA_NOW, defineDigaCatalog, startDigaProject, type Json } from '../support/diga.js';
import { DIGA_CUSTOMER, DIGA_KNOWLEDGE_USAGE, DIGA_PAYMENT_METHODS, DIGA_UPCOMING_INVOICE, DIGA_USAGE_ALERT, DIGA_VERSIONS, digaSubscriptionSchema } from '../support/diga-schema.js';

/*
 * Every method of contracts/diga.md section 1, a row each: what is sent, the vendor's schema of the answer (of every date where
 * it changed), and our answer, field by field.
 */

interface Row {
  readonly method: 'GET' | 'PATCH' | 'POST';
  readonly address: string;
  /** What a key that is narrowed must be allowed. */
  readonly right: string;
  readonly body?: object;
  readonly schemas: readonly AnySchema[];
  readonly answer: unknown;
}

const ALERT = { id: expect.any(String), enabled: false, percent: 80, updated_at: DIGA_NOW };
const ADDRESS = { city: 'Madrid', country: 'ES', line1: 'Gran Via 1', line2: null, postal_code: '28013', state: null };

const ROWS: readonly Row[] = [
  {
    method: 'GET', address: '/v1/billing/subscription/', right: 'billing.view', schemas: DIGA_VERSIONS.map(digaSubscriptionSchema),
    answer: {
      name: 'Pro', next_invoice_date: '2026-08-03T00:00:00Z', next_invoice_amount: 99.14, period_start: '2026-07-03T00:00:00Z', period_end: '2026-08-03T00:00:00Z', included_minutes: 1400, max_concurrent_calls: 5, active_since: '2026-07-03T00:00:00Z',
      price: 99, currency: 'EUR', period: 'month', overage_price_per_minute: 0.07, usage_based_billing_enabled: true, minutes_count: 1402, rollover_minutes_count: 0, next_payment_date: '2026-08-03T00:00:00Z', next_phase: null,
      knowledge_storage_used_bytes: 2048, knowledge_storage_limit_bytes: 104857600, knowledge_items_count: 3, copilot_usage_percent: 0, included_workflows: 0, workflows_count: null,
    },
  },
  {
    method: 'GET', address: '/v1/billing/subscription/upcoming-invoice', right: 'billing.view', schemas: [DIGA_UPCOMING_INVOICE],
    answer: { plan_amount: 99, extra_usage_amount: 0.14, total_due: 99.14, currency: 'EUR', next_payment_date: '2026-08-03T00:00:00Z' },
  },
  {
    method: 'PATCH', address: '/v1/billing/customer/', right: 'billing.update', schemas: [DIGA_CUSTOMER], body: { name: 'Aurora Voice SL', email: 'billing@aurora-voice.example', phone: '+34 600', address: ADDRESS, metadata: { tier: 'gold' } },
    answer: { id: expect.stringMatching(/^cus_/), name: 'Aurora Voice SL', email: 'billing@aurora-voice.example', phone: '+34 600', address: ADDRESS, metadata: { tier: 'gold' }, default_payment_method_id: expect.any(String) },
  },
  {
    method: 'GET', address: '/v1/billing/payment_method/', right: 'billing.view', schemas: [DIGA_PAYMENT_METHODS],
    answer: [{ id: expect.any(String), type: 'card', card: { brand: expect.any(String), last4: expect.stringMatching(/^\d{4}$/), exp_month: expect.any(Number), exp_year: expect.any(Number) }, link: null, is_default: true }],
  },
  { method: 'GET', address: '/v1/notification/usage_alert', right: 'notifications.view', schemas: [DIGA_USAGE_ALERT], answer: ALERT },
  { method: 'POST', address: '/v1/notification/usage_alert', right: 'notifications.update', schemas: [DIGA_USAGE_ALERT], body: { enabled: true, percent: 90, notification_email: 'ops@example.com' }, answer: { ...ALERT, enabled: true, percent: 90 } },
  { method: 'GET', address: '/v1/knowledge/usage', right: 'billing.view', schemas: [DIGA_KNOWLEDGE_USAGE], answer: { used_bytes: 2048, limit_bytes: 104857600, item_count: 3 } },
];

const TABLE = ROWS.map((row) => [`${row.method} ${row.address}`, row] as const);
const spellingsOf = (address: string): string[] => [address, address.endsWith('/') ? address.slice(0, -1) : `${address}/`];

const ajv = new Ajv({ strict: false, allErrors: true });
ajv.addFormat('date-time', /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/);
ajv.addFormat('uuid', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);

describe('the methods of Diga', () => {
  let paidup: TestPaidup;
  let project: Awaited<ReturnType<typeof startDigaProject>>;

  beforeAll(async () => {
    paidup = await startPaidup({ now: at(DIGA_NOW) });
    await defineDigaCatalog(paidup);
    project = await startDigaProject(paidup, 'pro');
    await project.talk(1402);
    await project.report('knowledge', { bytes: 2048, items: 3 });
    await project.putCard('card_succeeds');
  });
  afterAll(() => paidup.stop());

  const ask = async (row: Row, address: string, key: string, body: object | undefined = row.body): Promise<{ status: number; body: Json; type: unknown }> => {
    const response = await paidup.inject({ method: row.method, url: address, headers: { authorization: `Bearer ${key}` }, ...(body === undefined ? {} : { payload: body }) });
    return { status: response.statusCode, body: response.json(), type: response.headers['content-type'] };
  };

  it('are seven, and those of the OpenAPI file', async () => {
    const { body } = await paidup.call('GET', '/openapi.json');
    const served = Object.entries(body.paths as Record<string, Record<string, Json>>).flatMap(([path, methods]) =>
      Object.entries(methods).filter(([, { tags }]) => tags?.includes('diga')).map(([method]) => `${method.toUpperCase()} ${path}`));
    expect(served.sort()).toEqual(ROWS.map(({ method, address }) => `${method} ${address}`).sort());
    expect(ROWS).toHaveLength(7);
  });

  it.each(TABLE)('%s answers as the contract says, with and without the last slash', async (_name, row) => {
    for (const address of spellingsOf(row.address)) {
      const answer = await ask(row, address, project.key, row.body === undefined ? undefined : { ...row.body, unknown_field: { of: 'a later version' } });
      expect([answer.status, answer.body]).toEqual([200, row.answer]);
      expect(answer.type).toMatch(/^application\/json/);
      for (const schema of row.schemas) expect(ajv.validate(schema, answer.body), ajv.errorsText()).toBe(true);
    }
  });

  it.each(TABLE)('%s is refused without a key, without its permission, and to keys of no project', async (_name, row) => {
    const others = ['billing.view', 'billing.update', 'notifications.view', 'notifications.update'].filter((right) => right !== row.right);
    const refusals: Array<[string, number, string, string]> = [
      ['sk-0000', 401, 'INVALID_API_KEY', 'Invalid or missing API key'],
      [await paidup.customerKey(project.name, others), 403, 'MISSING_PERMISSIONS', 'Missing required permissions'],
      [paidup.secretKey, 403, 'MISSING_PERMISSIONS', 'Missing required permissions'],
    ];
    for (const [key, status, code, message] of refusals) {
      const answer = await ask(row, row.address, key);
      expect([answer.status, answer.body]).toEqual([status, { status: 'error', error_code: code, message }]);
    }
    expect((await ask(row, row.address, await paidup.customerKey(project.name, [row.right]))).status).toBe(200);
  });
});

describe("the vendor's worked example of rollover", () => {
  let paidup: TestPaidup;
  beforeAll(async () => {
    paidup = await startPaidup({ now: at('2026-02-10T00:00:00Z') });
    await defineDigaCatalog(paidup);
    const minutes = { code: 'minutes', type: 'usage', meter: 'call_minutes', included: '10000', model: { type: 'per_unit', amount: '0.06' }, rollover: { cap: { multiple: '2' } } };
    await paidup.call('PUT', '/v1/plans/ten_thousand', { name: 'Ten thousand', currency: 'EUR', interval: { unit: 'month', count: 1 }, prices: [minutes] });
  });
  afterAll(() => paidup.stop());

  it.each<[string, number, number, number]>([
    ['the next month has what is new and what was left', 5_000, 1, 5_000],
    ['nothing is left of a month that was used up', 10_000, 1, 0],
    ['nor of one with overage', 12_000, 1, 0],
    ['months of which nothing is used add up to twice what is included', 0, 5, 20_000],
  ])('%s: of 10,000 minutes %i were used, %i month(s) later there are %i', async (_what, used, months, carried) => {
    const project = await startDigaProject(paidup, 'ten_thousand', { starts_at: '2026-01-01T00:00:00Z' });
    if (used > 0) await paidup.call('POST', '/v1/events', { events: [{ id: 'calls', customer: project.name, name: 'call', timestamp: '2026-01-20T00:00:00Z', properties: { seconds: used * 60 } }] });
    const before = paidup.clock.now();
    paidup.clock.set(at(`2026-0${1 + months}-10T00:00:00Z`));
    const { body } = await project.ask('GET', '/v1/billing/subscription/');
    paidup.clock.set(before);
    expect(body).toMatchObject({ included_minutes: 10_000, minutes_count: 0, rollover_minutes_count: carried });
  });
});
