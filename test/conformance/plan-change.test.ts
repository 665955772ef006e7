import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { verifyStore } from '../../src/service/verify.js';
import { STORES, startPaidup, type TestPaidup } from '../support/app.js';
import { at } from '../support/core.js';

const MONTH = { unit: 'month', count: 1 } as const;
const NOW = '2026-03-11T00:00:00Z';
const BEGUN = '2026-03-01T00:00:00Z';
const PERIOD_END = '2026-04-01T00:00:00Z';

interface Option {
  plan: { code: string };
  current: boolean;
  scheduled: boolean;
  quantities: Record<string, string>;
  price: { amount: string };
  change: { direction: string; when: string; effective_at: string } | null;
  due_now: { amount: string } | null;
  needs_payment_method: boolean;
  refused: { slug: string; detail: string } | null;
}

interface Options {
  subscription: { id: string; plan: { code: string } } | null;
  changeable: boolean;
  cancelable: boolean;
  restorable: boolean;
  options: Option[];
}

async function defineCatalog({ call }: TestPaidup): Promise<void> {
  await call('PUT', '/v1/meters/files', { event_name: 'files', aggregation: 'last', property: 'count' });
  await call('PUT', '/v1/meters/calls', { event_name: 'call', aggregation: 'count' });
  await call('PUT', '/v1/features/files', { name: 'Files', type: 'metered', meter: 'files' });
  await call('PUT', '/v1/features/calls', { name: 'Calls', type: 'metered', meter: 'calls' });
  const counted = (calls: string) => [
    { code: 'files', type: 'usage', meter: 'files', included: 'unlimited', window: { unit: 'lifetime' }, model: { type: 'per_unit', amount: '0' } },
    { code: 'calls', type: 'usage', meter: 'calls', included: calls, overage: 'blocked', model: { type: 'per_unit', amount: '0' } },
  ];
  const plan = (code: string, { files, calls, ...rest }: { files: string; calls: string; base?: object; [field: string]: unknown }) =>
    call('PUT', `/v1/plans/${code}`, {
      name: code, currency: 'EUR', interval: MONTH, self_service: true, family: 'team', features: [{ feature: 'files', limit: files, price: 'files' }, { feature: 'calls', price: 'calls' }],
      ...rest, prices: [...(rest.base === undefined ? [] : [{ code: 'base', type: 'fixed', ...rest.base }]), ...counted(calls)],
    });
  await plan('free', { files: '10', calls: '10' });
  await plan('small', { files: '50', calls: '100', base: { amount: '10.00', per_seat: true } });
  await plan('large', { files: '500', calls: '1000', base: { amount: '40.00', per_seat: true } });
  await plan('yearly', { files: '500', calls: '1000', base: { amount: '400.00', per_seat: true }, interval: { unit: 'year', count: 1 } });
  await plan('trial', { files: '50', calls: '100', base: { amount: '10.00' }, trial_days: 14, family: 'tried' });
  await plan('dollars', { files: '50', calls: '100', base: { amount: '10.00' }, currency: 'USD' });
  await plan('other', { files: '50', calls: '100', base: { amount: '10.00' }, family: null });
  await plan('sold', { files: '500', calls: '1000', base: { amount: '99.00' }, self_service: false });
}

