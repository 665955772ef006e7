import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient, type ChangedSubscription, type Client, type Invoice, type SubscriptionInput, type SubscriptionPreview, type UpcomingInvoice } from '../../sdk/src/index.js';
import { startPaidup, type TestPaidup } from '../support/app.js';
import { at } from '../support/core.js';
import { testWebhooks } from '../support/receiver.js';
import { all, problemOf, recordedClient, uncalledOperations } from '../support/sdk.js';

/** April has 30 days: half of it is 15. */
const START = '2026-04-01T00:00:00Z';
const MONTH = { unit: 'month', count: 1 } as const;

let paidup: TestPaidup;
let client: Client;
let url: string;
let asked: readonly string[];
let made = 0;

beforeAll(async () => {
  paidup = await startPaidup({ now: at(START), isSandbox: true, webhooks: testWebhooks() });
  ({ client, url, asked } = await recordedClient(paidup));
  await client.putMeter('hours', { event_name: 'work', aggregation: 'sum', property: 'hours', unit: 'hour' });
  await client.putMeter('members', { event_name: 'members', aggregation: 'last', property: 'count' });
  await client.putFeature('sso', { name: 'SSO', type: 'flag' });
  await client.putFeature('projects', { type: 'limit' });
  await client.putFeature('members', { type: 'metered', meter: 'members' });
  await client.putPlan('starter', { name: 'Starter', currency: 'EUR', interval: MONTH, features: [{ feature: 'projects', limit: '3' }], prices: [{ code: 'base', name: 'Base fee', type: 'fixed', amount: '10.00' }] });
  await client.putPlan('pro', {
    name: 'Pro', currency: 'EUR', interval: MONTH, features: [{ feature: 'sso', granted: true }, { feature: 'projects', limit: '20' }],
    prices: [{ code: 'base', name: 'Base fee', type: 'fixed', amount: '30.00' }, { code: 'hours', type: 'usage', meter: 'hours', included: '10', model: { type: 'per_unit', amount: '2' } }],
  });
  await client.putPlan('team', {
    currency: 'EUR', interval: MONTH, features: [{ feature: 'members', limit: '1', per_quantity_of: 'seat', price: 'members' }],
    prices: [
      { code: 'seat', name: 'Seats', type: 'fixed', amount: '4.00', per_seat: true, below_usage: 'refused' },
      { code: 'members', type: 'usage', meter: 'members', included: 'unlimited', model: { type: 'per_unit', amount: '0' }, window: { unit: 'lifetime' } },
    ],
  });
  await client.putPlan('extra', { currency: 'EUR', interval: MONTH, prices: [{ code: 'extra', type: 'fixed', amount: '5.00' }] });
});
afterAll(() => paidup.stop());

const eur = (amount: string) => ({ amount, currency: 'EUR' });
const amounts = ({ lines }: UpcomingInvoice | Invoice): Array<[string, string]> => lines.map((line) => [line.kind, line.amount.amount]);

/** A customer of its own, whose name is given back. */
async function customer(): Promise<string> {
  const name = `customer-${(made += 1)}`;
  await client.createCustomer({ external_id: name, name: `Customer ${made}`, currency: 'EUR' });
  return name;
}

/** A customer with a subscription that begins now, at the start of a month. */
async function subscriber(subscription: SubscriptionInput): Promise<{ name: string; id: string; first: Invoice | undefined }> {
  const name = await customer();
  const { id, invoices } = await client.createSubscription(name, subscription);
  const [first] = await Promise.all(invoices.map((invoice) => client.getInvoice(invoice)));
  return { name, id, first };
}

/** The first moment of the next month on the sandbox's clock. */
async function toNextMonth(): Promise<void> {
  const now = new Date((await client.getSandboxClock()).now);
  await client.setSandboxClock({ set: new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1)) });
}

