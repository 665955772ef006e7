import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROBLEM_SLUGS, createClient, isProblem, type Client, type UsageEvent } from '../../sdk/src/index.js';
import { PROBLEMS } from '../../src/core/problems.js';
import { parseInstant, type Instant } from '../../src/core/instant.js';
import { startPaidup, type TestPaidup } from '../support/app.js';
import { all, problemOf, recordedClient, uncalledOperations } from '../support/sdk.js';

/** The day after Spain's clocks went forward in 2026 (29 March had 23 hours). */
const NOW = parseInstant('2026-03-30T10:00:00Z') as Instant;

let paidup: TestPaidup;
let url: string;
let client: Client;
let asked: readonly string[];

beforeAll(async () => {
  paidup = await startPaidup({ now: NOW });
  ({ client, url, asked } = await recordedClient(paidup));
});
afterAll(() => paidup.stop());

describe('the main job through the SDK', () => {
  it('defines a catalog and reads it back', async () => {
    const meter = await client.putMeter('talk_minutes', {
      name: 'Talk', event_name: 'talk', aggregation: 'sum', property: 'seconds', unit: 'minute', dimensions: ['region'], conversion: { divide_by: '60', round: 'up' },
    });
    await client.putFeature('sso', { name: 'SSO', type: 'flag' });
    await client.putFeature('seats', { type: 'limit', unit: 'count' });
    await client.putFeature('talk', { type: 'metered', meter: 'talk_minutes' });
    const starter = await client.putPlan('starter', { name: 'Starter', currency: 'EUR', interval: { unit: 'month', count: 1 }, prices: [{ code: 'base', type: 'fixed', amount: '10.00' }] });
    const pro = await client.putPlan('pro', {
      name: 'Pro', currency: 'EUR', interval: { unit: 'month', count: 1 },
      features: [{ feature: 'sso', granted: true }, { feature: 'seats', limit: '10', per_quantity_of: 'base' }, { feature: 'talk', price: 'talk' }],
      prices: [
        { code: 'base', type: 'fixed', amount: '99.00', per_seat: true },
        { code: 'talk', type: 'usage', meter: 'talk_minutes', included: '30', model: { type: 'per_unit', amount: '0.07' }, rollover: { cap: { multiple: '2' } } },
      ],
    });

    expect(meter).toMatchObject({ code: 'talk_minutes', unit: 'minute', conversion: { divide_by: '60', round: 'up' } });
    expect(await client.getMeter('talk_minutes')).toEqual(meter);
    expect((await client.listMeters()).data).toEqual([meter]);
    expect(await client.getFeature('talk')).toMatchObject({ type: 'metered', meter: 'talk_minutes' });
    expect((await client.listFeatures({ limit: 2 })).data.map(({ code }) => code)).toEqual(['seats', 'sso']);
    expect(await client.getPlan('pro')).toEqual(pro);
    expect((await client.listPlans()).data).toEqual([pro, starter]);
  });

  it('takes a customer from creation over usage to state and next invoice', async () => {
    const made = await client.createCustomer({ external_id: 'acme', name: 'Acme', email: 'a@b.c', currency: 'EUR', timezone: 'Europe/Madrid', metadata: { tier: 'gold' } });
    const subscription = await client.createSubscription('acme', { plan: 'pro', starts_at: new Date('2026-03-01T00:00:00+01:00'), quantities: { base: '2' } });
    const { results } = await client.ingestEvents([
      { id: 'e-1', customer: 'acme', name: 'talk', timestamp: '2026-03-29T00:30:00Z', properties: { seconds: '90', region: 'eu' } },
      { id: 'e-2', customer: made.id, name: 'talk', timestamp: new Date('2026-03-29T01:30:00Z'), properties: { seconds: '30', region: 'us' } },
      { id: 'e-3', customer: 'acme', name: 'talk', timestamp: '2026-03-30T08:00:00Z', properties: { seconds: '2400', region: 'eu' } },
      { id: 'e-1', customer: 'acme', name: 'talk', timestamp: '2026-03-29T00:30:00Z', properties: { seconds: '90', region: 'eu' } },
      { id: 'e-4', customer: 'nobody', name: 'talk', properties: { seconds: '1' } },
    ]);
    const state = await client.readState('acme');
    const invoice = await client.readUpcomingInvoice(made.id);

    expect(subscription).toMatchObject({ status: 'active', starts_at: '2026-02-28T23:00:00Z', quantities: { base: '2' } });
    expect(subscription.revision).toBeGreaterThan(0);
    expect(results.map(({ status }) => status)).toEqual(['accepted', 'accepted', 'accepted', 'duplicate', 'refused']);
    expect(results[2]?.windows[0]).toMatchObject({ price: 'talk', used: '42', included: '30', remaining: '0', overage: '12' });
    expect(results[4]).toMatchObject({ pointer: '/events/4/customer' });
    expect(state.customer).toMatchObject({ id: made.id, external_id: 'acme', metadata: { tier: 'gold' } });
    expect(state.usage[0]).toMatchObject({ used: '42', overage: '12', overage_allowed: true, amount: { amount: '0.84', currency: 'EUR' } });
    expect(state.entitlements.map(({ feature, granted, limit }) => [feature, granted, limit])).toEqual(expect.arrayContaining([['seats', true, '20'], ['sso', true, null]]));
    expect(state.access).toEqual({ allowed: true, reasons: [] });
    expect(state.wallet).toEqual([{ currency: 'EUR', balance: '0.00', held: '0.00', accrued: '0.00', available: '0.00', last_credit: null }]);
    expect(invoice).toEqual(state.upcoming_invoice);
    expect(invoice).toMatchObject({ date: '2026-03-31T22:00:00Z', total: { amount: '198.84', currency: 'EUR' } });
    expect(await client.getSubscription(subscription.id)).toEqual(state.subscriptions[0]);
    expect((await client.readState('acme', { at: new Date('2026-04-15T00:00:00Z') })).usage[0]).toMatchObject({ used: '0', remaining: '30', window: { start: '2026-03-31T22:00:00Z' } });
  });

  it('schedules a phase, then cancels at the end of the period', async () => {
    await client.createCustomer({ external_id: 'phased', currency: 'EUR' });
    const { id } = await client.createSubscription('phased', { plan: 'pro', starts_at: '2026-03-01T00:00:00Z' });

    const scheduled = await client.schedulePhase(id, { plan: 'starter' });
    const canceled = await client.cancelSubscription(id, { at_period_end: true, reason: 'too dear' });

    expect(scheduled.next_phase).toMatchObject({ plan: { code: 'starter' }, starts_at: '2026-04-01T00:00:00Z' });
    expect(canceled).toMatchObject({ status: 'active', cancels_at_period_end: true, ends_at: '2026-04-01T00:00:00Z', cancel_reason: 'too dear' });
    expect((await client.listSubscriptions('phased')).data.map((each) => each.id)).toEqual([id]);
    expect(await client.cancelSubscription(id)).toMatchObject({ status: 'canceled' });
    expect((await problemOf(client.cancelSubscription(id))).slug).toBe('subscription_ended');
  });

  it('changes, lists and deletes customers', async () => {
    const made = await client.putCustomer('brief', { name: 'Brief', timezone: 'UTC' });
    const changed = await client.updateCustomer('brief', { name: 'Briefer' });
    const found = await client.listCustomers({ query: 'brief' });
    await client.deleteCustomer('brief');

    expect(changed).toMatchObject({ id: made.id, name: 'Briefer', timezone: 'UTC' });
    expect(found.data.map(({ id }) => id)).toEqual([made.id]);
    expect((await problemOf(client.getCustomer('brief'))).slug).toBe('not_found');
  });

  it('keeps how a plan is billed', async () => {
    const billing = { proration: 'by_day', minimum: '5.00', maximum: '500', invoice_grace_hours: 12, wallet_credit: 'kept', invoice_series: 'NORTH', trial_days: 14, trial_requires_payment_method: true } as const;
    const seats = { code: 'seats', type: 'fixed', amount: '9.00', per_seat: true, below_usage: 'refused' } as const;
    const talk = { code: 'talk', type: 'usage', meter: 'talk_minutes', model: { type: 'per_unit', amount: '0.07' }, overage_cap: '100' } as const;
    const plan = await client.putPlan('north', { currency: 'EUR', interval: { unit: 'month', count: 1 }, prices: [seats, talk], ...billing });
    const { trial_ends_at: trialEndsAt, ends_at: endsAt } = (await client.previewCreateSubscription('acme', { plan: 'north' })).subscription;

    expect(plan).toMatchObject({ ...billing, prices: [seats, talk] });
    expect(await client.getPlan('north')).toEqual(plan);
    // No card on file: the trial would end it.
    expect(trialEndsAt).toBe('2026-04-13T10:00:00Z');
    expect(endsAt).toBe(trialEndsAt);
    expect((await client.getPlan('starter')).proration).toBe('by_second');
    expect((await problemOf(client.putPlan('south', { currency: 'EUR', interval: { unit: 'month', count: 1 }, invoice_series: 'no spaces' }))).errors[0]?.pointer).toBe('/invoice_series');
  });

  it('defines coupons, which never change, and stops giving them', async () => {
    const spring = await client.putCoupon('spring', { name: 'Spring', percent_off: '12.5', duration: { periods: 3 } });
    const five = await client.putCoupon('five', { amount_off: '5', currency: 'EUR' });
    const listed = await all(client.coupons({ limit: 1 }));
    await client.archiveCoupon('five');

    expect(spring).toEqual({ code: 'spring', name: 'Spring', percent_off: '12.5', amount_off: null, currency: null, duration: { periods: 3 }, archived: false });
    expect(five).toMatchObject({ name: 'five', percent_off: null, amount_off: '5', currency: 'EUR', duration: 'once' });
    expect(listed).toEqual([five, spring]);
    expect((await client.listCoupons()).data).toEqual([spring]);
    expect(await client.getCoupon('five')).toEqual({ ...five, archived: true });
    expect(await client.putCoupon('spring', { name: 'Spring', percent_off: '12.5', duration: { periods: 3 } })).toEqual(spring);
    expect((await problemOf(client.putCoupon('spring', { percent_off: '99' }))).slug).toBe('already_exists');
    expect((await problemOf(client.putCoupon('both', { percent_off: '10', amount_off: '5' }))).errors.map(({ pointer }) => pointer)).toEqual(['/percent_off', '/currency']);
    expect((await problemOf(client.createSubscription('acme', { plan: 'starter', coupon: 'five' }))).slug).toBe('coupon_conflict');
  });

  it('taxes the next invoice as the customer is taxed by then', async () => {
    await client.createCustomer({ external_id: 'taxed', currency: 'EUR' });
    await client.createSubscription('taxed', { plan: 'starter' });
    const untaxed = await client.getTax('taxed');
    const figures = async () => {
      const { subtotal, taxes, tax, total } = await client.readUpcomingInvoice('taxed');
      return [subtotal.amount, taxes.map(({ name, amount }) => `${name} ${amount.amount}`), tax.amount, total.amount];
    };
    const onTop = await client.setTax('taxed', { rates: [{ name: 'GST', percent: '5' }, { name: 'QST', percent: '9.975' }] });

    expect(untaxed).toEqual({ status: 'taxable', rates: [] });
    expect(onTop).toEqual({ status: 'taxable', rates: [{ name: 'GST', percent: '5', inclusive: false }, { name: 'QST', percent: '9.975', inclusive: false }] });
    expect(await client.getTax('taxed')).toEqual(onTop);
    expect(await figures()).toEqual(['10.00', ['GST 0.50', 'QST 1.00'], '1.50', '11.50']);
    await client.setTax('taxed', { rates: [{ name: 'VAT', percent: '21', inclusive: true }] });
    expect(await figures()).toEqual(['8.26', ['VAT 1.74'], '1.74', '10.00']);
    await client.setTax('taxed', { status: 'reverse_charge', rates: [{ name: 'VAT', percent: '21' }] });
    expect(await figures()).toEqual(['10.00', [], '0.00', '10.00']);
    expect((await problemOf(client.setTax('taxed', { rates: [{ name: 'VAT', percent: '101' }] }))).errors[0]?.pointer).toBe('/rates/0/percent');
  });

  it('stops selling a plan', async () => {
    await client.putPlan('old', { currency: 'EUR', interval: { unit: 'month', count: 1 } });
    await client.putPlan('old', { name: 'Old', currency: 'EUR', interval: { unit: 'month', count: 1 } });
    await client.archivePlan('old');

    expect(await client.getPlan('old')).toMatchObject({ archived: true });
    expect((await client.listPlanVersions('old', { limit: 1 })).data).toMatchObject([{ version: 2, name: 'Old', created_at: expect.any(String) }]);
    expect((await all(client.planVersions('old', { limit: 1 }))).map(({ version }) => version)).toEqual([2, 1]);
    expect((await all(client.plans({ archived: true }))).map(({ code }) => code)).toEqual(['old']);
    expect((await problemOf(client.createSubscription('acme', { plan: 'old' }))).slug).toBe('plan_archived');
  });

  it('calculates amounts and periods', async () => {
    const tiers = [{ up_to: '5', unit_amount: '10', flat_amount: '100' }, { up_to: null, unit_amount: '10' }];
    const amount = await client.calculateAmount({ currency: 'USD', price: { model: { type: 'graduated', tiers }, included: '0' }, quantity: '7' });
    const { periods } = await client.calculatePeriods({ anchor: '2023-01-31T00:00:00Z', interval: { unit: 'month', count: 1 }, count: 2 });
    const { periods: one } = await client.calculatePeriods({ anchor: '2023-01-31T00:00:00Z', interval: { unit: 'month', count: 1 }, containing: new Date('2023-03-15T00:00:00Z') });

    expect(amount.amount).toBe('170.00');
    expect(periods.map(({ end }) => end)).toEqual(['2023-02-28T00:00:00Z', '2023-03-31T00:00:00Z']);
    expect(one).toEqual([{ start: '2023-02-28T00:00:00Z', end: '2023-03-31T00:00:00Z' }]);
  });

  it('calculates prorations, rollovers and taxes', async () => {
    const april = { start: '2026-04-01T00:00:00Z', end: new Date('2026-05-01T00:00:00Z') };
    const change = { currency: 'USD', period: april, old_amount: '10', new_amount: '20' } as const;
    const bySecond = await client.calculateProration({ ...change, at: new Date('2026-04-16T12:00:00Z') });
    const byDay = await client.calculateProration({ ...change, at: '2026-04-16T12:00:00Z', policy: 'by_day', timezone: 'UTC' });

    expect(bySecond).toEqual({ credit: '-4.83', charge: '9.67', net: '4.84' });
    expect(byDay).toEqual({ credit: '-5.00', charge: '10.00', net: '5.00' });
    expect(await client.calculateProration({ ...change, at: april.start, policy: 'none' })).toEqual({ credit: '0.00', charge: '0.00', net: '0.00' });
    expect(await client.calculateRollover({ included: '100', carried: '20', used: '30' })).toEqual({ carry: '90', next_available: '190' });
    expect(await client.calculateRollover({ included: '100', used: '30', cap: { multiple: '0.5' }, next_included: '40' })).toEqual({ carry: '20', next_available: '60' });
    expect(await client.calculateTax({ currency: 'EUR', subtotal: '19.99', rate_percent: '21' })).toEqual({ subtotal: '19.99', tax: '4.20', total: '24.19' });
    expect(await client.calculateTax({ currency: 'EUR', subtotal: '121', rate_percent: '21', inclusive: true })).toEqual({ subtotal: '100.00', tax: '21.00', total: '121.00' });
    expect((await problemOf(client.calculateTax({ currency: 'XXQ', subtotal: '1', rate_percent: '1' }))).errors[0]?.pointer).toBe('/currency');
  });

  it('keeps usage alerts, and tells what they have told', async () => {
    await client.createCustomer({ external_id: 'watched', currency: 'EUR' });
    await client.createSubscription('watched', { plan: 'pro' });
    await client.ingestEvents([{ id: 'w-1', customer: 'watched', name: 'talk', properties: { seconds: '90' } }]);
    const first = await client.createAlert('watched', { meter: 'talk_minutes', threshold: { type: 'quantity', quantity: '1' }, reference: 'first' });
    const second = await client.createAlert('watched', { meter: 'talk_minutes', threshold: { type: 'percent', percent: '500' }, email: 'a@b.c' });
    const changed = await client.updateAlert('watched', second.id, { threshold: { type: 'percent', percent: '1', of: 'included' }, name: 'Soon' });

    expect([first.last_fired?.limit, second.last_fired, changed.last_fired?.limit]).toEqual(['1', null, '30']);
    expect(await client.getAlert('watched', first.id)).toEqual(first);
    expect((await client.readState('watched')).alerts).toEqual((await client.listAlerts('watched')).data);
    expect((await client.listAlertFirings('watched', { alert: first.id })).data.map(({ reference }) => reference)).toEqual(['first']);
    expect((await all(client.alertFirings('watched', { limit: 1 }))).map(({ alert }) => alert)).toEqual([second.id, first.id]);
    expect((await problemOf(client.createAlert('watched', { meter: 'none', threshold: { type: 'forecast' } }))).errors[0]?.pointer).toBe('/meter');
    await client.deleteAlert('watched', second.id);
    expect((await problemOf(client.getAlert('watched', second.id))).slug).toBe('not_found');
  });

  it('says that it is up, and that it is no sandbox', async () => {
    expect(await client.health()).toEqual({ status: 'ok', version: expect.stringMatching(/^\d+\.\d+\.\d+/), sandbox: false });
    for (const refused of [() => client.getSandboxClock(), () => client.setSandboxClock({ advance: { days: 1 } })]) expect(await problemOf(refused())).toMatchObject({ slug: 'sandbox_only', status: 409 });
  });
});

