import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at } from '../support/core.js';
import { startLark, type LarkPaidup } from '../support/lark.js';

/*
 * Every method of contracts/lark.md section 3, a row each: what its table has as parameters and body, and what it answers,
 * field by field. `required`, `nullable` are the fields that the table marks with R and with `|null`.
 */

type Json = ReturnType<typeof JSON.parse>;
type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

const NOW = '2026-07-15T10:00:00Z';
const NAME = 'table@example.com';
const CALLBACKS = { success_url: 'https://shop.example.com/ok', cancelled_url: 'https://shop.example.com/no' };
const usd = (value: string | number) => ({ currency_code: 'usd', value });

const id = (prefix: string) => expect.stringMatching(new RegExp(`^${prefix}_[0-9A-Za-z]{24}$`));
const money = (code = 'usd') => ({ currency_code: code, value: expect.stringMatching(/^\d+(\.\d+)?$/) });
const period = (end: unknown = expect.any(String)) => ({ start: expect.any(String), end, inclusive_start: true, inclusive_end: false });

const SUBJECT = { id: id('subj'), created_at: expect.any(String), email: null, external_id: expect.toSatisfy((value) => value === null || typeof value === 'string'), metadata: {}, name: null };
const METRIC = { id: id('pmtr'), name: 'Credits', event_name: 'credit', unit: 'credit', aggregation: { aggregation_type: 'sum', value_field: 'amount' }, dimensions: null };
const FIXED_RATE = { id: id('fr'), code: 'base', name: 'Base', description: null, price: { price_type: 'flat', amount: usd('2500') } };
const USAGE_RATE = { id: id('ubr'), code: 'credits', name: 'Credits', description: null, usage_based_rate_type: 'simple', included_units: 20, pricing_metric_id: id('pmtr'), price: { price_type: 'package', amount: usd('10'), package_units: 5, rounding_behavior: 'round_up' } };
const RATE_CARD = { id: id('rc'), name: 'Pro', billing_interval: 'monthly', created_at: expect.any(String), updated_at: expect.any(String), fixed_rates: [FIXED_RATE], usage_based_rates: [USAGE_RATE], metadata: {}, description: null, rate_catalog_id: null };
const SUBSCRIPTION = {
  id: id('sub'), subject_id: id('subj'), rate_card_id: id('rc'), status: 'active', cancels_at_end_of_cycle: false, current_period: period(), cycles_next_at: expect.any(String), effective_at: expect.any(String),
  fixed_rate_quantities: { base: '1' }, rate_price_multipliers: {}, metadata: {},
};
const INVOICE = {
  id: id('in'), created_at: expect.any(String), hosted_url: expect.stringContaining('/hosted-invoices/'), status: expect.stringMatching(/^(open|paid)$/), subject_id: id('subj'), total_amount: money('USD'),
  line_items: [{ amount: money('USD'), description: expect.any(String), price_in_unit_amount: money('USD'), quantity: 1 }],
};
const CATALOG = { id: id('rcat'), name: 'Rates', description: 'For all', rate_count: expect.any(Number) };
const RATE = (kind: 'fixed' | 'usage_based') => ({
  id: id(kind === 'fixed' ? 'fr' : 'ubr'), interval: 'monthly', rate_catalog_id: id('rcat'), type: kind, fixed: kind === 'fixed' ? FIXED_RATE : null, usage_based: kind === 'fixed' ? null : USAGE_RATE,
});
const TIMELINE = { id: id('stl'), created_at: expect.any(String), updated_at: expect.any(String), rate_card_id: id('rc'), subject_id: id('subj'), subscription_id: null, status: 'draft' };
const ITEM = {
  id: id('stli'), created_at: expect.any(String), updated_at: expect.any(String), subscription_timeline_id: id('stl'), period: period(expect.toSatisfy((value) => value === null || typeof value === 'string')),
  subscription_input: { rate_card_id: id('rc'), fixed_rate_quantities: { base: '2' }, rate_price_multipliers: { base: '0.5' } },
};
/** A list with more behind it, asked for with a limit of one. */
const list = (plural: string, item: object, hasMore: unknown = expect.any(Boolean)) => ({ has_more: hasMore, [plural]: [item] });