describe.each(STORES)('a plan that customers change by themselves, on %s', (store) => {
  let paidup: TestPaidup;
  let made = 0;
  let name = '';
  let key = '';

  beforeAll(async () => {
    paidup = await startPaidup({ store, now: at(NOW) });
    await defineCatalog(paidup);
  });
  afterAll(() => paidup.stop());
  beforeEach(async () => {
    paidup.clock.set(at(NOW));
    made += 1;
    name = `customer-${made}`;
    await paidup.call('PUT', `/v1/customers/${name}`, { currency: 'EUR' });
    key = await paidup.customerKey(name);
  });

  const call = <Body = any>(method: 'GET' | 'POST', path: string, body?: unknown) => paidup.call<Body>(method, `/v1/customers/${name}/${path}`, body, { authorization: `Bearer ${key}` }); // eslint-disable-line @typescript-eslint/no-explicit-any -- answers of every shape
  const options = async (): Promise<Options> => (await call<Options>('GET', 'plan-options')).body;
  const optionFor = async (code: string): Promise<Option | undefined> => (await options()).options.find(({ plan }) => plan.code === code);
  const subscribe = (plan: string, body: object = {}) => paidup.call('POST', `/v1/customers/${name}/subscriptions`, { plan, starts_at: BEGUN, ...body });
  const card = () => paidup.call('PUT', `/v1/customers/${name}/payment-method`, { token: 'card_succeeds' });
  const use = (event: string, properties: object = {}) => paidup.call('POST', '/v1/events', { events: [{ id: `${event}-1`, customer: name, name: event, properties }] });
  const planNow = async (): Promise<string | undefined> => (await options()).subscription?.plan.code;

  it('lists the plans of its family and currency, each with what it would come to', async () => {
    await subscribe('small', { quantities: { base: '3' } });
    await card();
    const { options: found, changeable, cancelable, restorable } = await options();

    expect([changeable, cancelable, restorable]).toEqual([true, true, false]);
    expect(found.map(({ plan, current, quantities, price, change }) => [plan.code, current, quantities, price.amount, change?.direction ?? null, change?.when ?? null])).toEqual([
      ['free', false, {}, '0.00', 'downgrade', 'period_end'],
      ['large', false, { base: '3' }, '120.00', 'upgrade', 'now'],
      ['small', true, { base: '3' }, '30.00', null, null],
      ['yearly', false, { base: '3' }, '1200.00', 'upgrade', 'now'],
    ]);
    // Three times 40 - 10 for 21 of 31 days: 81.29 - 20.32, each rounded by itself.
    expect(found.find(({ plan }) => plan.code === 'large')?.due_now?.amount).toBe('60.97');
  });

  it('upgrades at once and downgrades when the period ends, as the preview says', async () => {
    await subscribe('small');
    await card();
    const previewed = (await call('POST', 'plan-change/preview', { plan: 'large' })).body;
    const up = (await call('POST', 'plan-change', { plan: 'large' })).body;
    const down = (await call('POST', 'plan-change', { plan: 'small' })).body;

    expect(previewed).toMatchObject({ change: { direction: 'upgrade', when: 'now', effective_at: NOW }, due_now: { amount: { amount: '20.33', currency: 'EUR' } } });
    expect(up).toMatchObject({ status: 'changed', change: previewed.change, subscription: { plan: { code: 'large' }, invoices: [expect.any(String)] } });
    expect(down).toMatchObject({ status: 'changed', change: { direction: 'downgrade', when: 'period_end', effective_at: PERIOD_END }, subscription: { plan: { code: 'large' }, next_phase: { plan: { code: 'small' }, starts_at: PERIOD_END }, invoices: [] } });
    expect(await optionFor('small')).toMatchObject({ scheduled: true });
    paidup.clock.set(at(PERIOD_END));
    expect(await planNow()).toBe('small');
  });

  it('keeps what it has when it asks for that, and takes a scheduled change back', async () => {
    await subscribe('large');
    await call('POST', 'plan-change', { plan: 'small' });
    const restorable = (await options()).restorable;
    const kept = (await call('POST', 'plan-change', { plan: 'large' })).body;
    const again = await call('POST', 'plan-change', { plan: 'large' });
    await call('POST', 'plan-change', { plan: 'small' });
    const restored = (await call('POST', 'plan-change/restore')).body;

    expect(restorable).toBe(true);
    expect(kept).toMatchObject({ change: { direction: 'keep', when: 'now' }, subscription: { next_phase: null } });
    expect(again).toMatchObject({ status: 409, body: { type: '/problems/phase_conflict' } });
    expect(restored).toMatchObject({ change: { direction: 'keep' }, subscription: { plan: { code: 'large' }, next_phase: null } });
  });

  it('changes seats: more at once, fewer when the period ends, whole ones only', async () => {
    await subscribe('small', { quantities: { base: '2' } });
    await card();
    const more = (await call('POST', 'plan-change', { quantities: { base: '5' } })).body;
    const fewer = (await call('POST', 'plan-change', { quantities: { base: '1' } })).body;
    const pointers = async (quantities: object): Promise<unknown> => (await call('POST', 'plan-change', { quantities })).body.errors.map(({ pointer }: { pointer: string }) => pointer);

    expect(more).toMatchObject({ change: { direction: 'upgrade', when: 'now' }, subscription: { quantities: { base: '5' } } });
    expect(fewer).toMatchObject({ change: { direction: 'downgrade', when: 'period_end' }, subscription: { quantities: { base: '5' } } });
    for (const wrong of [{ base: '0' }, { base: '1.5' }, { base: '-1' }, { base: 'many' }]) expect(await pointers(wrong)).toEqual(['/quantities/base']);
    expect(await pointers({ calls: '2' })).toEqual(['/quantities/calls']);
  });

  it('is not offered a plan that is too small for what is in use, and is told so in the same words', async () => {
    await subscribe('large');
    await use('files', { count: '60' });
    // Used in this period only: the next one begins anew.
    for (let index = 0; index < 3; index += 1) await paidup.call('POST', '/v1/events', { events: Array.from({ length: 50 }, (_, each) => ({ id: `c-${index}-${each}`, customer: name, name: 'call' })) });
    const option = await optionFor('small');
    const refused = await call('POST', 'plan-change', { plan: 'small' });
    await paidup.call('POST', '/v1/events', { events: [{ id: 'files-2', customer: name, name: 'files', properties: { count: '50' } }] });

    expect(option).toMatchObject({ change: null, refused: { slug: 'quantity_below_usage', detail: '60 of "Files" are in use; with "small" there would be 50. Use less first.' } });
    expect(refused).toMatchObject({ status: 409, body: { type: '/problems/quantity_below_usage', detail: option?.refused?.detail } });
    expect(await optionFor('small')).toMatchObject({ refused: null, change: { direction: 'downgrade' } });
  });

  it.each(['sold', 'dollars', 'other', 'trial', 'nothing'])('cannot take the plan "%s"', async (code) => {
    await subscribe('small');

    expect(await call('POST', 'plan-change', { plan: code })).toMatchObject({ status: 409, body: { type: expect.stringMatching(/plan_not_offered|phase_conflict/) } });
    expect(await planNow()).toBe('small');
  });

  it('changes nothing of a plan that whoever runs the service has sold', async () => {
    await subscribe('sold');
    const found = await options();

    expect([found.changeable, found.cancelable, found.options.find(({ plan }) => plan.code === 'small')?.refused?.slug]).toEqual([false, false, 'plan_not_offered']);
    for (const path of ['plan-change', 'plan-change/cancel', 'plan-change/restore']) expect(await call('POST', path, { plan: 'small' })).toMatchObject({ status: 409, body: { type: '/problems/plan_not_offered' } });
  });

  it('takes a first plan: one that costs something with a card, then or on the way', async () => {
    const needed = await optionFor('small');
    const without = await call('POST', 'plan-change', { plan: 'small', quantities: { base: '2' } });
    const waiting = await call('POST', 'plan-change', { plan: 'small', quantities: { base: '2' }, success_url: 'https://shop.example.com/ok', back_url: 'https://shop.example.com/back' });
    const between = await planNow();
    const { pathname } = new URL(waiting.body.url as string);
    await paidup.inject({ method: 'POST', url: pathname, headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: 'card=card_succeeds' });
    const { subscription } = await options();

    expect(needed).toMatchObject({ needs_payment_method: true, change: { direction: 'start', when: 'now' }, due_now: { amount: '10.00' }, refused: null });
    expect(without).toMatchObject({ status: 409, body: { type: '/problems/payment_method_missing' } });
    expect(waiting).toMatchObject({ status: 200, body: { status: 'needs_payment_method' } });
    expect(between).toBeUndefined();
    expect(subscription).toMatchObject({ plan: { code: 'small' }, quantities: { base: '2' } });
  });

  it('takes a free plan without a card, and needs one to leave it for a dearer one', async () => {
    const free = await call('POST', 'plan-change', { plan: 'free' });
    const dearer = await call('POST', 'plan-change', { plan: 'small' });
    await card();

    expect(free).toMatchObject({ status: 200, body: { change: { direction: 'start' } } });
    expect(dearer).toMatchObject({ status: 409, body: { type: '/problems/payment_method_missing' } });
    expect((await call('POST', 'plan-change', { plan: 'small' })).body).toMatchObject({ status: 'changed', change: { direction: 'upgrade' } });
  });

  it('has one trial, not another after leaving', async () => {
    const first = (await call('POST', 'plan-change', { plan: 'trial' })).body;
    await paidup.call('POST', `/v1/subscriptions/${first.subscription.id}/cancel`, {});
    const without = await call('POST', 'plan-change', { plan: 'trial' });
    await card();
    const second = (await call('POST', 'plan-change', { plan: 'trial' })).body;

    expect(first.subscription).toMatchObject({ status: 'trialing', invoices: [] });
    expect(without.body.type).toBe('/problems/payment_method_missing');
    expect(second.subscription).toMatchObject({ status: 'active', trial_ends_at: null, invoices: [expect.any(String)] });
  });

  it('leaves when the period ends, and may take that back until then', async () => {
    await subscribe('small');
    const previewed = (await call('POST', 'plan-change/cancel/preview', {})).body;
    const canceled = (await call('POST', 'plan-change/cancel', { reason: 'too dear' })).body;
    const between = await options();
    const restored = (await call('POST', 'plan-change/restore')).body;
    const nothing = await call('POST', 'plan-change/restore');

    expect(previewed.change).toEqual({ direction: 'downgrade', when: 'period_end', effective_at: PERIOD_END });
    expect(canceled).toMatchObject({ change: previewed.change, subscription: { status: 'active', ends_at: PERIOD_END, cancel_reason: 'canceled by the customer: too dear' } });
    expect([between.cancelable, between.restorable]).toEqual([false, true]);
    expect(restored.subscription).toMatchObject({ ends_at: null });
    expect(nothing).toMatchObject({ status: 409, body: { type: '/problems/phase_conflict' } });
  });

  it('does not take back what whoever runs the service has decided', async () => {
    const { body } = await subscribe('small');
    await paidup.call('POST', `/v1/subscriptions/${String(body.id)}/cancel`, { at_period_end: true, reason: 'unpaid' });

    expect((await options()).restorable).toBe(false);
    expect(await call('POST', 'plan-change/restore')).toMatchObject({ status: 409, body: { type: '/problems/plan_not_offered' } });
  });

  it('needs a key that is narrowed to it, or not at all', async () => {
    await subscribe('large');
    const as = async (scope: string, method: 'GET' | 'POST', path: string): Promise<number> => {
      const narrowed = await paidup.customerKey(name, [scope]);
      return (await paidup.call(method, `/v1/customers/${name}/${path}`, method === 'GET' ? undefined : { plan: 'small' }, { authorization: `Bearer ${narrowed}` })).status;
    };

    expect([await as('state:read', 'GET', 'plan-options'), await as('state:read', 'POST', 'plan-change/preview'), await as('state:read', 'POST', 'plan-change')]).toEqual([200, 200, 403]);
    expect([await as('plan-change:write', 'POST', 'plan-change'), await as('plan-change:write', 'GET', 'plan-options')]).toEqual([200, 403]);
    expect((await paidup.call('POST', `/v1/subscriptions/${(await options()).subscription?.id ?? ''}/change`, { plan: 'free' }, { authorization: `Bearer ${key}` })).status).toBe(403);
  });

  it('leads to one change, however many ask at once', async () => {
    await subscribe('small');
    await card();
    const answers = await Promise.all(Array.from({ length: 4 }, () => call('POST', 'plan-change', { plan: 'large' })));

    expect(answers.map(({ status }) => status).sort((left, right) => left - right)).toEqual([200, 409, 409, 409]);
    expect((await paidup.call('GET', `/v1/customers/${name}/invoices`)).body.data).toHaveLength(2);
  });

  it('leaves a store that verifies', async () => {
    await paidup.engine.charges.idle();
    expect((await verifyStore(paidup.engine, { isRepair: false })).differences).toEqual([]);
  });
});