describe('usage over time, in a zone whose clocks change', () => {
  const dst = { meter: 'talk_minutes', from: '2026-03-28T23:00:00Z' };

  it('gives the day that lost an hour 23 hours', async () => {
    const hours = await client.readUsage('acme', { ...dst, granularity: 'hour', to: '2026-03-29T22:00:00Z' });
    const days = await client.readUsage('acme', { ...dst, granularity: 'day', to: NOW_TEXT });

    expect(hours).toMatchObject({ timezone: 'Europe/Madrid', unit: 'minute' });
    expect(hours.data).toHaveLength(23);
    expect(hours.data.filter(({ events }) => events > 0).map(({ start, value }) => [start, value])).toEqual([['2026-03-29T00:00:00Z', '2'], ['2026-03-29T01:00:00Z', '1']]);
    expect(days.data).toEqual([
      { start: '2026-03-28T23:00:00Z', end: '2026-03-29T22:00:00Z', value: '2', events: 2 },
      { start: '2026-03-29T22:00:00Z', end: '2026-03-30T22:00:00Z', value: '40', events: 1 },
    ]);
  });

  it('counts weeks from Monday and months by the calendar', async () => {
    const weeks = await client.readUsage('acme', { ...dst, granularity: 'week', to: new Date(NOW) });
    const months = await client.readUsage('acme', { ...dst, granularity: 'month', to: NOW_TEXT });

    expect(weeks.data.map(({ start, end, events }) => [start, end, events])).toEqual([
      ['2026-03-22T23:00:00Z', '2026-03-29T22:00:00Z', 2],
      ['2026-03-29T22:00:00Z', '2026-04-05T22:00:00Z', 1],
    ]);
    expect(months.data).toEqual([{ start: '2026-02-28T23:00:00Z', end: '2026-03-31T22:00:00Z', value: '42', events: 3 }]);
  });

  it('tells usage apart by dimension', async () => {
    const { data } = await client.readUsage('acme', { ...dst, granularity: 'month', to: NOW_TEXT, group_by: ['region'] });
    const byDefault = await client.readUsage('acme', { meter: 'talk_minutes' });

    expect(data[0]?.groups).toEqual([
      { dimensions: { region: 'eu' }, value: '42' },
      { dimensions: { region: 'us' }, value: '1' },
    ]);
    expect(byDefault.data).toHaveLength(30);
    expect((await problemOf(client.readUsage('acme', { meter: 'talk_minutes', group_by: ['planet'] }))).errors[0]?.detail).toContain('planet');
  });
});