/** What an invoice said before it was issued. */
function unissued({ date, currency, lines, subtotal, taxes, tax, total, wallet_credit, amount_due }: Invoice): UpcomingInvoice {
  return { date, currency, lines, subtotal, taxes, tax, total, wallet_credit, amount_due };
}

/** Asks for a preview, then gives the command: the preview saves nothing, and tells line by line what then happens. */
async function asPreviewed(name: string, command: { preview: () => Promise<SubscriptionPreview>; perform: () => Promise<ChangedSubscription> }): Promise<{ preview: SubscriptionPreview; changed: ChangedSubscription; issued: Invoice[] }> {
  const before = await client.readState(name);
  const preview = await command.preview();
  expect(await client.readState(name)).toEqual(before);

  const changed = await command.perform();
  const { revision, invoices, ...subscription } = changed;
  const issued = await Promise.all(invoices.map((id) => client.getInvoice(id, { explain: true })));
  const after = await client.readState(name);
  const granted = (feature: string) => after.entitlements.find((one) => one.feature === feature && one.granted);

  expect(revision).toBeGreaterThan(before.revision);
  expect(subscription).toEqual(preview.subscription);
  expect(preview.current_period).toEqual(subscription.current_period);
  expect(issued.map(unissued)).toEqual(preview.due_now.invoices);
  expect(await client.readUpcomingInvoice(name, { explain: true })).toEqual(preview.next_invoice);
  expect(preview.entitlements.gained.map(({ feature }) => granted(feature))).toEqual(preview.entitlements.gained);
  expect(preview.entitlements.lost.map(({ feature }) => granted(feature))).toEqual(preview.entitlements.lost.map(() => undefined));
  expect(preview.entitlements.changed.map(({ feature }) => granted(feature))).toEqual(preview.entitlements.changed.map((one) => one.after));
  return { preview, changed, issued };
}

describe('the clock of a sandbox', () => {
  it('is read and moved, and never goes back', async () => {
    expect(await client.getSandboxClock()).toEqual({ now: START });
    expect(await client.setSandboxClock({ advance: { hours: 1, minutes: 30 } })).toEqual({ now: '2026-04-01T01:30:00Z' });
    expect((await problemOf(client.setSandboxClock({ set: START }))).errors[0]?.pointer).toBe('/set');
    expect(await client.setSandboxClock({ set: new Date('2026-05-01T00:00:00Z') })).toEqual({ now: '2026-05-01T00:00:00Z' });
    expect(await client.setSandboxClock({ set: '2026-06-01T00:00:00Z' })).toEqual({ now: '2026-06-01T00:00:00Z' });
  });

  it('issues on its way what falls due, each at its moment', async () => {
    const { name, first } = await subscriber({ plan: 'starter' });
    await client.setSandboxClock({ advance: { months: 3 } });
    const invoices = await all(client.customerInvoices(name, { limit: 1 }));

    expect(first).toMatchObject({ status: 'open', date: '2026-06-01T00:00:00Z', amount_due: eur('10.00') });
    expect(invoices.map(({ date, issued_at: issuedAt, total }) => [date, issuedAt, total.amount])).toEqual(
      ['09', '08', '07', '06'].map((month) => [`2026-${month}-01T00:00:00Z`, `2026-${month}-01T00:00:00Z`, '10.00']),
    );
    expect((await client.readState(name)).owed).toEqual(eur('40.00'));
  });
});

