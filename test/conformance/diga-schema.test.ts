import { Ajv, type AnySchema } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPaidup, type TestPaidup } from '../support/app.js';
import { at } from '../support/core.js';
import { DIGA_NOW, defineDigaCatalog, startDigaProject, type Json } from '../support/diga.js';
import {
  DIGA_CUSTOMER, DIGA_ERROR, DIGA_KNOWLEDGE_USAGE, DIGA_PAYMENT_METHODS, DIGA_UPCOMING_INVOICE, DIGA_USAGE_ALERT, DIGA_VALIDATION_ERROR, DIGA_VERSIONS, digaSubscriptionSchema,
} from '../support/diga-schema.js';

type Project = Awaited<ReturnType<typeof startDigaProject>>;

const SUBSCRIPTION = '/v1/billing/subscription/';
const UPCOMING = '/v1/billing/subscription/upcoming-invoice';

const ajv = new Ajv({ strict: false, allErrors: true });
ajv.addFormat('date-time', /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/);
ajv.addFormat('uuid', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const faultsOf = (schema: AnySchema) => {
  const validate = ajv.compile(schema);
  return (body: unknown): unknown => (validate(body) ? [] : validate.errors);
};

/** Where a project can stand, each made anew. */
const SITUATIONS: Record<string, (paidup: TestPaidup) => Promise<Project>> = {
  'a monthly plan': (paidup) => startDigaProject(paidup, 'pro'),
  overage: async (paidup) => {
    const project = await startDigaProject(paidup, 'pro');
    await project.talk(2000);
    return project;
  },
  'a yearly plan with metered minutes': async (paidup) => {
    const project = await startDigaProject(paidup, 'pro_year');
    await project.talk(1500);
    return project;
  },
  'a yearly plan without metered minutes': (paidup) => startDigaProject(paidup, 'pro_year', { overage: false }),
  'a canceled plan': async (paidup) => {
    const project = await startDigaProject(paidup, 'pro');
    await project.talk(1500);
    await project.change('cancel', { at_period_end: true });
    return project;
  },
  'a plan that follows': async (paidup) => {
    const project = await startDigaProject(paidup, 'pro');
    await project.change('phases', { plan: 'pro_year' });
    return project;
  },
  'a week that follows': async (paidup) => {
    const project = await startDigaProject(paidup, 'pro');
    await project.change('phases', { plan: 'short' });
    return project;
  },
  'weeks in yen': (paidup) => startDigaProject(paidup, 'weekly'),
  'no limits': (paidup) => startDigaProject(paidup, 'vast'),
  'stored knowledge': async (paidup) => {
    const project = await startDigaProject(paidup, 'pro');
    await project.report('knowledge', { bytes: 1, items: 2 });
    return project;
  },
  'the free plan': (paidup) => startDigaProject(paidup),
  'a subscription to the free plan': (paidup) => startDigaProject(paidup, 'free'),
};
const FREE = ['the free plan', 'a subscription to the free plan'];

describe("Diga's answers by the vendor's schemas of every date", () => {
  let paidup: TestPaidup;
  const projects: Record<string, Project> = {};
  beforeAll(async () => {
    paidup = await startPaidup({ now: at(DIGA_NOW) });
    await defineDigaCatalog(paidup);
    for (const [name, start] of Object.entries(SITUATIONS)) projects[name] = await start(paidup);
  });
  afterAll(() => paidup.stop());

  const ask = async (situation: string, url: string): Promise<{ status: number; body: Json }> => (projects[situation] as Project).ask('GET', url);

  it.each(DIGA_VERSIONS)('are subscriptions of %s', async (version) => {
    const faults = faultsOf(digaSubscriptionSchema(version));
    for (const situation of Object.keys(SITUATIONS)) expect(faults((await ask(situation, SUBSCRIPTION)).body), situation).toEqual([]);
  });

  it('are upcoming invoices, where there is one, and errors where not', async () => {
    for (const situation of Object.keys(SITUATIONS)) {
      const { status, body } = await ask(situation, UPCOMING);
      expect(status, situation).toBe(FREE.includes(situation) ? 404 : 200);
      expect(faultsOf(FREE.includes(situation) ? DIGA_ERROR : DIGA_UPCOMING_INVOICE)(body), situation).toEqual([]);
    }
  });

  it('are usages of knowledge, usage alerts and customers', async () => {
    for (const situation of Object.keys(SITUATIONS)) {
      expect(faultsOf(DIGA_KNOWLEDGE_USAGE)((await ask(situation, '/v1/knowledge/usage')).body), situation).toEqual([]);
      expect(faultsOf(DIGA_USAGE_ALERT)((await ask(situation, '/v1/notification/usage_alert')).body), situation).toEqual([]);
      const changed = await (projects[situation] as Project).ask('PATCH', '/v1/billing/customer/', { address: { city: 'Madrid' }, metadata: { a: 'b' } });
      expect([changed.status, faultsOf(DIGA_CUSTOMER)(changed.body)], situation).toEqual([200, []]);
    }
  });

  it('are payment methods: none, a good card, an expired one', async () => {
    const project = await startDigaProject(paidup);
    const faults: unknown[] = [faultsOf(DIGA_PAYMENT_METHODS)((await project.ask('GET', '/v1/billing/payment_method/')).body)];
    for (const card of ['card_succeeds', 'card_expired']) {
      await project.putCard(card);
      const { body } = await project.ask('GET', '/v1/billing/payment_method/');
      expect(body).toHaveLength(1);
      faults.push(faultsOf(DIGA_PAYMENT_METHODS)(body));
    }
    expect(faults).toEqual([[], [], []]);
  });

  it('are errors in the vendor\'s form, and in FastAPI\'s where the body does not fit', async () => {
    const project = await startDigaProject(paidup);
    const narrow = await paidup.customerKey(project.name, ['billing.view']);
    const patch = (key: string, payload: object) => paidup.inject({ method: 'PATCH', url: '/v1/billing/customer/', headers: { authorization: `Bearer ${key}` }, payload });
    for (const [answer, status] of [
      [await patch('sk-0', {}), 401], [await patch(narrow, {}), 403], [await paidup.inject({ method: 'POST', url: SUBSCRIPTION }), 405], [await patch(project.key, { default_payment_method_id: 'pm_1' }), 500],
    ] as const) {
      expect([answer.statusCode, faultsOf(DIGA_ERROR)(answer.json())]).toEqual([status, []]);
    }
    for (const payload of [{ name: 1 }, { email: 'nobody' }, { metadata: { 'diga.free': 'true' } }]) {
      const answer = await patch(project.key, payload);
      expect([answer.statusCode, faultsOf(DIGA_VALIDATION_ERROR)(answer.json())]).toEqual([422, []]);
    }
  });
});

describe("the model of the vendor's schemas", () => {
  let body: Json;
  beforeAll(async () => {
    const paidup = await startPaidup({ now: at(DIGA_NOW) });
    await defineDigaCatalog(paidup);
    ({ body } = await (await startDigaProject(paidup, 'pro')).ask('GET', SUBSCRIPTION));
    await paidup.stop();
  });

  it('tells the dates apart', () => {
    const fields = Object.fromEntries(DIGA_VERSIONS.map((version) => [version, Object.keys(digaSubscriptionSchema(version)['properties'] as object).length]));
    expect(fields).toEqual({ seed: 16, '2026-03-11': 19, '2026-04-07': 20, '2026-07-03': 20, '2026-07-22': 21 });
  });

  it.each<[version: (typeof DIGA_VERSIONS)[number], change: object]>([
    ['seed', { next_invoice_date: undefined }],
    ['seed', { next_payment_date: null }],
    ['2026-03-11', { knowledge_items_count: undefined }],
    ['2026-04-07', { copilot_usage_percent: 101 }],
    ['2026-07-03', { included_workflows: 1.5 }],
    ['2026-07-22', { next_phase: { name: 'Weekly', period: 'week', price: 1 } }],
  ])('of %s refuses %j', (version, change) => {
    const faults = faultsOf(digaSubscriptionSchema(version));
    expect(faults(body)).toEqual([]);
    expect(faults(JSON.parse(JSON.stringify({ ...body, ...change })))).not.toEqual([]);
  });
});