const NOW_TEXT = '2026-03-30T10:00:00Z';

describe('the wallet through the SDK', () => {
  it('takes a deposit from the card on file, once per idempotency key', async () => {
    await client.createCustomer({ external_id: 'payer', currency: 'EUR' });
    const without = await problemOf(client.deposit('payer', { amount: '25.00' }));
    const card = await client.setPaymentMethod('payer', { token: 'card_succeeds' });
    const first = await client.deposit('payer', { amount: '25.00' }, { idempotencyKey: 'order-7' });
    const again = await client.deposit('payer', { amount: '25.00' }, { idempotencyKey: 'order-7' });
    await client.deposit('payer', { amount: '5' });
    const { data } = await client.readWallet('payer');
    const movements = await all(client.ledger('payer', { limit: 1 }));

    expect(without.slug).toBe('payment_method_missing');
    expect(await client.getPaymentMethod('payer')).toEqual(card);
    expect(again).toEqual(first);
    expect(data).toEqual([expect.objectContaining({ currency: 'EUR', balance: '30.00', available: '30.00' })]);
    expect(movements.map(({ entries }) => entries[0]?.amount)).toEqual([{ amount: '25.00', currency: 'EUR' }, { amount: '5.00', currency: 'EUR' }]);
    expect((await client.readLedger('payer')).next_cursor).toBeNull();
  });

  it('puts a card on file on the page behind a link, and reads it again', async () => {
    await client.createCustomer({ external_id: 'linked', currency: 'EUR' });
    const { url: page } = await client.createSetupLink('linked', { success_url: 'https://shop.example.com/ok', back_url: 'https://shop.example.com/back' });
    const submitted = await fetch(page, { method: 'POST', body: new URLSearchParams({ card: 'card_succeeds' }), redirect: 'manual' });

    expect([submitted.status, submitted.headers.get('location')]).toEqual([303, 'https://shop.example.com/ok']);
    expect(await client.refreshPaymentMethod('linked')).toMatchObject({ provider: 'sandbox', last4: '4242', status: 'set' });
    expect((await problemOf(client.createSetupLink('linked', { success_url: 'javascript:1', back_url: 'https://x' }))).errors.map(({ pointer }) => pointer)).toEqual(['/success_url']);
  });

  it('keeps settings of the automatic top-up until they are deleted', async () => {
    const set = await client.setTopUpSettings('payer', { enabled: true, min_balance: '10', up_to_balance: '100' });

    expect(set).toMatchObject({ enabled: true, min_balance: '10', up_to_balance: '100', currency: 'EUR' });
    const status = { ...set, topped_up_today: '0.00', charging: null, halted: null };
    expect(set).toMatchObject({ daily_ceiling: '1000', switched_off: null });
    expect(await client.getTopUpSettings('payer')).toEqual(status);
    expect((await client.readState('payer')).top_up).toEqual(status);
    expect((await problemOf(client.setTopUpSettings('payer', { enabled: true, min_balance: '4', up_to_balance: '100' }))).errors).toEqual([
      { pointer: '/min_balance', detail: 'must be a whole number from 5 to 1000' },
    ]);
    await client.deleteTopUpSettings('payer');
    expect((await problemOf(client.getTopUpSettings('payer'))).slug).toBe('not_found');
  });

  it('tells a decline and a missing card apart', async () => {
    await client.setPaymentMethod('payer', { token: 'card_declines' });
    const declined = await problemOf(client.deposit('payer', { amount: '1' }, { idempotencyKey: 'order-8' }));
    await client.removePaymentMethod('payer');

    expect(declined).toMatchObject({ slug: 'payment_declined', status: 402 });
    expect((await problemOf(client.getPaymentMethod('payer'))).status).toBe(404);
    expect((await client.readState('payer')).payment_method).toEqual({ status: 'none' });
  });
});