/** What the rows speak of; made before them. */
interface Known {
  readonly subject: string;
  readonly doomed: string;
  readonly metric: string;
  readonly card: string;
  readonly subscription: string;
  readonly ending: string;
  readonly catalog: string;
  readonly timeline: string;
  readonly waiting: string;
  /** Timelines without any item. */
  readonly drafts: readonly string[];
}

interface Row {
  readonly method: Method;
  /** As the contract writes it. */
  readonly address: string;
  /** What stands in the place of its parameters, and the query. */
  readonly url: (known: Known) => string;
  readonly body?: (known: Known) => Record<string, unknown>;
  readonly required?: readonly string[];
  readonly nullable?: readonly string[];
  readonly answer: unknown;
}

const rates = (known: Known) => ({
  fixed_rates: [{ code: 'base', name: 'Base', price: { price_type: 'flat', amount: usd(2500) } }],
  usage_based_rates: [{ code: 'credits', name: 'Credits', usage_based_rate_type: 'simple', pricing_metric_id: known.metric, included_units: 20, price: { price_type: 'package', amount: usd('10'), package_units: 5, rounding_behavior: 'round_up' } }],
});
const item = (known: Known) => ({ period: { start: '2030-01-01T00:00:00Z', end: null }, subscription_input: { rate_card_id: known.card, fixed_rate_quantities: { base: 2 }, rate_price_multipliers: { base: '0.50' } } });
const success = { result: { result_type: 'success', subscription: SUBSCRIPTION } };

let extra = 0;
const unique = (word: string): string => `${word}-${(extra += 1)}`;