describe('commands and their previews', () => {
  it('upgrade within a period: what is left of the old plan comes back, what is left of the new one is charged', async () => {
    await toNextMonth();
    await toNextMonth();
    const { name, id } = await subscriber({ plan: 'starter' });
    expect(await client.setSandboxClock({ advance: { days: 15 } })).toEqual({ now: '2026-11-16T00:00:00Z' });

    const { preview, changed, issued } = await asPreviewed(name, {
      preview: () => client.previewChangeSubscription(id, { plan: 'pro' }),
      perform: () => client.changeSubscription(id, { plan: 'pro' }),
    });
    await toNextMonth();
    const [turn] = (await client.listCustomerInvoices(name)).data;

    expect(issued.map(amounts)).toEqual([[['proration', '-5.00'], ['proration', '15.00']]]);
    expect(preview.due_now.amount).toEqual(eur('10.00'));
    expect(preview.entitlements).toMatchObject({ gained: [{ feature: 'sso' }], lost: [], changed: [{ feature: 'projects', before: { limit: '3' }, after: { limit: '20' } }] });
    expect(issued[0]?.lines[0]?.explanation).toMatchObject({ rule: 'proration_credit', policy: { proration: 'by_second' }, steps: expect.arrayContaining(['10 x 1296000 / 2592000, given back = -5.00 EUR']) });
    expect(changed.phases).toMatchObject([{ plan: { code: 'starter' }, ends_at: '2026-11-16T00:00:00Z' }, { plan: { code: 'pro' }, starts_at: '2026-11-16T00:00:00Z', ends_at: null }]);
    expect(unissued(await client.getInvoice(turn?.id ?? '', { explain: true }))).toEqual(preview.next_invoice);
  });

  it('let another plan follow, and forget it again', async () => {
    const { name, id } = await subscriber({ plan: 'pro' });
    const scheduled = await asPreviewed(name, { preview: () => client.previewSchedulePhase(id, { plan: 'starter' }), perform: () => client.schedulePhase(id, { plan: 'starter' }) });
    const cleared = await asPreviewed(name, { preview: () => client.previewClearSchedule(id), perform: () => client.clearSchedule(id) });
    const changed = await client.changeSubscription(id, { plan: 'starter', when: 'period_end' });

    expect(scheduled.changed.next_phase).toMatchObject({ plan: { code: 'starter' }, paused: false });
    expect(amounts(scheduled.preview.next_invoice)).toContainEqual(['fixed', '10.00']);
    expect(cleared.changed.next_phase).toBeNull();
    expect(amounts(cleared.preview.next_invoice)).toContainEqual(['fixed', '30.00']);
    expect(changed.next_phase).toEqual(scheduled.changed.next_phase);
    expect((await problemOf(client.changeSubscription(id, { plan: 'nothing' }))).slug).toBe('not_found');
  });

  it('pause and resume: nothing is given or charged in between', async () => {
    const { name, id } = await subscriber({ plan: 'pro' });
    const paused = await asPreviewed(name, { preview: () => client.previewPauseSubscription(id), perform: () => client.pauseSubscription(id) });
    const { access } = await client.readState(name);
    await client.setSandboxClock({ advance: { days: 40 } });
    const resumed = await asPreviewed(name, { preview: () => client.previewResumeSubscription(id), perform: () => client.resumeSubscription(id) });

    expect(paused.changed).toMatchObject({ status: 'paused', invoices: [] });
    expect(paused.preview.entitlements.lost.map(({ feature }) => feature).sort()).toEqual(['projects', 'sso']);
    expect(paused.preview.next_invoice).toMatchObject({ date: null, lines: [], total: eur('0.00') });
    expect(access).toMatchObject({ allowed: false, reasons: [{ code: 'subscription_paused' }] });
    expect(resumed.changed.status).toBe('active');
    expect(resumed.issued.map(amounts)).toEqual([[['fixed', '30.00']]]);
    expect((await all(client.customerInvoices(name))).map(({ total }) => total.amount)).toEqual(['30.00', '30.00']);
    expect(await problemOf(client.resumeSubscription(id))).toMatchObject({ slug: 'phase_conflict', status: 409 });
  });

  it('cancel with what is left given back to the wallet, and begin anew', async () => {
    await toNextMonth();
    const { name, id, first } = await subscriber({ plan: 'starter' });
    await client.recordPayment(first?.id ?? '');
    await client.setSandboxClock({ advance: { days: 14 } });
    const { preview, changed, issued } = await asPreviewed(name, {
      preview: () => client.previewCancelSubscription(id, { proration: 'prorate', reason: 'too dear' }),
      perform: () => client.cancelSubscription(id, { proration: 'prorate', reason: 'too dear' }),
    });
    const { wallet, owed } = await client.readState(name);
    await client.setSandboxClock({ advance: { days: 3 } });
    const again = await asPreviewed(name, { preview: () => client.previewReactivateSubscription(id, { plan: 'starter' }), perform: () => client.reactivateSubscription(id, { plan: 'starter' }) });

    expect(changed).toMatchObject({ status: 'canceled', cancel_reason: 'too dear' });
    expect(issued).toMatchObject([{ lines: [{ kind: 'proration' }], total: eur('-5.00'), wallet_credit: eur('-5.00'), amount_due: eur('0.00') }]);
    expect(preview.due_now.amount).toEqual(eur('0.00'));
    expect([wallet[0]?.balance, owed]).toEqual(['5.00', eur('0.00')]);
    expect(again.changed).toMatchObject({ status: 'active', cancel_reason: null });
    expect(again.issued).toMatchObject([{ total: eur('10.00'), wallet_credit: eur('5.00'), amount_due: eur('5.00') }]);
    expect((await problemOf(client.previewReactivateSubscription(id))).slug).toBe('phase_conflict');
  });

  it('put a coupon on and take it off', async () => {
    await toNextMonth();
    await client.putCoupon('half', { percent_off: '50', duration: { periods: 2 } });
    const { name, id } = await subscriber({ plan: 'starter' });
    const applied = await asPreviewed(name, { preview: () => client.previewApplyCoupon(id, 'half'), perform: () => client.applyCoupon(id, 'half') });
    const twice = await problemOf(client.previewApplyCoupon(id, 'half'));
    const removed = await asPreviewed(name, { preview: () => client.previewRemoveCoupon(id, 'half'), perform: () => client.removeCoupon(id, 'half') });

    expect(amounts(applied.preview.next_invoice)).toEqual([['fixed', '10.00'], ['discount', '-5.00']]);
    expect(applied.preview.next_invoice.total).toEqual(eur('5.00'));
    expect(applied.changed.coupons).toMatchObject([{ code: 'half', removed_at: null }]);
    expect(twice).toMatchObject({ slug: 'coupon_conflict', status: 409 });
    expect(removed.preview.next_invoice.total).toEqual(eur('10.00'));
    expect((await problemOf(client.removeCoupon(id, 'half'))).slug).toBe('coupon_conflict');
  });

  it('subscribe with phases, coupon and add-on', async () => {
    const name = await customer();
    const input: SubscriptionInput = { plan: 'starter', duration: MONTH, phases: [{ plan: 'pro', duration: { unit: 'month', count: 2 } }], coupon: 'half' };
    const preview = await client.previewCreateSubscription(name, input);
    const empty = await client.listSubscriptions(name);
    const main = await client.createSubscription(name, input);
    const addon = await client.createSubscription(name, { plan: 'extra', addon_of: main.id });
    const ends = await client.cancelSubscription(main.id);

    expect(empty.data).toEqual([]);
    expect(preview.due_now.invoices.map(amounts)).toEqual([[['fixed', '10.00'], ['discount', '-5.00']]]);
    expect((await client.getInvoice(main.invoices[0] ?? '')).total).toEqual(preview.due_now.amount);
    expect(main.phases.map(({ plan, starts_at, ends_at }) => [plan.code, starts_at, ends_at])).toEqual(preview.subscription.phases.map(({ plan, starts_at, ends_at }) => [plan.code, starts_at, ends_at]));
    expect(main.phases.map(({ plan }) => plan.code)).toEqual(['starter', 'pro']);
    expect(main.ends_at).toBe(main.phases[1]?.ends_at);
    expect(addon).toMatchObject({ addon_of: main.id, current_period: main.current_period });
    expect((await client.getSubscription(addon.id)).ends_at).toBe(ends.ends_at);
    expect((await all(client.subscriptions(name, { limit: 1 }))).map(({ id }) => id)).toEqual([main.id, addon.id]);
  });

  it('refuse a quantity below what is used, in a preview too', async () => {
    const { name, id } = await subscriber({ plan: 'team', quantities: { seat: '5' } });
    await client.ingestEvents([{ id: 'm-1', customer: name, name: 'members', properties: { count: '4' } }]);
    const refused = await problemOf(client.previewChangeSubscription(id, { quantities: { seat: '3' } }));

    expect(refused).toMatchObject({ slug: 'quantity_below_usage', status: 409, detail: expect.stringContaining('at least 4') });
    expect((await problemOf(client.changeSubscription(id, { quantities: { seat: '3' } }))).detail).toBe(refused.detail);
    expect((await client.changeSubscription(id, { quantities: { seat: '4' }, when: 'period_end' })).quantities).toEqual({ seat: '5' });
  });
});