describe('refunds through the SDK', () => {
  it('give money back to the card, no more than came from it', async () => {
    await client.createCustomer({ external_id: 'back', currency: 'EUR' });
    await client.setPaymentMethod('back', { token: 'card_succeeds' });
    const { id } = await client.deposit('back', { amount: '20.00' });
    const part = await client.refundPayment('back', id, { amount: '5.00', reason: 'courtesy' });
    const tooMuch = await problemOf(client.refundPayment('back', id, { amount: '15.01' }));
    await client.refundPayment('back', id);

    expect(part).toMatchObject({ purpose: 'refund', status: 'succeeded', amount: { amount: '5.00', currency: 'EUR' }, refund_of: id });
    expect(tooMuch).toMatchObject({ slug: 'refund_conflict', status: 409 });
    expect((await all(client.payments('back', { limit: 1 }))).map(({ purpose, amount }) => `${purpose} ${amount.amount}`)).toEqual(['deposit 20.00', 'refund 5.00', 'refund 15.00']);
    expect((await client.listPayments('back')).next_cursor).toBeNull();
    expect((await client.readWallet('back')).data[0]?.balance).toBe('0.00');
  });
});

describe('credit, holds and statements through the SDK', () => {
  it('give, correct, set aside and tell', async () => {
    await client.createCustomer({ external_id: 'saver', currency: 'EUR' });
    const granted = await client.grantCredit('saver', { amount: '20.00', priority: 10, expires_at: '2027-01-01T00:00:00Z', reason: 'welcome' });
    await client.adjustWallet('saver', { amount: '5.00', reason: 'a mistake of ours' });
    const hold = await client.openHold('saver', { amount: '12.00', expires_in: 600, description: 'Backup', reference: 'job-1' });
    const longer = await client.extendHold('saver', hold.id, { expires_in: 1200 });
    const settled = await client.settleHold('saver', hold.id, { amount: '7.50' });
    const other = await client.openHold('saver', { amount: '1.00', expires_in: 60 });
    const released = await client.releaseHold('saver', other.id);
    const statement = await client.readStatement('saver', { direction: 'debit' });

    expect([hold.status, longer.expires_at > hold.expires_at, settled.status, settled.settled?.amount, released.status]).toEqual(['open', true, 'settled', '7.50', 'released']);
    expect((await client.listHolds('saver')).data).toEqual([]);
    expect(await client.getHold('saver', hold.id)).toEqual(settled);
    expect((await client.readCredits('saver')).data.map(({ id, remaining }) => [id === granted.id, remaining.amount])).toEqual([[true, '12.50'], [false, '5.00']]);
    expect(statement).toMatchObject({ opening_balance: '0.00', credits: '25.00', debits: '7.50', closing_balance: '17.50' });
    expect(statement.data).toMatchObject([{ description: 'Backup', participant: 'job-1', debit: '7.50', balance: '17.50' }]);
    expect((await problemOf(client.openHold('saver', { amount: '17.51', expires_in: 60 }))).slug).toBe('insufficient_funds');
    expect((await problemOf(client.settleHold('saver', hold.id))).slug).toBe('not_found');
    expect(await client.calculateBurn({ credits: [{ id: 'a', amount: '30', kind: 'granted' }, { id: 'b', amount: '70' }], use: '80' })).toEqual({ used: [{ id: 'a', amount: '30' }, { id: 'b', amount: '50' }], remaining: [{ id: 'a', amount: '0' }, { id: 'b', amount: '20' }], uncovered: '0' });
  });
});

