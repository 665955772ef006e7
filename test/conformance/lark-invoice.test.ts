import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp } from '../../src/http/app.js';
import { sandboxProvider } from '../../src/provider/sandbox.js';
import { openEngine } from '../../src/service/open.js';
import { at } from '../support/core.js';
import { startLark, type LarkPaidup } from '../support/lark.js';

type Json = ReturnType<typeof JSON.parse>;

const NOW = '2026-07-01T00:00:00Z';
const usd = (value: string) => ({ currency_code: 'USD', value });

let lark: LarkPaidup;
let subject: string;
beforeAll(async () => {
  lark = await startLark({ now: at(NOW) });
  const metric = (await lark.ok('POST', '/pricing-metrics', { name: 'Calls', event_name: 'call', unit: 'call', aggregation: { aggregation_type: 'sum', value_field: 'calls' } })).id;
  const price = (value: string) => ({ price_type: 'flat', amount: { currency_code: 'usd', value } });
  const card = await lark.ok('POST', '/rate-cards', {
    name: 'Team', billing_interval: 'monthly', fixed_rates: [{ code: 'seats', name: 'Seats', price: price('2500') }],
    usage_based_rates: [{ code: 'calls', name: 'Calls', pricing_metric_id: metric, included_units: 10, price: price('0.5') }],
  });
  subject = (await lark.ok('POST', '/subjects', { external_id: 'payer@example.com' })).id;
  await lark.paidup.call('PUT', '/v1/customers/payer@example.com/payment-method', { token: 'card_succeeds' });
  await lark.paidup.call('PUT', '/v1/customers/payer@example.com/tax', { rates: [{ name: 'VAT', percent: '10' }] });
  await lark.ok('POST', '/subscriptions', { subject_id: subject, rate_card_id: card.id, fixed_rate_quantities: { seats: 3 } });
  await lark.ok('POST', '/usage-events', { event_name: 'call', idempotency_key: 'k', subject_id: subject, data: { calls: '1010.5' } });
  lark.paidup.clock.set(at('2026-08-01T00:00:00Z'));
  // Any command writes down what is due.
  await lark.paidup.call('PUT', '/v1/customers/payer@example.com/tax', { rates: [{ name: 'VAT', percent: '10' }] });
  await lark.paidup.call('POST', '/v1/customers/payer@example.com/adjustments', { amount: '1', reason: 'thanks' });
});
afterAll(() => lark.paidup.stop());