const ROWS: readonly Row[] = [
  { method: 'POST', address: '/subjects', url: () => '/subjects', body: () => ({ external_id: unique('made') }), nullable: ['email', 'external_id', 'metadata', 'name'], answer: SUBJECT },
  { method: 'GET', address: '/subjects/{subject_id}', url: ({ subject }) => `/subjects/${subject}`, answer: SUBJECT },
  { method: 'PUT', address: '/subjects/{subject_id}', url: ({ subject }) => `/subjects/${subject}`, body: () => ({ metadata: {} }), nullable: ['email', 'metadata', 'name'], answer: SUBJECT },
  { method: 'GET', address: '/subjects', url: () => '/subjects?limit=1', answer: list('subjects', SUBJECT, true) },
  { method: 'GET', address: '/subjects/search', url: () => '/subjects/search?query=searched&limit=1', answer: list('subjects', { ...SUBJECT, name: 'To be searched' }, false) },
  { method: 'DELETE', address: '/subjects/{subject_id}', url: ({ doomed }) => `/subjects/${doomed}`, answer: {} },
  {
    method: 'POST', address: '/pricing-metrics', url: () => '/pricing-metrics', required: ['name', 'event_name', 'unit', 'aggregation'], nullable: ['dimensions'], answer: METRIC,
    body: () => ({ name: 'Credits', event_name: 'credit', unit: 'credit', aggregation: { aggregation_type: 'sum', value_field: 'amount' } }),
  },
  { method: 'GET', address: '/pricing-metrics/{pricing_metric_id}', url: ({ metric }) => `/pricing-metrics/${metric}`, answer: METRIC },
  { method: 'GET', address: '/pricing-metrics', url: () => '/pricing-metrics?limit=1', answer: list('pricing_metrics', METRIC) },
  {
    method: 'POST', address: '/pricing-metrics/{pricing_metric_id}/summary', url: ({ metric }) => `/pricing-metrics/${metric}/summary`, required: ['subject_id', 'period'], nullable: ['period_granularity', 'dimensions'],
    body: () => ({ subject_id: NAME, period: { start: '2026-07-15T00:00:00Z', end: '2026-07-16T00:00:00Z' } }),
    answer: [{ id: id('pmtr_sum'), dimension_coordinates: null, period: period(), pricing_metric_id: id('pmtr'), subject_id: id('subj'), value: '25' }],
  },
  {
    method: 'POST', address: '/rate-cards', url: () => '/rate-cards', required: ['name', 'billing_interval'], nullable: ['description', 'metadata', 'rate_catalog_id'], answer: RATE_CARD,
    body: (known) => ({ name: 'Pro', billing_interval: 'monthly', ...rates(known) }),
  },
  { method: 'GET', address: '/rate-cards/{rate_card_id}', url: ({ card }) => `/rate-cards/${card}`, answer: RATE_CARD },
  { method: 'GET', address: '/rate-cards', url: () => '/rate-cards?limit=1', answer: list('rate_cards', RATE_CARD) },
  {
    method: 'POST', address: '/subscriptions', url: () => '/subscriptions', required: ['rate_card_id', 'subject_id'], nullable: ['checkout_callback_urls', 'fixed_rate_quantities', 'metadata', 'rate_price_multipliers', 'subscription_timeline_id'],
    body: ({ card }) => ({ rate_card_id: card, subject_id: NAME }), answer: success,
  },
  { method: 'GET', address: '/subscriptions/{subscription_id}', url: ({ subscription }) => `/subscriptions/${subscription}`, answer: SUBSCRIPTION },
  { method: 'GET', address: '/subscriptions', url: () => `/subscriptions?subject_id=${encodeURIComponent(NAME)}&limit=1`, answer: list('subscriptions', SUBSCRIPTION, true) },
  { method: 'POST', address: '/subscriptions/{subscription_id}/cancel', url: ({ ending }) => `/subscriptions/${ending}/cancel`, body: () => ({ cancel_at_end_of_cycle: true }), nullable: ['reason'], answer: { ...SUBSCRIPTION, cancels_at_end_of_cycle: true } },
  {
    method: 'POST', address: '/subscriptions/{subscription_id}/change-rate-card', url: ({ subscription }) => `/subscriptions/${subscription}/change-rate-card`, required: ['rate_card_id'], nullable: ['checkout_callback_urls', 'upgrade_behavior'],
    body: (known) => ({ rate_card_id: nextCard(known) }), answer: { result: { type: 'success', ...success.result } },
  },
  {
    method: 'POST', address: '/usage-events', url: () => '/usage-events', required: ['event_name', 'idempotency_key', 'subject_id', 'data'], nullable: ['timestamp'],
    body: () => ({ event_name: 'credit', idempotency_key: unique('key'), subject_id: NAME, data: { amount: '0' } }), answer: {},
  },
  {
    method: 'GET', address: '/customer-access/{subject_id}/billing-state', url: () => `/customer-access/${encodeURIComponent(NAME)}/billing-state`,
    answer: {
      active_subscriptions: expect.arrayContaining([{ rate_card_id: id('rc'), subscription_id: id('sub') }]), has_active_subscription: true, has_overage_for_usage: true,
      usage_data: expect.arrayContaining([{ included_units: 20, pricing_metric_id: id('pmtr'), rate_name: 'Credits', used_units: '25' }]),
    },
  },
  { method: 'GET', address: '/invoices', url: () => `/invoices?subject_id=${encodeURIComponent(NAME)}&limit=1`, answer: list('invoices', INVOICE) },
  {
    method: 'POST', address: '/customer-portal/sessions', url: () => '/customer-portal/sessions', required: ['subject_id', 'return_url'], body: () => ({ subject_id: NAME, return_url: 'https://shop.example.com' }),
    answer: { url: expect.stringMatching(/^http:\/\/.+\/portal#link=./) },
  },
  { method: 'POST', address: '/rate-catalogs', url: () => '/rate-catalogs', required: ['name', 'description'], body: () => ({ name: 'Rates', description: 'For all' }), answer: { ...CATALOG, rate_count: 0 } },
  { method: 'GET', address: '/rate-catalogs/{rate_catalog_id}', url: ({ catalog }) => `/rate-catalogs/${catalog}`, answer: CATALOG },
  { method: 'GET', address: '/rate-catalogs', url: () => '/rate-catalogs?limit=1', answer: list('rate_catalogs', CATALOG) },
  {
    method: 'POST', address: '/rate-catalogs/{rate_catalog_id}/add_rates', url: ({ catalog }) => `/rate-catalogs/${catalog}/add_rates`, required: ['billing_interval'],
    body: (known) => ({ billing_interval: 'yearly', fixed_rates: [{ ...rates(known).fixed_rates[0], code: unique('rate') }] }), answer: CATALOG,
  },
  { method: 'GET', address: '/rate-catalogs/{rate_catalog_id}/rates', url: ({ catalog }) => `/rate-catalogs/${catalog}/rates?limit=2`, answer: { has_more: expect.any(Boolean), rates: [RATE('fixed'), RATE('usage_based')] } },
  { method: 'POST', address: '/subscription-timelines', url: () => '/subscription-timelines', required: ['rate_card_id', 'subject_id'], body: ({ card }) => ({ rate_card_id: card, subject_id: NAME }), answer: TIMELINE },
  { method: 'GET', address: '/subscription-timelines/{subscription_timeline_id}', url: ({ timeline }) => `/subscription-timelines/${timeline}`, answer: TIMELINE },
  { method: 'GET', address: '/subscription-timelines', url: () => '/subscription-timelines?limit=1', answer: list('subscription_timelines', TIMELINE, true) },
  {
    method: 'POST', address: '/subscription-timelines/{subscription_timeline_id}/start', url: (known) => `/subscription-timelines/${known.waiting}/start`, required: ['checkout_callback_urls'], nullable: [],
    body: () => ({ checkout_callback_urls: CALLBACKS }), answer: { result: { result_type: 'success', subscription_timeline: { ...TIMELINE, status: 'pending', subscription_id: id('sub') } } },
  },
  {
    method: 'POST', address: '/subscription-timelines/{subscription_timeline_id}/items', url: (known) => `/subscription-timelines/${nextDraft(known)}/items`, required: ['items'],
    body: (known) => ({ items: [item(known)] }), answer: [ITEM],
  },
  { method: 'GET', address: '/subscription-timelines/{subscription_timeline_id}/items', url: ({ timeline }) => `/subscription-timelines/${timeline}/items?limit=1`, answer: list('items', ITEM) },
];

/** Whoever has a card goes over to another one, and back. */
const others: string[] = [];
function nextCard({ card }: Known): string {
  others.push(others.length % 2 === 0 ? (others[0] ?? '') : card);
  return others.at(-1) ?? card;
}

/** Nothing can follow an item without an end: each is the first of its timeline. */
let asked = 0;
function nextDraft({ drafts }: Known): string {
  asked += 1;
  return drafts[asked % drafts.length] ?? '';
}

const TYPED = ROWS.map((row) => [`${row.method} ${row.address}`, row] as const);
const WITH_BODY = TYPED.filter(([, { body }]) => body !== undefined);

describe('the methods of Lark', () => {
  let lark: LarkPaidup;
  let known: Known;

  beforeAll(async () => {
    lark = await startLark({ now: at(NOW) });
    const post = async (url: string, body: object): Promise<Json> => lark.ok('POST', url, body);
    const subject = (await post('/subjects', { external_id: NAME })).id;
    await post('/subjects', { name: 'To be searched' });
    const doomed = (await post('/subjects', {})).id;
    await lark.paidup.call('PUT', `/v1/customers/${encodeURIComponent(NAME)}/payment-method`, { token: 'card_succeeds' });
    const metric = (await post('/pricing-metrics', { name: 'Credits', event_name: 'credit', unit: 'credit', aggregation: { aggregation_type: 'sum', value_field: 'amount' } })).id;
    const definition = { name: 'Pro', billing_interval: 'monthly', ...rates({ metric } as Known) };
    others.push((await post('/rate-cards', definition)).id);
    const card = (await post('/rate-cards', definition)).id;
    const subscribe = async (): Promise<string> => (await post('/subscriptions', { rate_card_id: card, subject_id: NAME })).result.subscription.id;
    const [subscription, ending] = [await subscribe(), await subscribe()];
    await post('/usage-events', { event_name: 'credit', idempotency_key: 'first', subject_id: NAME, data: { amount: 25 } });
    const catalog = (await post('/rate-catalogs', { name: 'Rates', description: 'For all' })).id;
    await post(`/rate-catalogs/${catalog}/add_rates`, { billing_interval: 'monthly', ...rates({ metric } as Known) });
    const draft = async (): Promise<string> => (await post('/subscription-timelines', { rate_card_id: card, subject_id: NAME })).id;
    const [timeline, waiting] = [await draft(), await draft()];
    const drafts = [await draft(), await draft(), await draft(), await draft()];
    known = { subject, doomed, metric, card, subscription, ending, catalog, timeline, waiting, drafts };
    for (const one of [timeline, waiting]) await post(`/subscription-timelines/${one}/items`, { items: [item(known)] });
  });
  afterAll(() => lark.paidup.stop());

  it('are thirty-three, and those of the OpenAPI file', async () => {
    const { body } = await lark.paidup.call('GET', '/openapi.json');
    const served = Object.entries(body.paths as Record<string, Record<string, Json>>).flatMap(([path, methods]) =>
      Object.entries(methods).filter(([, { tags }]) => tags?.includes('lark')).map(([method]) => `${method.toUpperCase()} ${path}`));
    expect(served.sort()).toEqual(ROWS.map(({ method, address }) => `${method} ${address}`).sort());
    expect(ROWS).toHaveLength(33);
  });

  it.each(WITH_BODY)('%s names each field that is missing', async (_name, row) => {
    const body = row.body?.(known) ?? {};
    for (const field of row.required ?? []) {
      const { [field]: _left, ...rest } = body;
      const answer = await lark.ask(row.method, row.url(known), rest);
      expect([answer.status, answer.body]).toEqual([422, { detail: [{ loc: ['body', field], msg: 'Field required', type: 'missing' }] }]);
    }
    if ((row.required ?? []).length === 0) expect(row.nullable).not.toEqual([]);
  });

  it.each(TYPED)('%s answers as the contract says, whatever else is sent', async (_name, row) => {
    const sent = row.body === undefined ? undefined : { ...row.body(known), unknown_field: { of: ['a', 'later version'] } };
    const { status, body, headers } = await lark.ask(row.method, row.url(known), sent, {
      accept: 'application/json', 'user-agent': 'Lark/JS 0.9.0', 'x-stainless-lang': 'js', 'x-stainless-retry-count': '0', 'x-stainless-timeout': '60',
    });
    expect([status, body]).toEqual([200, row.answer]);
    expect(headers['content-type']).toMatch(/^application\/json/);
  });

  it.each(WITH_BODY.filter(([, { nullable = [] }]) => nullable.length > 0))('%s takes null where the contract has it', async (_name, row) => {
    const url = row.url(known);
    // What is about to end has to go on first.
    if (url.endsWith('/cancel')) await lark.paidup.call('POST', `/v1/subscriptions/${known.ending}/resume`);
    const nothing = Object.fromEntries((row.nullable ?? []).map((field) => [field, null]));
    expect(await lark.ask(row.method, url, { ...row.body?.(known), ...nothing })).toMatchObject({ status: 200 });
  });

  it.each(TYPED)('%s needs a secret key', async (_name, row) => {
    const body = row.body?.(known);
    expect(await lark.ask(row.method, row.url(known), body, { 'x-api-key': '' })).toMatchObject({ status: 401, body: { detail: 'Invalid or missing API key' } });
    if (row.address.startsWith('/customer-access')) return;
    expect(await lark.ask(row.method, row.url(known), body, { 'x-api-key': await lark.paidup.customerKey(NAME) })).toMatchObject({ status: 403, body: { detail: 'Not enough permissions' } });
  });
});

describe('the lists of Lark', () => {
  let lark: LarkPaidup;
  const urls: Record<string, string> = {};

  beforeAll(async () => {
    lark = await startLark({ now: at(NOW) });
    await lark.ok('POST', '/subjects', { external_id: 'listed', name: 'Listed' });
    await lark.paidup.call('PUT', '/v1/customers/listed/payment-method', { token: 'card_succeeds' });
    for (let count = 0; count < 51; count += 1) await lark.ok('POST', '/subjects', { name: `Listed ${count}` });
    const cards: string[] = [];
    const price = { price_type: 'flat', amount: usd('100') };
    for (const name of ['a', 'b', 'c']) {
      await lark.ok('POST', '/pricing-metrics', { name, event_name: name, unit: name, aggregation: { aggregation_type: 'count' } });
      await lark.ok('POST', '/rate-catalogs', { name, description: name });
      cards.push((await lark.ok('POST', '/rate-cards', { name, billing_interval: 'monthly', fixed_rates: [{ code: name, name, price }] })).id);
      await lark.ok('POST', '/subscriptions', { rate_card_id: cards[0], subject_id: 'listed' });
    }
    const catalog = (await lark.ok('GET', '/rate-catalogs?limit=1')).rate_catalogs[0].id;
    await lark.ok('POST', `/rate-catalogs/${catalog}/add_rates`, { billing_interval: 'monthly', fixed_rates: ['a', 'b', 'c'].map((code) => ({ code, name: code, price })) });
    const timelines: string[] = [];
    for (let count = 0; count < 3; count += 1) timelines.push((await lark.ok('POST', '/subscription-timelines', { rate_card_id: cards[0], subject_id: 'listed' })).id);
    const input = { rate_card_id: cards[0], fixed_rate_quantities: {}, rate_price_multipliers: {} };
    await lark.ok('POST', `/subscription-timelines/${timelines[0]}/items`, { items: [1, 2, 3].map((day) => ({ period: { start: `2030-01-0${day}T00:00:00Z`, end: `2030-01-0${day + 1}T00:00:00Z` }, subscription_input: input })) });
    Object.assign(urls, { rates: `/rate-catalogs/${catalog}/rates?`, items: `/subscription-timelines/${timelines[0]}/items?` });
  });
  afterAll(() => lark.paidup.stop());

  const LISTS = [
    ['subjects', '/subjects?'], ['subjects', '/subjects/search?query=listed&'], ['pricing_metrics', '/pricing-metrics?'], ['rate_cards', '/rate-cards?'], ['subscriptions', '/subscriptions?'], ['subscriptions', '/subscriptions?subject_id=listed&'],
    ['invoices', '/invoices?subject_id=listed&'], ['rate_catalogs', '/rate-catalogs?'], ['rates', ''], ['subscription_timelines', '/subscription-timelines?'], ['items', ''],
  ] as const;

  it.each(LISTS)('%s of %s come by limit and offset, and say whether there is more', async (plural, given) => {
    const url = given === '' ? (urls[plural] ?? '') : given;
    const all = (await lark.ok('GET', `${url}limit=100`))[plural];
    const first = await lark.ok('GET', `${url}limit=2`);
    expect(Object.keys(first).sort()).toEqual(['has_more', plural].sort());
    expect(first).toEqual({ has_more: true, [plural]: all.slice(0, 2) });
    expect(await lark.ok('GET', `${url}limit=2&offset=1`)).toEqual({ has_more: all.length > 3, [plural]: all.slice(1, 3) });
    expect(await lark.ok('GET', `${url}offset=${all.length - 1}`)).toEqual({ has_more: false, [plural]: all.slice(-1) });
    expect(await lark.ok('GET', `${url}limit=100&offset=9007199254740000`)).toEqual({ has_more: false, [plural]: [] });
    for (const [query, field] of [['limit=0', 'limit'], ['limit=101', 'limit'], ['limit=1.5', 'limit'], ['limit=many', 'limit'], ['offset=-1', 'offset'], ['offset=x', 'offset']] as const) {
      const { status, body } = await lark.ask('GET', `${url}${query}`);
      expect([query, status, body.detail[0].loc]).toEqual([query, 422, ['query', field]]);
    }
  });

  it('hold fifty unless told', async () => {
    const { subjects, has_more: hasMore } = await lark.ok('GET', '/subjects');
    expect([subjects.length, hasMore]).toEqual([50, true]);
  });
});

describe('the subject of a request to Lark', () => {
  let lark: LarkPaidup;
  let card: string;
  let metric: string;

  beforeAll(async () => {
    lark = await startLark({ now: at(NOW) });
    card = (await lark.ok('POST', '/rate-cards', { name: 'Free', billing_interval: 'monthly' })).id;
    metric = (await lark.ok('POST', '/pricing-metrics', { name: 'Calls', event_name: 'call', unit: 'call', aggregation: { aggregation_type: 'count' } })).id;
  });
  afterAll(() => lark.paidup.stop());

  /** As the vendor's generator encodes a segment of a path: some signs stay as they are. */
  const segment = (name: string): string => encodeURIComponent(name).replaceAll(/%(40|3A|2B|21|24|26|27|28|29|2A|2C|3B|3D)/g, (encoded) => decodeURIComponent(encoded));

  it.each(['user@example.com', 'team/eu/7', 'a b', 'Łódź ключ 鍵 🔑', "x:y+!$&'()*,;=z", 'what?#', '50%25'])('may be named %s, in path, query and body', async (name) => {
    const { id: own } = await lark.ok('POST', '/subjects', { external_id: name });
    for (const called of [name, own]) {
      const inPath = segment(called);
      const inQuery = encodeURIComponent(called);
      expect((await lark.ok('GET', `/subjects/${inPath}`)).id).toBe(own);
      expect((await lark.ok('PUT', `/subjects/${inPath}`, { name: 'Named' })).external_id).toBe(name);
      const { result } = await lark.ok('POST', '/subscriptions', { subject_id: called, rate_card_id: card });
      expect(result.subscription.subject_id).toBe(own);
      expect((await lark.ok('POST', '/subscription-timelines', { subject_id: called, rate_card_id: card })).subject_id).toBe(own);
      await lark.ok('POST', '/usage-events', { event_name: 'call', idempotency_key: called, subject_id: called, data: {} });
      const [summary] = await lark.ok('POST', `/pricing-metrics/${metric}/summary`, { subject_id: called, period: { start: '2026-07-01T00:00:00Z', end: '2026-08-01T00:00:00Z' } });
      expect(summary.subject_id).toBe(own);
      expect((await lark.ok('GET', `/subscriptions?subject_id=${inQuery}`)).subscriptions.at(-1)).toEqual(result.subscription);
      expect(await lark.ok('GET', `/invoices?subject_id=${inQuery}`)).toEqual({ has_more: false, invoices: [] });
      expect((await lark.ok('GET', `/customer-access/${inPath}/billing-state`)).active_subscriptions.at(-1)).toEqual({ rate_card_id: card, subscription_id: result.subscription.id });
      await lark.ok('POST', '/customer-portal/sessions', { subject_id: called, return_url: 'https://shop.example.com' });
    }
    expect(await lark.ok('DELETE', `/subjects/${segment(name)}`)).toEqual({});
    expect((await lark.ask('GET', `/subjects/${own}`)).status).toBe(404);
  });
});