describe('a declined deposit', () => {
  it('stays declined under its idempotency key: no answer says that money came which did not', async () => {
    await client.createCustomer({ external_id: 'declined', currency: 'EUR' });
    await client.setPaymentMethod('declined', { token: 'card_declines' });
    await problemOf(client.deposit('declined', { amount: '25.00' }, { idempotencyKey: 'order-9' }));
    await client.setPaymentMethod('declined', { token: 'card_succeeds' });

    expect((await problemOf(client.deposit('declined', { amount: '25.00' }, { idempotencyKey: 'order-9' }))).slug).toBe('payment_declined');
    expect((await client.deposit('declined', { amount: '25.00' })).amount.amount).toBe('25.00');
    expect((await client.readWallet('declined')).data[0]?.balance).toBe('25.00');
  });
});

describe('keys through the SDK', () => {
  it("lets a customer's key see that customer alone, and change no catalog", async () => {
    const { key, id } = await client.createApiKey({ kind: 'customer', customer: 'acme' });
    const own = createClient({ url, key });

    expect((await own.readState('acme')).customer.external_id).toBe('acme');
    expect((await own.readUsage('acme', { meter: 'talk_minutes' })).meter).toBe('talk_minutes');
    expect((await own.listPlans()).data.length).toBeGreaterThan(0);
    for (const refused of [() => own.readState('payer'), () => own.readWallet('payer'), () => own.getCustomer('nobody')]) {
      expect((await problemOf(refused())).slug).toBe('not_found');
    }
    for (const refused of [() => own.listCustomers(), () => own.createCustomer({}), () => own.archivePlan('pro'), () => own.createApiKey({ kind: 'secret' })]) {
      expect((await problemOf(refused())).slug).toBe('forbidden');
    }
    expect((await client.listApiKeys({ customer: 'acme' })).data.map((each) => each.id)).toEqual([id]);
    expect((await client.revokeApiKey(id)).revoked_at).not.toBeNull();
    expect((await problemOf(own.readState('acme'))).slug).toBe('unauthorized');
  });

  it('lets a publishable key see the public part of a state, and nothing else', async () => {
    const { key } = await client.createApiKey({ kind: 'publishable' });
    const browser = createClient({ url, key });
    const state = await browser.readPublicState('acme');

    expect(state.usage[0]?.used).toBe('42');
    expect(Object.keys(state).sort()).toEqual(['access', 'as_of', 'assumptions', 'customer', 'entitlements', 'revision', 'subscriptions', 'usage']);
    expect(Object.keys(state.customer).sort()).toEqual(['external_id', 'id']);
    expect((await problemOf(browser.readWallet('acme'))).slug).toBe('forbidden');
  });

  it('narrows a secret key to its scopes', async () => {
    const { key } = await client.createApiKey({ kind: 'secret', name: 'reader', scopes: ['*:read'] });
    const reader = createClient({ url, key });

    expect((await reader.getCustomer('acme')).external_id).toBe('acme');
    expect(await problemOf(reader.createCustomer({}))).toMatchObject({ slug: 'forbidden', status: 403 });
  });

  it('walks through all keys', async () => {
    const walked = await all(client.apiKeys({ limit: 2 }));

    expect(walked.map(({ kind }) => kind).sort()).toEqual(['customer', 'publishable', 'secret', 'secret']);
  });
});