describe('invoices of Lark', () => {
  it('are those of the native API, newest first, whose lines and taxes are the total', async () => {
    const { invoices, has_more: hasMore } = await lark.ok('GET', '/invoices?subject_id=payer%40example.com');
    const native = (await lark.paidup.call('GET', '/v1/invoices?customer=payer@example.com')).body.data;

    expect(hasMore).toBe(false);
    expect(invoices.map((one: Json) => [one.id, one.total_amount.value])).toEqual(native.map((one: Json) => [one.id.replace('inv_', 'in_'), String(Math.round(Number(one.total.amount) * 100))]));
    expect(invoices.map((one: Json) => one.status)).toEqual(native.map((one: Json) => one.status));
    expect(invoices.at(-1)).toEqual({
      id: expect.stringMatching(/^in_[0-9A-Za-z]{24}$/), created_at: NOW, hosted_url: expect.stringMatching(/^http:\/\/[^/]+\/hosted-invoices\/inv_[0-9A-Za-z]{24}\.[\w-]{43}$/), status: expect.stringMatching(/^(open|paid)$/), subject_id: subject, total_amount: usd('8250'),
      line_items: [{ amount: usd('7500'), description: expect.stringContaining('Seats'), price_in_unit_amount: usd('2500'), quantity: 3 }, { amount: usd('750'), description: 'VAT', price_in_unit_amount: usd('750'), quantity: 1 }],
    });
    const usage = invoices.flatMap((one: Json) => one.line_items).find((line: Json) => line.description.includes('Calls'));
    // 1,000.5 calls at half a cent: a part of a call is no whole quantity.
    expect(usage).toEqual({ amount: usd('500'), description: expect.any(String), price_in_unit_amount: usd('500'), quantity: 1 });
    for (const invoice of invoices) expect(invoice.line_items.reduce((sum: number, line: Json) => sum + Number(line.amount.value), 0)).toBe(Number(invoice.total_amount.value));
  });

  it('come in pages, of a subject that is named and there', async () => {
    const all = (await lark.ok('GET', `/invoices?subject_id=${subject}`)).invoices;
    const first = await lark.ok('GET', `/invoices?subject_id=${subject}&limit=1`);
    expect(first).toEqual({ has_more: all.length > 1, invoices: [all[0]] });
    expect(await lark.ok('GET', `/invoices?subject_id=${subject}&offset=1`)).toEqual({ has_more: false, invoices: all.slice(1) });
    expect(await lark.ask('GET', '/invoices')).toMatchObject({ status: 422, body: { detail: [{ loc: ['query', 'subject_id'], msg: 'Field required', type: 'missing' }] } });
    for (const name of ['nobody', `subj_${'0'.repeat(24)}`]) expect(await lark.ask('GET', `/invoices?subject_id=${name}`)).toMatchObject({ status: 404, body: { detail: 'Subject not found' } });
  });

  it('are drafts while they wait for late usage', async () => {
    await lark.paidup.call('PUT', '/v1/plans/late', { currency: 'USD', interval: { unit: 'month', count: 1 }, invoice_grace_hours: 72, prices: [{ code: 'base', type: 'fixed', amount: '1' }, { code: 'calls', type: 'usage', meter: (await lark.paidup.call('GET', '/v1/meters')).body.data[0].code, model: { type: 'per_unit', amount: '1' } }] });
    await lark.ok('POST', '/subjects', { external_id: 'late' });
    await lark.paidup.call('POST', '/v1/customers/late/subscriptions', { plan: 'late', starts_at: '2026-07-01T00:00:00Z' });
    const { invoices } = await lark.ok('GET', '/invoices?subject_id=late');
    const native = (await lark.paidup.call('GET', '/v1/invoices?customer=late')).body.data;
    expect(invoices.map((one: Json) => [one.status, one.id])).toEqual(native.map((one: Json) => [one.status, one.id.replace('inv_', 'in_')]));
    expect(invoices.map((one: Json) => one.status)).toContain('draft');
    expect(invoices.filter((one: Json) => one.status === 'draft').map((one: Json) => one.hosted_url)).toEqual([null]);
  });
});

