import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyStore } from '../../src/service/verify.js';
import { STORES, startPaidup, type TestPaidup } from '../support/app.js';
import { at } from '../support/core.js';

const MONTH = { unit: 'month', count: 1 };
const BASE = { code: 'base', type: 'fixed', amount: '30.00' };
const SEATS = { code: 'seat', type: 'fixed', amount: '10.00', per_seat: true };

describe.each(STORES)('billing rules through the API on the %s store', (store) => {
  let paidup: TestPaidup;
  let made = 0;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers of every shape
  const ok = async (method: 'GET' | 'PUT' | 'POST', url: string, body?: unknown): Promise<any> => {
    const answer = await paidup.call(method, url, body);
    if (answer.status >= 300) throw new Error(`${method} ${url}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const refused = async (url: string, body: unknown): Promise<[number, string, string]> => {
    const { status, body: problem } = await paidup.call('POST', url, body);
    return [status, String(problem.type).replace('/problems/', ''), String(problem.detail)];
  };
  const customer = async (over: object = {}): Promise<string> => {
    made += 1;
    await ok('PUT', `/v1/customers/c${made}`, { currency: 'EUR', ...over });
    return `c${made}`;
  };
  const plan = async (code: string, definition: object): Promise<string> => {
    await ok('PUT', `/v1/plans/${code}`, { currency: 'EUR', interval: MONTH, ...definition });
    return code;
  };
  const subscribe = (name: string, body: object) => ok('POST', `/v1/customers/${name}/subscriptions`, body);
  const advance = (moment: string) => ok('POST', '/v1/sandbox/clock', { set: moment });
  const now = async (): Promise<number> => Date.parse((await ok('GET', '/v1/sandbox/clock')).now as string);
  const later = async (days: number): Promise<string> => {
    const moment = new Date((await now()) + days * 86_400_000).toISOString().replace('.000', '');
    await advance(moment);
    return moment;
  };
  const use = (name: string, n: string, timestamp?: string) => ok('POST', '/v1/events', { events: [{ id: `e${(made += 1)}`, customer: name, name: 'call', ...(timestamp === undefined ? {} : { timestamp }), properties: { n } }] });
  const invoices = async (name: string) => ((await ok('GET', `/v1/customers/${name}/invoices?limit=100`)).data as Array<{ status: string; total: { amount: string }; amount_due: { amount: string }; id: string; lines: Array<{ kind: string; amount: { amount: string } }> }>).reverse();

  beforeAll(async () => {
    paidup = await startPaidup({ store, now: at('2026-01-15T10:00:00Z'), isSandbox: true });
    await ok('PUT', '/v1/meters/calls', { event_name: 'call', aggregation: 'sum', property: 'n' });
    await ok('PUT', '/v1/meters/seats', { event_name: 'seats', aggregation: 'last', property: 'n' });
    await ok('PUT', '/v1/features/seats', { name: 'Seats', type: 'limit' });
  });
  afterAll(async () => {
    expect((await verifyStore(paidup.engine, { isRepair: false })).differences).toEqual([]);
    await paidup.stop();
  });

  it('a trial that needs a payment method ends without one, goes on with one, and ends when it is taken away', async () => {
    const code = await plan('trial', { trial_days: 10, trial_requires_payment_method: true, prices: [BASE] });
    const [without, withOne] = [await customer(), await customer()];
    const ending = await subscribe(without, { plan: code });
    expect(ending).toMatchObject({ status: 'trialing', ends_at: ending.trial_ends_at, invoices: [] });
    const going = await subscribe(withOne, { plan: code });
    await ok('PUT', `/v1/customers/${withOne}/payment-method`, { token: 'card_succeeds' });
    expect(await ok('GET', `/v1/subscriptions/${going.id}`)).toMatchObject({ status: 'trialing', ends_at: null });
    await paidup.call('DELETE', `/v1/customers/${withOne}/payment-method`);
    expect((await ok('GET', `/v1/subscriptions/${going.id}`)).ends_at).toBe(going.trial_ends_at);
    await ok('PUT', `/v1/customers/${withOne}/payment-method`, { token: 'card_succeeds' });
    await later(11);
    expect((await ok('GET', `/v1/subscriptions/${ending.id}`)).status).toBe('canceled');
    expect((await ok('GET', `/v1/subscriptions/${going.id}`)).status).toBe('active');
    expect([(await invoices(without)).length, (await invoices(withOne)).map((invoice) => invoice.total.amount)]).toEqual([0, ['30.00']]);
  });

  it('overage that is capped in money costs no more, and then access is denied', async () => {
    const code = await plan('capped', { prices: [{ code: 'calls', type: 'usage', meter: 'calls', included: '10', overage_cap: '5.00', model: { type: 'per_unit', amount: '0.10' } }] });
    const name = await customer();
    await subscribe(name, { plan: code });
    await use(name, '40');
    expect(await ok('GET', `/v1/customers/${name}/state`)).toMatchObject({ access: { allowed: true }, usage: [{ overage: '30', overage_allowed: true, amount: { amount: '3.00' } }] });
    await use(name, '60');
    expect(await ok('GET', `/v1/customers/${name}/state`)).toMatchObject({ access: { allowed: false, reasons: [{ code: 'overage_cap_reached' }] }, usage: [{ overage: '90', overage_allowed: false, amount: { amount: '5.00' } }] });
    await later(32);
    expect((await invoices(name)).map((invoice) => invoice.total.amount)).toEqual(['5.00']);
  });

  it('fewer seats than are in use are refused where the plan says so', async () => {
    const code = await plan('seats', {
      features: [{ feature: 'seats', limit: '1', per_quantity_of: 'seat', price: 'used' }],
      prices: [{ ...SEATS, below_usage: 'refused' }, { code: 'used', type: 'usage', meter: 'seats', included: 'unlimited', model: { type: 'per_unit', amount: '0' } }],
    });
    const name = await customer();
    const { id } = await subscribe(name, { plan: code, quantities: { seat: '8' } });
    await ok('POST', '/v1/events', { events: [{ id: `s${(made += 1)}`, customer: name, name: 'seats', properties: { n: '5' } }] });
    const [status, problem, detail] = await refused(`/v1/subscriptions/${id}/change`, { quantities: { seat: '4' } });
    expect([status, problem]).toEqual([409, 'quantity_below_usage']);
    expect(detail).toContain('at least 5');
    expect(await refused(`/v1/subscriptions/${id}/change/preview`, { quantities: { seat: '4' } })).toEqual([status, problem, detail]);
    expect((await ok('POST', `/v1/subscriptions/${id}/change`, { quantities: { seat: '5' } })).quantities).toEqual({ seat: '5' });
  });

  it('an invoice with usage is a draft while it waits for late usage, and takes that in', async () => {
    const code = await plan('graceful', { invoice_grace_hours: 48, prices: [BASE, { code: 'calls', type: 'usage', meter: 'calls', model: { type: 'per_unit', amount: '1' } }] });
    const name = await customer();
    const { current_period: period } = await subscribe(name, { plan: code });
    await use(name, '3');
    await advance(new Date(Date.parse(period.end as string) + 3_600_000).toISOString());
    const [, draft] = await invoices(name);
    expect(draft).toMatchObject({ status: 'draft', total: { amount: '33.00' } });
    await use(name, '4', new Date(Date.parse(period.end as string) - 3_600_000).toISOString());
    await later(3);
    const [, issued] = await invoices(name);
    expect(issued).toMatchObject({ id: draft?.id, status: 'open', total: { amount: '37.00' } });
    // Later still, it is an adjustment on the next one.
    await use(name, '2', new Date(Date.parse(period.end as string) - 3_600_000).toISOString());
    const upcoming = await ok('GET', `/v1/customers/${name}/upcoming-invoice?explain=true`);
    const adjustment = (upcoming.lines as Array<{ kind: string; amount: object; explanation: { steps: string[] } }>).find((line) => line.kind === 'adjustment');
    expect(adjustment).toMatchObject({ amount: { amount: '2.00' } });
    expect(adjustment?.explanation.steps.join('\n')).toContain('it was invoiced when 7 were known, for 7.00 EUR');
  });

  it('phases with terms follow each other, and the subscription ends after the last', async () => {
    const [intro, full] = [await plan('intro', { prices: [{ ...BASE, amount: '10.00' }] }), await plan('full', { prices: [BASE] })];
    const name = await customer();
    const made = await subscribe(name, { plan: intro, duration: { unit: 'month', count: 2 }, phases: [{ plan: full, duration: { unit: 'month', count: 1 } }] });
    expect((made.phases as Array<{ plan: { code: string } }>).map((phase) => phase.plan.code)).toEqual(['intro', 'full']);
    await later(150);
    expect((await invoices(name)).map((invoice) => invoice.total.amount)).toEqual(['10.00', '10.00', '30.00']);
    expect((await ok('GET', `/v1/subscriptions/${made.id}`)).status).toBe('canceled');
    expect((await refused(`/v1/subscriptions/${made.id}/cancel`, {})).slice(0, 2)).toEqual([409, 'subscription_ended']);
  });

  it('phases may end at moments of their own; one that ends within a period begins a new count', async () => {
    const [intro, full] = [await plan('intro-until', { prices: [{ ...BASE, amount: '10.00' }] }), await plan('full-until', { prices: [BASE] })];
    const name = await customer();
    const start = await now();
    const day = (days: number): string => new Date(start + days * 86_400_000).toISOString().replace('.000', '');
    const made = await subscribe(name, { plan: intro, ends_at: day(10), phases: [{ plan: full, ends_at: day(20) }, { plan: intro, duration: MONTH }] });
    const end = made.phases[2].ends_at as string;
    expect(made).toMatchObject({ current_period: { start: day(0), end: day(10) }, ends_at: end, phases: [{ starts_at: day(0), ends_at: day(10) }, { starts_at: day(10), ends_at: day(20) }, { starts_at: day(20) }] });
    await advance(end);
    expect((await ok('GET', `/v1/subscriptions/${made.id}`)).status).toBe('canceled');
    for (const [body, pointer] of [
      [{ ends_at: day(90), duration: MONTH }, '/ends_at'],
      [{ ends_at: day(-1) }, '/ends_at'],
      [{ ends_at: 'soon' }, '/ends_at'],
      [{ ends_at: '2200-01-02T00:00:00Z' }, '/ends_at'],
      [{ ends_at: day(90), phases: [{ plan: full, ends_at: day(90) }] }, '/phases/0/ends_at'],
      [{ ends_at: day(90), phases: [{ plan: full }, { plan: intro }] }, '/phases/0/duration'],
    ] as const) {
      const answer = await paidup.call('POST', `/v1/customers/${name}/subscriptions`, { plan: intro, ...body });
      expect([answer.status, answer.body.errors[0].pointer]).toEqual([400, pointer]);
    }
  });

  it('an add-on is billed on the days of its main subscription, shares its invoices, and ends with it', async () => {
    const [main, addon] = [await plan('main', { prices: [BASE] }), await plan('addon', { prices: [{ ...BASE, amount: '31.00' }] })];
    const name = await customer();
    const { id, current_period: period } = await subscribe(name, { plan: main });
    const moment = await later(10);
    const added = await subscribe(name, { plan: addon, addon_of: id });
    expect(added.current_period).toEqual({ start: moment, end: period.end });
    await advance(period.end as string);
    expect((await invoices(name)).map((invoice) => invoice.lines.length)).toEqual([1, 1, 2]);
    await ok('POST', `/v1/subscriptions/${id}/cancel`);
    expect((await ok('GET', `/v1/subscriptions/${added.id}`)).status).toBe('canceled');
  });

  it('an anchor of its own makes the first period short, and each coupon covers its periods', async () => {
    const code = await plan('anchored', { proration: 'by_day', prices: [{ ...BASE, amount: '31.00' }] });
    await ok('PUT', '/v1/coupons/twice', { name: 'Welcome', percent_off: '50', duration: { periods: 2 } });
    const name = await customer();
    const start = new Date(await now());
    const anchor = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 1)).toISOString();
    const made = await subscribe(name, { plan: code, billing_anchor: anchor, coupon: 'twice' });
    expect(Date.parse(made.current_period.end as string)).toBe(Date.parse(anchor));
    const [first] = await invoices(name);
    expect(first?.lines.map((line) => line.kind)).toEqual(['fixed', 'discount']);
    await later(100);
    const totals = (await invoices(name)).slice(1).map((invoice) => invoice.total.amount);
    expect(totals.length).toBeGreaterThanOrEqual(3);
    expect(totals).toEqual(['15.50', ...totals.slice(1).map(() => '31.00')]);
    expect((await refused(`/v1/subscriptions/${made.id}/remove-coupon`, { coupon: 'nope' })).slice(0, 2)).toEqual([409, 'coupon_conflict']);
  });

  it('taxes that prices hold are found within them; the wallet pays what it can; credit notes lower what is owed, then fill the wallet', async () => {
    const code = await plan('taxed', { prices: [{ ...BASE, amount: '121.00' }] });
    const name = await customer();
    await ok('PUT', `/v1/customers/${name}/tax`, { rates: [{ name: 'IVA', percent: '21', inclusive: true }] });
    await ok('PUT', `/v1/customers/${name}/payment-method`, { token: 'card_succeeds' });
    await ok('POST', `/v1/customers/${name}/top-ups`, { amount: '20.00' });
    const { invoices: [id] } = await subscribe(name, { plan: code });
    expect(await ok('GET', `/v1/invoices/${id}`)).toMatchObject({ subtotal: { amount: '100.00' }, tax: { amount: '21.00' }, total: { amount: '121.00' }, wallet_credit: { amount: '20.00' }, amount_due: { amount: '101.00' }, status: 'open' });
    expect(await ok('POST', `/v1/invoices/${id}/credit-notes`, { amount: '50.00', reason: 'half' })).toMatchObject({ total: { amount: '60.50' }, to_wallet: { amount: '0.00' } });
    expect((await ok('POST', `/v1/invoices/${id}/pay`, { reference: 'bank' })).status).toBe('paid');
    expect(await ok('POST', `/v1/invoices/${id}/credit-notes`)).toMatchObject({ total: { amount: '60.50' }, to_wallet: { amount: '60.50' } });
    expect((await refused(`/v1/invoices/${id}/credit-notes`, {})).slice(0, 2)).toEqual([409, 'invoice_conflict']);
    expect((await refused(`/v1/invoices/${id}/void`, {})).slice(0, 2)).toEqual([409, 'invoice_conflict']);
    expect(await ok('GET', `/v1/customers/${name}/state`)).toMatchObject({ owed: { amount: '0.00' }, wallet: [{ balance: '60.50' }] });
  });

  it('refuses what cannot be, and says what would work', async () => {
    const [euro, dollar] = [await plan('euro', { prices: [BASE] }), await plan('dollar', { currency: 'USD', prices: [BASE] })];
    const name = await customer();
    const { id, current_period: period, starts_at: start } = await subscribe(name, { plan: euro });
    const path = `/v1/subscriptions/${id}`;
    const wishes: Array<[string, object, string, string]> = [
      [`${path}/change`, { plan: dollar }, 'phase_conflict', 'make one for the other plan'],
      [`${path}/phases`, { plan: euro, starts_at: '2020-01-01T00:00:00Z' }, 'phase_conflict', 'must begin after now'],
      [`${path}/phases`, { plan: euro, starts_at: start }, 'phase_conflict', 'use "change"'],
      [`${path}/resume`, {}, 'phase_conflict', 'neither paused nor about to end'],
      [`${path}/reactivate`, {}, 'phase_conflict', '"resume"'],
      [`${path}/clear-schedule`, {}, 'phase_conflict', 'Nothing is scheduled'],
      [`${path}/change`, {}, 'phase_conflict', 'these terms already'],
      [`${path}/pause`, { resumes_at: start }, 'invalid_request', 'after the pause begins'],
    ];
    for (const [url, body, slug, part] of wishes) {
      const [, problem, detail] = await refused(url, body);
      expect([problem, detail.includes(part)], `${url}: ${detail}`).toEqual([slug, true]);
      expect((await refused(`${url}/preview`, body))[1], url).toBe(slug);
    }
    await ok('POST', `${path}/cancel`, { at_period_end: true });
    expect((await refused(`${path}/change`, { plan: euro, when: 'period_end', multipliers: { base: '2' } }))[2]).toContain('"resume" takes the cancellation back');
    await advance(period.end as string);
    for (const [verb, body] of [['cancel', {}], ['change', { multipliers: { base: '2' } }], ['pause', {}], ['resume', {}]] as const) expect((await refused(`${path}/${verb}`, body))[1], verb).toBe('subscription_ended');
    expect((await ok('POST', `${path}/reactivate`, { multipliers: { base: '2' } })).multipliers).toEqual({ base: '2' });
  });
});