describe('lists and large calls', () => {
  it('walks through more customers than a page holds, newest first, each once', async () => {
    const names = Array.from({ length: 230 }, (_, index) => `many-${String(index).padStart(3, '0')}`);
    for (const name of names) await client.putCustomer(name, { name });

    const walked: string[] = [];
    for await (const { external_id: name } of client.customers({ query: 'many-' })) walked.push(name ?? '');
    const first = await client.listCustomers({ query: 'many-', limit: 200 });

    expect(walked).toEqual(names.toReversed());
    expect(first.data).toHaveLength(200);
    expect(first.next_cursor).not.toBeNull();
    expect((await all(client.meters({ limit: 1 }))).length).toBe((await client.listMeters()).data.length);
  });

  it('sends 2,500 events in three calls and joins their results in order', async () => {
    await client.createCustomer({ external_id: 'busy', currency: 'EUR', timezone: 'Europe/Madrid' });
    await client.createSubscription('busy', { plan: 'pro', starts_at: '2026-03-01T00:00:00Z' });
    const events = Array.from({ length: 2500 }, (_, index): UsageEvent => ({
      id: `b-${index}`, customer: index === 2100 ? 'nobody' : 'busy', name: 'talk', timestamp: new Date(NOW - (index + 1) * 1000), properties: { seconds: '60', region: 'eu' },
    }));
    const { sizes, counting } = countingFetch();

    const { results } = await createClient({ url, key: paidup.secretKey, fetch: counting }).ingestEvents(events);

    expect(sizes).toEqual([1000, 1000, 500]);
    expect(results.map(({ id }) => id)).toEqual(events.map(({ id }) => id));
    expect(results[2100]).toMatchObject({ status: 'refused', pointer: '/events/2100/customer' });
    expect(results.filter(({ status }) => status === 'accepted')).toHaveLength(2499);
    expect((await client.readState('busy')).usage[0]?.used).toBe('2499');
  });

  it('cuts calls by size too, and makes none for no events', async () => {
    const events = Array.from({ length: 400 }, (_, index): UsageEvent => ({ id: `l-${index}`, customer: 'busy', name: 'talk', properties: { seconds: '60', note: 'é'.repeat(7000) } }));
    const { sizes, counting } = countingFetch();
    const counted = createClient({ url, key: paidup.secretKey, fetch: counting });

    const { results } = await counted.ingestEvents(events);

    expect(await counted.ingestEvents([])).toEqual({ results: [] });
    expect(sizes.length).toBe(2);
    expect(results.every(({ status }) => status === 'accepted')).toBe(true);
  });

  function countingFetch(): { sizes: number[]; counting: typeof fetch } {
    const sizes: number[] = [];
    const counting: typeof fetch = (address, init) => {
      sizes.push((JSON.parse(init?.body as string) as { events: unknown[] }).events.length);
      return fetch(address, init);
    };
    return { sizes, counting };
  }
});

