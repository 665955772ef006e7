import { at } from './core.js';
import { startPaidup, type TestPaidup } from './app.js';

type Json = ReturnType<typeof JSON.parse>;

/** A Paidup in this process that is asked over a real connection. */
export interface Listening {
  readonly paidup: TestPaidup;
  readonly url: string;
  /** Asks its Lark surface with the secret key. @throws what was answered instead of 200. */
  lark(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Json>;
}

export async function listening(now: string): Promise<Listening> {
  const paidup = await startPaidup({ now: at(now) });
  const url = await paidup.app.listen({ host: '127.0.0.1', port: 0 });
  return {
    paidup,
    url,
    lark: async (method, path, body) => {
      const response = await paidup.inject({ method, url: path, headers: { 'x-api-key': paidup.secretKey }, ...(body === undefined ? {} : { payload: body as object }) });
      if (response.statusCode !== 200) throw new Error(`${method} ${path}: ${response.statusCode} ${response.body}`);
      return response.json();
    },
  };
}

const flat = (value: string) => ({ price_type: 'flat', amount: { currency_code: 'usd', value } });
const blocks = (value: string, rounding: string) => ({ price_type: 'package', amount: { currency_code: 'usd', value }, package_units: 7, rounding_behavior: rounding });

/** When the first of the source's subjects began, and the moment at which it is moved. */
export const BEGAN = '2025-12-31T22:15:00.123Z';
export const MOVED = '2026-03-12T09:30:00.456Z';

/** Enough for three pages of a list. */
export const FILLERS = 200;

/** A Paidup whose Lark surface holds subjects of every kind that tells one import from another. */
export async function populate(source: Listening): Promise<void> {
  const cards = await makeCatalog(source);
  const make = new SubjectMaker(source, cards);
  await make.subject({ external_id: 'früh@example.com', name: 'Früh & Söhne', email: 'rechnung@example.com', metadata: { tier: 'gold', 'lark.note': 'ä' } }, ['Pro'], { quantities: { base: '1', seats: '12', blocks: '15' }, multipliers: { seats: '0.75', hours: '2' }, metadata: { order: 'A/1' } });
  await make.subject({ external_id: 'yearly/one two' }, ['Yearly']);
  source.paidup.clock.set(at('2026-01-30T23:59:59.999Z'));
  await make.subject({ external_id: '日本 語/?#%' }, ['Pro', 'Counting']);
  source.paidup.clock.set(at('2026-02-20T00:00:00Z'));
  await make.subject({ external_id: 'ends@cycle' }, ['Counting'], { cancelsAtEnd: true });
  await make.subject({ external_id: 'ended' }, ['Counting'], { isCanceled: true });
  await make.subject({ external_id: 'twice' }, ['Counting', 'Counting', 'Pro']);
  await make.subject({ name: 'No external id' }, ['Counting']);
  await make.subject({ name: null, email: null }, []);
  await make.subject({ external_id: 'a..b/../c' }, ['Counting']);
  await make.subject({ external_id: 'payg' }, ['Pay as you go']);
  await make.subject({ external_id: 'paused' }, ['Counting'], { isPaused: true });
  await make.phased('phased');
  for (let index = 0; index < FILLERS; index += 1) await make.subject(index % 3 === 0 ? { name: `Filler ${index}` } : { external_id: `filler-${index}` }, index % 2 === 0 ? ['Counting'] : []);
  source.paidup.clock.set(at(MOVED));
  await make.use();
  await source.paidup.engine.charges.idle();
}

async function makeCatalog(source: Listening): Promise<ReadonlyMap<string, string>> {
  const metric = async (name: string, event: string, aggregation: object, dimensions: string[] | null = null): Promise<string> =>
    (await source.lark('POST', '/pricing-metrics', { name, event_name: event, unit: 'unit', aggregation, dimensions })).id;
  const hours = await metric('Hours', 'compute', { aggregation_type: 'sum', value_field: 'hours' }, ['region', 'size']);
  const runs = await metric('Runs', 'compute', { aggregation_type: 'count' });
  const peak = await metric('Peak', 'compute', { aggregation_type: 'max', value_field: 'hours' }, ['region']);
  const seats = await metric('Seats', 'seats', { aggregation_type: 'last', value_field: 'seats' }, ['team']);
  const catalog = await source.lark('POST', '/rate-catalogs', { name: 'Spare', description: 'Rates for later' });
  const simple = (code: string, metricId: string, included: number, price: object = flat('0.5')) => ({ code, name: `Rate ${code}`, usage_based_rate_type: 'simple', pricing_metric_id: metricId, included_units: included, price });
  const card = async (name: string, body: object): Promise<[string, string]> => [name, (await source.lark('POST', '/rate-cards', { name, billing_interval: 'monthly', ...body })).id];
  return new Map([
    await card('Pro', {
      description: 'For teams', metadata: { shown: 'yes' }, rate_catalog_id: catalog.id,
      fixed_rates: [{ code: 'base', name: 'Base', description: 'A base', price: flat('2950') }, { code: 'seats', name: 'Seats', price: flat('999') }, { code: 'blocks', name: 'Blocks', price: blocks('450', 'round_up') }],
      usage_based_rates: [
        simple('hours', hours, 10),
        simple('packages', hours, 3, blocks('300', 'round_up')),
        {
          code: 'regional', name: 'By region', description: 'Where it runs', usage_based_rate_type: 'dimensional', pricing_metric_id: hours, included_units: 2,
          dimensions: [{ key: 'region', values: ['eu', 'us'], description: 'Region' }],
          pricing_matrix: { cells: [{ dimension_coordinates: { region: 'eu' }, price: flat('20') }, { dimension_coordinates: { region: 'us' }, price: blocks('100', 'round_down') }] },
        },
      ],
    }),
    await card('Yearly', { billing_interval: 'yearly', fixed_rates: [{ code: 'base', name: 'Base', price: flat('29900') }], usage_based_rates: [simple('runs', runs, 100), simple('hours', hours, 1)] }),
    await card('Counting', { usage_based_rates: [simple('runs', runs, 5, flat('0')), simple('peak', peak, 9, flat('0')), simple('seats', seats, 3, flat('0')), simple('hours', hours, 1, flat('0'))] }),
    await card('Pay as you go', { metadata: { 'lark.ignore_payg_overage': 'true' }, usage_based_rates: [simple('hours', hours, 0, flat('0'))] }),
  ]);
}

interface Terms {
  readonly quantities?: object;
  readonly multipliers?: object;
  readonly metadata?: object;
  readonly cancelsAtEnd?: true;
  readonly isCanceled?: true;
  readonly isPaused?: true;
}

class SubjectMaker {
  readonly #source: Listening;
  readonly #cards: ReadonlyMap<string, string>;
  readonly #subjects: string[] = [];