describe('the hosted page of an invoice', () => {
  const open = (path: string, paidup = lark.paidup) => paidup.inject({ url: path, headers: { host: 'billing.example.com' } });
  const link = async (): Promise<string> => new URL((await lark.ok('GET', `/invoices?subject_id=${subject}`)).invoices.at(-1).hosted_url).pathname;

  it('shows the invoice without any key, and leads to its PDF', async () => {
    const path = await link();
    const page = await open(path);
    expect([page.statusCode, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.body).toContain('Team: Seats');
    expect(page.body).toContain('82.50 USD');
    const href = /<a href="([^"]+)">Download as PDF<\/a>/.exec(page.body)?.[1] ?? '';
    const file = await open(new URL(href, `http://x${path}`).pathname);
    expect([file.statusCode, file.headers['content-type'], file.rawPayload.subarray(0, 5).toString()]).toEqual([200, 'application/pdf', '%PDF-']);
    for (const answer of [page, file]) {
      expect(answer.headers).toMatchObject({ 'referrer-policy': 'no-referrer', 'cache-control': 'private, no-cache', 'x-content-type-options': 'nosniff', 'content-security-policy': expect.stringContaining("default-src 'none'") });
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    }
    expect((await lark.paidup.inject({ method: 'HEAD', url: path })).statusCode).toBe(200);
  });

  it('is named as the browser reached this Paidup, the same at every read, with no key in it', async () => {
    const ask = async () => (await lark.paidup.inject({ url: `/invoices?subject_id=${subject}`, headers: { 'x-api-key': lark.paidup.secretKey, host: 'billing.example.com' } })).json<Json>().invoices.map((one: Json) => one.hosted_url);
    const urls = await ask();
    expect(await ask()).toEqual(urls);
    expect(urls.every((url: string) => url.startsWith('http://billing.example.com/hosted-invoices/'))).toBe(true);
    expect(new Set(urls).size).toBe(urls.length);
    expect(urls.join()).not.toContain(lark.paidup.secretKey);
  });

  it('is good after a year and a restart, on the same store', async () => {
    const path = await link();
    const engine = await openEngine({ database: lark.paidup.engine.database, provider: sandboxProvider, clock: { now: () => at('2027-09-01T00:00:00Z') } });
    const app = await buildApp({ engine });
    const page = await app.inject({ url: path });
    await app.close();
    expect([page.statusCode, page.body.includes('Team: Seats')]).toEqual([200, true]);
  });

  it('is not there when anything of the link is another', async () => {
    const path = await link();
    const [id = '', seal = ''] = path.slice('/hosted-invoices/'.length).split('.');
    const other = new URL((await lark.ok('GET', `/invoices?subject_id=${subject}`)).invoices[0].hosted_url).pathname.split('.')[1];
    const turned = seal.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
    const ids = [id.replace(/.$/, (last) => (last === 'a' ? 'b' : 'a')), id.toUpperCase(), 'inv_', ''];
    for (const altered of [...ids.map((one) => `${one}.${seal}`), `${id}.${other}`, `${id}.${turned}`, `${id}.`, id, `${id}.${seal}.`, `${id}.${seal}x`, `${id}.${seal.slice(0, -1)}`, `${id}.%C3%A9${seal.slice(1)}`]) {
      for (const tail of ['', '/pdf']) {
        const answer = await open(`/hosted-invoices/${altered}${tail}`);
        expect([altered, tail, answer.statusCode, answer.headers['content-type'], answer.headers['referrer-policy']]).toEqual([altered, tail, 404, 'text/html; charset=utf-8', 'no-referrer']);
        expect(answer.body).not.toContain('Seats');
      }
    }
  });
});

describe('customer portal sessions of Lark', () => {
  it('lead to the portal of the subject, and back', async () => {
    const { url } = await lark.ok('POST', '/customer-portal/sessions', { subject_id: 'payer@example.com', return_url: 'https://shop.example.com/billing' });
    const page = await lark.paidup.inject({ url: new URL(url).pathname });
    expect([page.statusCode, page.headers['content-type']]).toEqual([200, expect.stringContaining('text/html')]);
    const session = await lark.paidup.inject({ method: 'POST', url: '/v1/session', payload: { link: url.split('#link=')[1] } });
    expect(session.json()).toMatchObject({ for: 'portal', customer: { external_id: 'payer@example.com' }, return_url: 'https://shop.example.com/billing' });
  });

  it.each([[{ return_url: 'nowhere' }, ['body', 'return_url']], [{ return_url: undefined }, ['body', 'return_url']], [{ subject_id: 7 }, ['body', 'subject_id']]])('are refused with %j', async (over, loc) => {
    const { status, body } = await lark.ask('POST', '/customer-portal/sessions', { subject_id: subject, return_url: 'https://shop.example.com', ...over });
    expect([status, body.detail.map((part: Json) => part.loc)]).toEqual([422, [loc]]);
  });

  it('are for subjects that are there', async () => {
    for (const name of ['nobody', `subj_${'0'.repeat(24)}`]) {
      expect(await lark.ask('POST', '/customer-portal/sessions', { subject_id: name, return_url: 'https://shop.example.com' })).toMatchObject({ status: 404, body: { detail: 'Subject not found' } });
    }
  });
});