describe('events and states of another time', () => {
  it('lists events in order of time, of a meter and of a stretch', async () => {
    const events = await all(client.events('acme', { meter: 'talk_minutes', limit: 1 }));
    const stretch = await client.listEvents('acme', { from: '2026-03-29T01:30:00Z', to: new Date('2026-03-30T08:00:00Z') });

    expect(events.map(({ id }) => id)).toEqual(['e-1', 'e-2', 'e-3']);
    expect(events[0]).toMatchObject({ name: 'talk', timestamp: '2026-03-29T00:30:00Z', properties: { seconds: '90', region: 'eu' }, revision: expect.any(Number) });
    expect(stretch.data).toEqual([events[1]]);
    expect((await problemOf(client.listEvents('acme', { meter: 'none' }))).slug).toBe('not_found');
  });

  it('reads the past by what is known today, or by what was known then', async () => {
    const [first] = (await client.listEvents('acme', { limit: 1 })).data;
    const before = (await client.getCustomer('acme')).revision;
    const moment = '2026-03-29T02:00:00Z';
    const known = await client.readState('acme', { at: moment });
    await client.ingestEvents([{ id: 'e-late', customer: 'acme', name: 'talk', timestamp: '2026-03-29T01:00:00Z', properties: { seconds: '600', region: 'eu' } }]);
    const corrected = await client.readState('acme', { at: new Date(moment) });
    const asKnown = await client.readState('acme', { at: moment, known_at_revision: before });
    const atFirst = await client.readState('acme', { at: moment, known_at_revision: (first?.revision ?? 0) - 1 });

    expect([known, corrected, asKnown, atFirst].map(({ usage }) => usage[0]?.used)).toEqual(['2', '12', '2', '0']);
    expect(asKnown).toEqual(known);
    expect(known).toMatchObject({ as_of: moment, assumptions: [], draft_invoices: [] });
    expect((await client.readState('acme', { at: '2026-05-01T00:00:00Z' })).assumptions).toEqual(['no further usage', 'no payments', 'no changes']);
    expect((await problemOf(client.readState('acme', { known_at_revision: 9_999 }))).errors[0]?.pointer).toBe('querystring:/known_at_revision');
  });

  it('says on request why each figure is what it is', async () => {
    const plain = await client.readState('acme');
    const explained = await client.readState('acme', { explain: true });
    const { explanations = {}, ...state } = explained;
    const invoice = await client.readUpcomingInvoice('acme', { explain: true });
    const link = new URL(state.usage[0]?.explanation?.events ?? '', url).searchParams;

    expect(plain.explanations).toBeUndefined();
    expect(Object.keys(explanations)).toEqual(expect.arrayContaining(['wallet/EUR', 'owed', 'access', 'entitlements/seats', `subscriptions/${plain.subscriptions[0]?.id}/current_period`]));
    expect(explanations['owed']?.steps.join()).toContain(`${plain.owed.amount} EUR`);
    expect(link.get('meter')).toBe('talk_minutes');
    expect((await client.listEvents('acme', { meter: 'talk_minutes', from: link.get('from') ?? '', to: link.get('to') ?? '' })).data).toHaveLength(4);
    expect(invoice).toEqual(state.upcoming_invoice);
    expect(invoice.lines.every(({ explanation }) => (explanation?.steps.length ?? 0) > 0)).toBe(true);
    expect({ ...invoice, lines: invoice.lines.map(({ explanation: _, ...line }) => line) }).toEqual(plain.upcoming_invoice);
    // At a moment after the next turn, the one after it.
    expect((await client.readUpcomingInvoice('acme', { at: '2026-04-01T00:00:00Z' })).date).toBe('2026-04-30T22:00:00Z');
  });
});