  constructor(source: Listening, cards: ReadonlyMap<string, string>) {
    this.#source = source;
    this.#cards = cards;
  }

  async subject(profile: object, cards: readonly string[], terms: Terms = {}): Promise<void> {
    const { lark, paidup } = this.#source;
    const { id } = await lark('POST', '/subjects', profile);
    this.#subjects.push(id);
    const customer = id.replace('subj_', 'cus_');
    if (cards.some((card) => card === 'Pro' || card === 'Yearly')) await paidup.call('PUT', `/v1/customers/${customer}/payment-method`, { token: 'card_succeeds' });
    for (const card of cards) {
      const { result } = await lark('POST', '/subscriptions', { subject_id: id, rate_card_id: this.#cards.get(card), fixed_rate_quantities: terms.quantities ?? {}, rate_price_multipliers: terms.multipliers ?? {}, metadata: terms.metadata ?? {} });
      const subscription = result.subscription.id;
      if (terms.cancelsAtEnd === true) await lark('POST', `/subscriptions/${subscription}/cancel`, { cancel_at_end_of_cycle: true });
      if (terms.isCanceled === true) await lark('POST', `/subscriptions/${subscription}/cancel`, {});
      if (terms.isPaused === true) await paidup.call('POST', `/v1/subscriptions/${subscription}/pause`);
    }
  }

  /** A subject whose timeline lets Pro follow in April. */
  async phased(name: string): Promise<void> {
    const { lark, paidup } = this.#source;
    const { id } = await lark('POST', '/subjects', { external_id: name });
    this.#subjects.push(id);
    await paidup.call('PUT', `/v1/customers/${name}/payment-method`, { token: 'card_succeeds' });
    const timeline = await lark('POST', '/subscription-timelines', { subject_id: id, rate_card_id: this.#cards.get('Counting') });
    const item = (start: string, end: string | null, card: string, quantities: object) => ({ period: { start, end }, subscription_input: { rate_card_id: this.#cards.get(card), fixed_rate_quantities: quantities, rate_price_multipliers: {} } });
    await lark('POST', `/subscription-timelines/${timeline.id}/items`, { items: [item('2026-02-20T00:00:00Z', '2026-04-20T00:00:00Z', 'Counting', {}), item('2026-04-20T00:00:00Z', '2026-08-20T00:00:00Z', 'Pro', { base: '1', seats: '3', blocks: '9' })] });
    await lark('POST', `/subscription-timelines/${timeline.id}/start`, { checkout_callback_urls: { success_url: 'https://shop.example.com/ok', cancelled_url: 'https://shop.example.com/back' }, effective_at: '2026-02-20T00:00:00Z' });
  }

  /** Usage of every subject, some days of it; of some beyond what is included, with fractions and without dimensions. */
  async use(): Promise<void> {
    const events = this.#subjects.flatMap((id, index) => usageOf(id, index));
    for (let from = 0; from < events.length; from += 1000) {
      const { body } = await this.#source.paidup.call('POST', '/v1/events', { events: events.slice(from, from + 1000) });
      const refused = body.results.find(({ status }: Json) => status !== 'accepted');
      if (refused !== undefined) throw new Error(JSON.stringify(refused));
    }
  }
}

function usageOf(subjectId: string, index: number): object[] {
  const customer = subjectId.replace('subj_', 'cus_');
  const compute = (id: string, timestamp: string, properties: object) => ({ id, customer, name: 'compute', timestamp, properties });
  if (index > 12) return index % 4 === 0 ? [compute('f-1', '2026-03-01T00:00:00Z', { hours: `0.${index}`, region: 'eu', size: 's' })] : [];
  return [
    compute('c-0', '2026-02-01T12:00:00Z', { hours: '4.5', region: 'eu', size: 's' }),
    compute('c-1', '2026-02-28T22:15:00.123Z', { hours: '1.25', region: 'eu', size: 'l' }),
    compute('c-2', '2026-03-01T05:00:00Z', { hours: '7', region: 'us', size: 'l' }),
    compute('c-3', '2026-03-10T23:59:59.999Z', { hours: `${index + 3}.75`, region: 'eu', size: 'ä/ö' }),
    compute('c-4', '2026-03-12T09:00:00Z', { hours: '0.001' }),
    compute('c-5', '2026-03-12T09:00:00Z', { hours: '2.5', region: 'us', size: 's' }),
    ...['red', 'blue', 'red'].map((team, nth) => ({ id: `s-${nth}`, customer, name: 'seats', timestamp: `2026-03-1${nth}T08:00:00Z`, properties: { seats: String(6 - nth - (index % 2)), team } })),
    { id: 's-3', customer, name: 'seats', timestamp: '2026-03-12T07:59:59Z', properties: { seats: '5', team: 'blue' } },
  ];
}

/** The billing state of every subject by what it is called, ids told by what they stand for; made without any code of the import. */
export async function statesOf(side: Listening): Promise<Map<string, Json>> {
  const list = async (path: string, plural: string): Promise<Json[]> => {
    const found: Json[] = [];
    for (let offset = 0; ; offset += 100) {
      const page = await side.lark('GET', `${path}?limit=100&offset=${offset}`);
      found.push(...page[plural]);
      if (!page.has_more) return found;
    }
  };
  const names = new Map<string, string>([...(await list('/rate-cards', 'rate_cards')), ...(await list('/pricing-metrics', 'pricing_metrics'))].map(({ id, name }) => [id, name]));
  const states = new Map<string, Json>();
  for (const { id, external_id: external } of await list('/subjects', 'subjects')) {
    const state = await side.lark('GET', `/customer-access/${id}/billing-state`);
    states.set(external ?? id, {
      ...state,
      active_subscriptions: state.active_subscriptions.map(({ rate_card_id: card }: Json) => names.get(card)),
      usage_data: state.usage_data.map(({ pricing_metric_id: metric, ...usage }: Json) => ({ ...usage, metric: names.get(metric) })),
    });
  }
  return states;
}
