import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createApiKey } from '../../src/service/api-key.js';
import { importLark } from '../../src/transfer/lark-import.js';
import { shadowLark } from '../../src/transfer/shadow.js';
import { isWhole, type Outcome } from '../../src/transfer/tally.js';
import { openLark, openTarget } from '../../src/transfer/target.js';
import { at } from '../support/core.js';
import { listening, type Listening } from '../support/lark-source.js';

/** What an import does when something goes wrong on the way; the source is a stand-in with answers of every kind. */

type Json = ReturnType<typeof JSON.parse>;

const NOW = '2026-03-12T09:30:00Z';
const PERIOD = { start: '2026-03-01T00:00:00Z', end: '2026-04-01T00:00:00Z', inclusive_start: true, inclusive_end: false };

let target: Listening;
beforeAll(async () => {
  target = await listening(NOW);
});
afterAll(() => target.paidup.stop());

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

/** A system in Lark's dialect with these subjects; `own` stands above the ordinary answers. `fails` says when it breaks off. */
async function standIn(subjects: Json[], own: Record<string, unknown> = {}, fails: () => boolean = () => false): Promise<string> {
  const bodies: Record<string, Json> = {
    '/subjects': { has_more: false, subjects: subjects.map(({ subscriptions: _subscriptions, ...subject }) => ({ external_id: null, name: null, email: null, metadata: {}, ...subject })) },
    '/pricing-metrics': { has_more: false, pricing_metrics: [{ id: 'pmtr_1', name: 'Calls', event_name: 'call', unit: 'call', aggregation: { aggregation_type: 'count' }, dimensions: null }] },
    '/rate-cards': { has_more: false, rate_cards: [{ id: 'rc_1', name: 'Calls', billing_interval: 'monthly', metadata: {}, fixed_rates: [], usage_based_rates: [{ id: 'ubr_1', code: 'calls', name: 'Calls', usage_based_rate_type: 'simple', included_units: 5, pricing_metric_id: 'pmtr_1', price: { price_type: 'flat', amount: { value: '0', currency_code: 'usd' } } }] }] },
    ...Object.fromEntries(subjects.map((subject) => [`/subjects/${subject.id}`, { external_id: null, name: null, email: null, metadata: {}, ...subject }])),
    ...Object.fromEntries(subjects.map(({ id, subscriptions = [] }) => [`/subscriptions?subject_id=${id}`, { has_more: false, subscriptions: subscriptions.map((each: Json) => ({ subject_id: id, rate_card_id: 'rc_1', status: 'active', cancels_at_end_of_cycle: false, current_period: PERIOD, effective_at: '2026-02-01T00:00:00Z', fixed_rate_quantities: {}, rate_price_multipliers: {}, metadata: {}, ...each })) }])),
    ...Object.fromEntries(subjects.map(({ id, subscriptions = [] }) => [`/customer-access/${id}/billing-state`, { active_subscriptions: subscriptions.map((each: Json) => ({ rate_card_id: each.rate_card_id ?? 'rc_1', subscription_id: each.id })), has_active_subscription: subscriptions.length > 0, has_overage_for_usage: false, usage_data: subscriptions.map(() => ({ included_units: 5, pricing_metric_id: 'pmtr_1', rate_name: 'Calls', used_units: '2' })) }])),
    '/pricing-metrics/pmtr_1/summary': [{ id: 'pmtr_sum_1', dimension_coordinates: null, period: PERIOD, pricing_metric_id: 'pmtr_1', value: '2' }],
    ...own,
  };
  for (const { id } of [...bodies['/rate-cards'].rate_cards, ...bodies['/pricing-metrics'].pricing_metrics]) bodies[`/${id.startsWith('rc_') ? 'rate-cards' : 'pricing-metrics'}/${id}`] = [...bodies['/rate-cards'].rate_cards, ...bodies['/pricing-metrics'].pricing_metrics].find((one: Json) => one.id === id);
  const server = createServer((request, response) => {
    if (fails()) return void request.socket.destroy();
    const path = (request.url ?? '').replace(/[?&]limit=\d+&offset=\d+$/, '');
    let text = '';
    request.on('data', (bytes: Buffer) => (text += bytes.toString()));
    request.on('end', () => {
      const found = bodies[decodeURIComponent(path)];
      const body = typeof found === 'function' ? found(text === '' ? null : JSON.parse(text)) : found;
      response.writeHead(body === undefined ? 404 : (body.status ?? 200), { 'content-type': 'application/json' }).end(JSON.stringify(body ?? { detail: 'Not Found' }));
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const WAITS = [1, 1];
const run = (url: string, over: { key?: string; zone?: string; subjects?: string[] } = {}): Promise<Outcome> =>
  importLark({
    source: openLark({ url, key: 'source-key-0123', waitsMs: WAITS }),
    target: openTarget({ url: target.url, key: over.key ?? target.paidup.secretKey, waitsMs: WAITS }),
    subjects: over.subjects, isDry: false, zone: over.zone ?? 'UTC', onProgress: () => undefined,
  });
const lost = ({ left }: Outcome): string[] => left.filter(({ weight }) => weight === 'lost').map(({ kind, source, field, reason }) => `${kind} ${source} ${field ?? '*'}: ${reason}`);
const going = (id: string, over: object = {}) => ({ id: `subj_${id}`, external_id: id, subscriptions: [{ id: `sub_${id}`, ...over }] });

describe('an import', () => {
  test('stops where the source goes down, says how far it came, and goes on from there', async () => {
    const subjects = Array.from({ length: 12 }, (_, index) => going(`down-${index}`));
    let asked = 0;
    const stopped = await run(await standIn(subjects, {}, () => (asked += 1) > 40));
    const { url } = { url: await standIn(subjects) };
    const after = await run(url);
    const again = await run(url);

    expect(stopped.stopped).toMatch(/^stopped after [1-9]\d? of 12: /);
    expect([isWhole(stopped), isWhole(after), isWhole(again)]).toEqual([false, true, true]);
    const made = stopped.made.filter(({ kind }) => kind === 'customer').length;
    expect(made).toBeGreaterThan(0);
    expect(after.found.customer).toBe(made);
    expect(again.made).toEqual([]);
    for (const { external_id: name } of subjects) expect((await target.lark('GET', `/customer-access/${name}/billing-state`)).usage_data[0].used_units).toBe('2');
  });

  test('asks again what breaks off once', async () => {
    let asked = 0;
    const outcome = await run(await standIn([going('shaky')], {}, () => (asked += 1) % 2 === 0));
    expect({ left: outcome.left, stopped: outcome.stopped }).toEqual({ left: [], stopped: null });
  });

  test('stops with the first refusal of a key that may not write', async () => {
    const { key } = await createApiKey(target.paidup.engine, { kind: 'secret', name: 'narrow', scopes: ['catalog:read', 'catalog:write', 'customers:read'] });
    const outcome = await run(await standIn([going('narrow')]), { key });
    expect(outcome.stopped).toMatch(/^stopped after 0 of 1: Paidup says 403/);
    expect(outcome.stopped).not.toContain(key);
  });

  test('lists what Paidup refuses by thing and field, and carries everything else', async () => {
    await target.paidup.call('POST', '/v1/customers', { external_id: 'gone' });
    await target.paidup.call('DELETE', '/v1/customers/gone');
    const outcome = await run(await standIn([going('gone'), { ...going('odd-mail'), email: 'nobody at home' }, { id: 'subj_x', external_id: 'x'.repeat(300) }, going('fine')]));

    expect(lost(outcome).sort()).toEqual([
      expect.stringMatching(/^customer gone \*: .*gone/),
      expect.stringMatching(/^customer odd-mail email: .*\/email is not an e-mail address/),
      expect.stringMatching(/^customer odd-mail subject\.email: "nobody at home" at the source, null in Paidup/),
      expect.stringMatching(/^customer x{300} \*: /),
    ]);
    expect(outcome.made.filter(({ kind }) => kind === 'subscription').map(({ source }) => source)).toEqual(['odd-mail, sub_odd-mail', 'fine, sub_fine']);
  });

  test('carries no card by a metric that it cannot count, nor its subscriptions, and lists timelines', async () => {
    const outcome = await run(await standIn([going('custom', { rate_card_id: 'rc_2' })], {
      '/pricing-metrics': { has_more: false, pricing_metrics: [{ id: 'pmtr_2', name: 'Clever', event_name: 'call', unit: '', aggregation: { aggregation_type: 'custom', custom_expression: '1' }, dimensions: null }] },
      '/rate-cards': { has_more: false, rate_cards: [{ id: 'rc_2', name: 'Clever', billing_interval: 'monthly', metadata: {}, fixed_rates: [], usage_based_rates: [{ code: 'calls', name: 'Calls', pricing_metric_id: 'pmtr_2' }] }] },
      '/subscription-timelines': { has_more: false, subscription_timelines: [{ id: 'st_1', subject_id: 'subj_custom', subscription_id: null, status: 'draft' }, { id: 'st_2', subject_id: 'subj_custom', status: 'completed' }] },
    }));
    expect(lost(outcome)).toEqual([
      'meter Clever aggregation: "custom" is not counted by Paidup',
      'plan Clever *: its rate "calls" counts by a pricing metric that was not carried',
      expect.stringMatching(/^timeline st_1 \*: a draft of subj_custom/),
      'subscription custom, sub_custom *: its rate card was not carried',
      expect.stringMatching(/^customer custom subscriptions\[Clever, 2026-02-01T00:00:00Z\]: "active" at the source, null in Paidup/),
      expect.stringMatching(/^customer custom billing_state\.has_active_subscription: true at the source, false/),
      expect.stringMatching(/^customer custom billing_state\.active_subscriptions: 1 at the source, 0/),
    ]);
  });

  test('takes a zone that gives the period under way where the one given does not, and says when there is none', async () => {
    const zoned = going('zoned', { effective_at: '2026-02-27T23:00:00Z', current_period: { start: '2026-03-27T23:00:00Z', end: '2026-04-27T22:00:00Z' } });
    const short = going('short', { effective_at: '2026-02-01T00:00:00Z', current_period: { start: '2026-03-25T00:00:00Z', end: '2026-04-05T00:00:00Z' } });
    const own = { '/pricing-metrics/pmtr_1/summary': [] };
    target.paidup.clock.set(at('2026-04-01T00:00:00Z'));
    const outcome = await run(await standIn([zoned, short], own));
    const [made] = (await target.lark('GET', '/subscriptions?subject_id=zoned')).subscriptions;
    target.paidup.clock.set(at(NOW));
    expect(outcome.left.filter(({ source, weight }) => source === 'zoned' && weight === 'past').map(({ reason }) => reason)).toEqual(['its months are counted in Europe/Berlin: in UTC no day gives the period under way']);
    const wrong = lost(outcome).filter((line) => line.includes('current_period'));
    expect(wrong).toEqual([expect.stringMatching(/^subscription short, sub_short current_period: nothing counted in UTC gives/), expect.stringMatching(/^customer short .*current_period\.start: "2026-03-25T00:00:00Z" at the source/)]);
    expect(made.current_period).toMatchObject({ start: '2026-03-27T23:00:00Z', end: '2026-04-27T22:00:00Z' });
  });

  test('carries usage as one figure where the source counts its days from midnight and the period does not', async () => {
    const summaries = ({ period_granularity: granularity }: Json): Json =>
      granularity === null ? [{ period: { start: '2026-03-01T06:00:00Z', end: '2026-04-01T06:00:00Z' }, value: '2' }] : [{ period: { start: '2026-03-02T00:00:00Z', end: '2026-03-03T00:00:00Z' }, value: '2' }];
    const subject = going('midnight', { effective_at: '2026-02-01T06:00:00Z', current_period: { start: '2026-03-01T06:00:00Z', end: '2026-04-01T06:00:00Z' } });
    const url = await standIn([subject], { '/pricing-metrics/pmtr_1/summary': summaries });
    expect(lost(await run(url))).toEqual([]);
    expect((await run(url)).made).toEqual([]);
    expect((await target.paidup.call('GET', '/v1/customers/midnight/events')).body.data).toMatchObject([{ timestamp: '2026-03-01T06:00:00Z', occurrences: '2' }]);
  });

  test('carries those who are named, and says who is not there', async () => {
    const outcome = await run(await standIn([going('named'), going('unnamed')]), { subjects: ['subj_named', 'nobody', 'subj_named'] });
    expect(lost(outcome)).toEqual(['customer nobody *: Not Found']);
    expect(outcome.made.filter(({ kind }) => kind === 'customer').map(({ source }) => source)).toEqual(['named']);
  });
});

describe('shadow', () => {
  const compare = (url: string, subjects?: string[]) => shadowLark({ source: openLark({ url, key: 'k', waitsMs: [] }), paidup: openLark({ url: target.url, key: target.paidup.secretKey, waitsMs: [] }), subjects, onProgress: () => undefined });

  test('names what could not be read, on which side and why, and compares the rest', async () => {
    await run(await standIn([going('half')]));
    const found = await compare(await standIn([going('half')], { '/subscriptions?subject_id=subj_half': { status: 403, detail: 'Not enough permissions' } }), ['subj_half', 'nobody']);
    expect(found.stopped).toBeNull();
    expect(found.differences).toEqual([]);
    expect(found.unread).toContainEqual({ subject: 'subj_half', side: 'source', part: 'subscriptions', status: 403, message: 'Not enough permissions' });
    expect(found.unread.filter(({ subject, side }) => subject === 'nobody' && side === 'source').map(({ part, status }) => [part, status])).toEqual([['subject', 404], ['subscriptions', 404], ['billing state', 404]]);
  });

  test('ends when a side does not answer any more', async () => {
    const found = await compare(await standIn([going('half')], {}, () => true), ['half']);
    expect(found).toMatchObject({ subjects: 0, differences: [], stopped: expect.stringMatching(/\S/) });
  });
});