describe('problems', () => {
  it('knows every problem that the server may answer with', () => {
    expect([...PROBLEM_SLUGS].sort()).toEqual(Object.keys(PROBLEMS).sort());
  });

  it('says what was wrong, where, and under which request id', async () => {
    const problem = await problemOf(client.createCustomer({ email: 'nowhere', currency: 'XXQ', timezone: 'Mars/Base' }));

    expect(problem).toMatchObject({ slug: 'invalid_request', status: 400, title: PROBLEMS.invalid_request });
    expect(problem.errors.map(({ pointer }) => pointer)).toEqual(['/currency', '/timezone', '/email']);
    expect(problem.requestId).toMatch(/\S/);
    expect(problem.message).toContain('/currency');
    expect(isProblem(problem, 'invalid_request')).toBe(true);
    expect(isProblem(problem, 'not_found')).toBe(false);
  });

  it('tells refusals apart by slug', async () => {
    const cases: Array<[() => Promise<unknown>, string, number]> = [
      [() => client.createCustomer({ external_id: 'acme' }), 'already_exists', 409],
      [() => client.putMeter('talk_minutes', { event_name: 'other', aggregation: 'count' }), 'meter_in_use', 409],
      [() => client.getPlan('none'), 'not_found', 404],
      [() => createClient({ url, key: 'wrong' }).listPlans(), 'unauthorized', 401],
    ];
    for (const [call, slug, status] of cases) expect(await problemOf(call())).toMatchObject({ slug, status });
  });

  it('refuses another request under an idempotency key that was used', async () => {
    await client.createCustomer({ name: 'one' }, { idempotencyKey: 'once' });

    expect((await problemOf(client.createCustomer({ name: 'two' }, { idempotencyKey: 'once' }))).slug).toBe('idempotency_key_reused');
  });

  it('names a customer by any text that an external id may hold', async () => {
    const name = 'a/b ?#%2F é&..';
    const made = await client.putCustomer(name, { name: 'Odd' });

    expect((await client.getCustomer(name)).id).toBe(made.id);
    expect((await client.readState(name)).customer.external_id).toBe(name);
  });

  it.each(['', '.', '..'])('does not let the name "%s" lead to another address', async (name) => {
    await expect(client.deleteCustomer(name)).rejects.toThrow(TypeError);
  });
});

describe('the SDK as a whole', () => {
  it('has a method for every operation of the native API, billing and gate apart: the tests above have called each', async () => {
    const { known, uncalled } = await uncalledOperations(paidup, asked, 'other');

    expect(known).toBeGreaterThan(40);
    expect(uncalled).toEqual([]);
  });
});

describe("the README's example", () => {
  it('runs as it stands and prints what it says', async () => {
    const readme = readFileSync(new URL('../../sdk/README.md', import.meta.url), 'utf8');
    const code = /```js\nimport \{ createClient, isProblem \} from '@paidup\/sdk';\n([^]*?)```/.exec(readme)?.[1] ?? '';
    const AsyncFunction = (async () => undefined).constructor as new (...parts: string[]) => (...values: unknown[]) => Promise<void>;
    const printed: string[] = [];
    const fresh = await startPaidup();
    const environment = { env: { PAIDUP_URL: await fresh.app.listen({ host: '127.0.0.1', port: 0 }), PAIDUP_KEY: fresh.secretKey } };
    const log = (...words: string[]): void => void printed.push(words.join(' '));

    const example = new AsyncFunction('createClient', 'isProblem', 'process', 'console', code);
    await example(createClient, isProblem, environment, { log });
    // A program is started more than once.
    await example(createClient, isProblem, environment, { log });
    await fresh.stop();

    expect(printed.slice(3)).toEqual(printed.slice(0, 3));
    for (const line of printed.slice(0, 2)) expect(readme).toContain(`\`${line}\``);
    expect(printed[0]).toContain('125 minutes used');
  });
});