describe('invoices', () => {
  it('are taxed, paid and listed', async () => {
    await toNextMonth();
    const name = await customer();
    await client.setTax(name, { rates: [{ name: 'VAT', percent: '21' }] });
    const { invoices: [id = ''] } = await client.createSubscription(name, { plan: 'starter' });
    const open = await client.getInvoice(id);
    const paid = await client.recordPayment(id, { reference: 'wire 7' });

    expect(open).toMatchObject({ status: 'open', number: expect.stringMatching(/^INV-\d{6}$/), subtotal: eur('10.00'), taxes: [{ name: 'VAT', percent: '21', inclusive: false, amount: eur('2.10') }], total: eur('12.10'), amount_due: eur('12.10') });
    expect(open.lines[0]?.explanation).toBeUndefined();
    expect(paid).toMatchObject({ status: 'paid', paid: eur('12.10'), amount_due: eur('0.00') });
    expect(await problemOf(client.recordPayment(id))).toMatchObject({ slug: 'invoice_conflict', status: 409 });
    expect((await client.listInvoices({ customer: name, status: 'open' })).data).toEqual([]);
    // The list of all says whose each is.
    const { external_id: externalId, name: ownName, timezone } = await client.getCustomer(name);
    const listed = { ...paid, customer_external_id: externalId, customer_name: ownName, customer_timezone: timezone };
    expect((await client.listInvoices({ customer: name, status: 'paid' })).data).toEqual([listed]);
    expect((await client.listCustomerInvoices(name)).data).toEqual([paid]);
    expect((await all(client.invoices({ limit: 5 }))).filter((one) => one.id === id)).toEqual([listed]);
  });

  it('are credited in parts: first what is due, then to the wallet what was paid', async () => {
    await toNextMonth();
    const name = await customer();
    await client.setTax(name, { rates: [{ name: 'VAT', percent: '20' }] });
    const { invoices: [id = ''] } = await client.createSubscription(name, { plan: 'pro' });
    const note = await client.creditInvoice(id, { amount: '10.00', reason: 'outage' });
    const credited = await client.getInvoice(id);
    const paid = await client.recordPayment(id);
    const rest = await client.creditInvoice(id);

    expect(note).toMatchObject({ number: expect.stringMatching(/^CN-\d{6}$/), reason: 'outage', subtotal: eur('10.00'), tax: eur('2.00'), total: eur('12.00'), to_wallet: eur('0.00') });
    expect(credited).toMatchObject({ status: 'open', total: eur('36.00'), credited: eur('12.00'), amount_due: eur('24.00'), credit_notes: [note] });
    expect(paid).toMatchObject({ status: 'paid', paid: eur('24.00') });
    expect(rest).toMatchObject({ subtotal: eur('20.00'), tax: eur('4.00'), total: eur('24.00'), to_wallet: eur('24.00') });
    expect((await client.readWallet(name)).data[0]?.balance).toBe('24.00');
    expect((await client.readState(name)).owed).toEqual(eur('0.00'));
    expect((await problemOf(client.creditInvoice(id, { amount: '0.01' }))).slug).toBe('invoice_conflict');
  });

  it('are taken back or given up', async () => {
    const [voided, lost] = [await subscriber({ plan: 'starter' }), await subscriber({ plan: 'starter' })];

    expect(await client.voidInvoice(voided.first?.id ?? '', { reason: 'typing error' })).toMatchObject({ status: 'void', amount_due: eur('0.00') });
    expect(await client.writeOffInvoice(lost.first?.id ?? '')).toMatchObject({ status: 'uncollectible', amount_due: eur('0.00') });
    expect((await client.readState(voided.name)).owed).toEqual(eur('0.00'));
    expect((await client.readState(lost.name)).owed).toEqual(eur('0.00'));
    expect((await problemOf(client.voidInvoice(lost.first?.id ?? ''))).slug).toBe('invoice_conflict');
    expect((await problemOf(client.writeOffInvoice('inv_none'))).slug).toBe('not_found');
  });

  it('come as a page and as a document', async () => {
    const { first } = await subscriber({ plan: 'pro' });
    const html = await client.getInvoiceHtml(first?.id ?? '');
    const pdf = await client.getInvoicePdf(first?.id ?? '');

    expect(html).toMatch(/^<!doctype html>/i);
    expect(html).toContain(first?.number);
    expect(html).toContain('30.00');
    expect(pdf).toBeInstanceOf(Uint8Array);
    expect(Buffer.from(pdf.subarray(0, 5)).toString('latin1')).toBe('%PDF-');
    expect(Buffer.from(pdf.subarray(-6)).toString('latin1')).toContain('%%EOF');
    expect((await problemOf(client.getInvoicePdf('inv_none'))).slug).toBe('not_found');
  });

  it("may be read by the customer's own key, and previewed, but not changed", async () => {
    const [{ name, id, first }, foreign] = [await subscriber({ plan: 'starter' }), await subscriber({ plan: 'starter' })];
    const own = createClient({ url, key: (await client.createApiKey({ kind: 'customer', customer: name })).key });
    const invoice = first?.id ?? '';

    expect(await own.getInvoice(invoice)).toEqual(first);
    expect((await own.listCustomerInvoices(name)).data).toEqual([first]);
    expect((await own.getInvoicePdf(invoice)).length).toBeGreaterThan(1000);
    expect((await own.previewChangeSubscription(id, { plan: 'pro' })).entitlements.gained).toMatchObject([{ feature: 'sso' }]);
    const refused = [() => own.changeSubscription(id, { plan: 'pro' }), () => own.recordPayment(invoice), () => own.creditInvoice(invoice), () => own.listInvoices({ customer: name }), () => own.setTax(name, {}), () => own.getSandboxClock()];
    for (const call of refused) expect((await problemOf(call())).slug).toBe('forbidden');
    const absent = [() => own.getInvoice(foreign.first?.id ?? ''), () => own.getInvoiceHtml(foreign.first?.id ?? ''), () => own.previewCancelSubscription(foreign.id)];
    for (const call of absent) expect((await problemOf(call())).slug).toBe('not_found');
  });

  it('wait as drafts for late usage, and keep their id when they become final', async () => {
    await toNextMonth();
    await client.putPlan('late', {
      currency: 'EUR', interval: MONTH, invoice_grace_hours: 48, invoice_series: 'LATE',
      prices: [{ code: 'hours', type: 'usage', meter: 'hours', model: { type: 'per_unit', amount: '2' } }],
    });
    const { name } = await subscriber({ plan: 'late' });
    await client.ingestEvents([{ id: 'w-1', customer: name, name: 'work', properties: { hours: '3' } }]);
    const usedAt = (await client.getSandboxClock()).now;
    await toNextMonth();
    const { draft_invoices: [draft] } = await client.readState(name);
    await client.ingestEvents([{ id: 'w-2', customer: name, name: 'work', timestamp: usedAt, properties: { hours: '0.5' } }]);
    const later = await client.getInvoice(draft?.id ?? '');
    await client.setSandboxClock({ set: draft?.finalizes_at ?? '' });
    const final = await client.getInvoice(draft?.id ?? '');

    expect(draft).toMatchObject({ status: 'draft', number: null, issued_at: null, total: eur('6.00') });
    expect(later).toMatchObject({ status: 'draft', total: eur('7.00') });
    expect(final).toMatchObject({ status: 'open', number: 'LATE-000001', date: draft?.date, issued_at: draft?.finalizes_at, finalizes_at: null, total: eur('7.00'), amount_due: eur('7.00') });
  });
});

describe('an invoice that is charged', () => {
  it('is paid by the card on file', async () => {
    await client.putPlan('charged', { currency: 'EUR', interval: { unit: 'month', count: 1 }, prices: [{ code: 'base', type: 'fixed', amount: '30.00' }] });
    await client.createCustomer({ external_id: 'charged', currency: 'EUR' });
    const { invoices: [id = ''] } = await client.createSubscription('charged', { plan: 'charged' });
    expect((await problemOf(client.chargeInvoice(id))).slug).toBe('payment_method_missing');
    await client.setPaymentMethod('charged', { token: 'card_succeeds' });
    await client.chargeInvoice(id);

    await expect.poll(async () => (await client.getInvoice(id)).status).toBe('paid');
    expect((await problemOf(client.chargeInvoice(id))).slug).toBe('invoice_conflict');
  });
});

describe('an endpoint of webhooks', () => {
  it('is made, tested, told apart from others, given a new secret, and taken away', async () => {
    const { id, secret } = await client.createWebhookEndpoint({ url: 'http://127.0.0.1:1/hooks', types: ['invoice.issued'], description: 'Nobody there' });
    const rotated = await client.rotateWebhookSecret(id, { expires_in: 60 });
    const sent = await client.testWebhookEndpoint(id);
    const again = await client.redeliverWebhook(id, sent.delivery);
    const [delivery] = await all(client.webhookDeliveries(id, { status: 'failed' }));

    expect(rotated.secret).not.toBe(secret);
    expect([sent, again]).toMatchObject([{ delivered: false, attempt: { error: 'ECONNREFUSED' } }, { delivered: false }]);
    expect(delivery).toMatchObject({ id: sent.delivery, type: 'webhook_endpoint.test', attempts: [{ status: null }, { status: null }] });
    expect(JSON.parse((await client.getWebhookDelivery(id, sent.delivery)).body)).toMatchObject({ type: 'webhook_endpoint.test', data: { endpoint: id } });
    expect(await client.updateWebhookEndpoint(id, { enabled: false })).toMatchObject({ enabled: false, types: ['invoice.issued'] });
    expect(await all(client.webhookEndpoints())).toEqual([await client.getWebhookEndpoint(id)]);
    await client.deleteWebhookEndpoint(id);
    expect((await problemOf(client.getWebhookEndpoint(id))).slug).toBe('not_found');
  });

  it('has its gaps filled by what happened to a customer', async () => {
    await client.createCustomer({ external_id: 'told', currency: 'EUR' });
    await client.updateCustomer('told', { name: 'Told' });
    const { data, revision, next_after_revision: next } = await client.listChanges('told', { limit: 1 });
    const rest = await client.listChanges('told', { after_revision: next ?? undefined });

    expect([data, revision, next]).toMatchObject([[{ revision: 0, position: 0, type: 'customer.created', data: {} }], 1, 0]);
    expect(rest).toMatchObject({ data: [{ revision: 1, type: 'customer.updated' }], next_after_revision: null });
  });
});

describe('the SDK as a whole', () => {
  it('has a method for every operation of billing: the tests above have called each', async () => {
    const { known, uncalled } = await uncalledOperations(paidup, asked, 'billing');

    expect(known).toBeGreaterThan(30);
    expect(uncalled).toEqual([]);
  });
});
