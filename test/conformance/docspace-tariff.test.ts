import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { instant } from '../../src/core/instant.js';
import { tariffStanding } from '../../src/http/surfaces/docspace/tariff.js';
import { STORES } from '../support/app.js';
import { at } from '../support/core.js';
import { DENIED, DOCSPACE_NOW, startDocspace, type Json, type Portal } from '../support/docspace.js';

const DAY_MS = 86_400_000;
const NONE = '0001-01-01T00:00:00.0000000Z';
const [TRIAL, PAID, DELAY, NOT_PAID] = [0, 1, 2, 3];

describe('the state of a tariff', () => {
  const dueAt = at('2026-12-14T08:30:00Z');
  const on = (text: string, over: { isTrial?: boolean; graceDays?: number } = {}) => tariffStanding({ isTrial: false, graceDays: 10, dueAt, at: at(text), ...over });

  it.each([
    ['the day before', '2026-12-13T23:59:59Z', PAID],
    ['the due day', '2026-12-14T08:30:00Z', PAID],
    ['the last moment of the due day', '2026-12-14T23:59:59.999Z', PAID],
    ['the day after', '2026-12-15T00:00:00Z', DELAY],
    ['the last day of grace', '2026-12-24T23:59:59.999Z', DELAY],
    ['the day after the grace', '2026-12-25T00:00:00Z', NOT_PAID],
  ])('is told in whole days of UTC: on %s', (_day, now, state) => {
    expect(on(now).state).toBe(state);
  });

  it('is not paid on the day after when there is no grace', () => {
    expect(on('2026-12-14T20:00:00Z', { graceDays: 0 }).state).toBe(PAID);
    expect(on('2026-12-15T00:00:00Z', { graceDays: 0 }).state).toBe(NOT_PAID);
  });

  it('has no grace for a trial', () => {
    expect(on('2026-12-14T20:00:00Z', { isTrial: true }).state).toBe(TRIAL);
    expect(on('2026-12-15T00:00:00Z', { isTrial: true }).state).toBe(NOT_PAID);
  });

  it('tells the end of the grace only while it runs', () => {
    expect(on('2026-12-14T20:00:00Z').delayDueAt).toBeNull();
    expect(on('2026-12-20T20:00:00Z').delayDueAt).toBe(at('2026-12-24T00:00:00Z'));
    expect(on('2026-12-25T20:00:00Z').delayDueAt).toBeNull();
  });
});

describe.each(STORES)('the tariff on the %s store', (store) => {
  let portal: Portal;
  beforeAll(async () => {
    portal = await startDocspace({ store });
  });
  afterAll(() => portal.paidup.stop());

  it('is that of the contract\'s example', async () => {
    const { body: state } = await portal.paidup.call('GET', `/v1/customers/${portal.id}/state`);
    const [plan, storage] = ['docspace_business', 'docspace_storage'].map((code) => state.subscriptions.find((one: Json) => one.plan.code === code).current_period.end);

    expect((await portal.ask('GET', 'tariff')).body).toEqual({
      response: {
        openSource: false, enterprise: false, developer: false,
        id: state.customer.account_number,
        state: PAID,
        dueDate: plan.replace('Z', '.0000000Z'),
        delayDueDate: NONE,
        licenseDate: NONE,
        customerId: 'owner@example.com',
        quotas: [{ id: -9, quantity: 10, wallet: false }, { id: -11, quantity: 100, wallet: true, dueDate: storage.replace('Z', ''), state: 0 }],
      },
      count: 1,
      links: [{ href: 'http://portal.example.com/api/2.0/portal/tariff', action: 'GET' }],
      status: 0,
      statusCode: 200,
    });
  });

  it('runs from paid over grace to not paid when an invoice stays open, and back when it is paid', async () => {
    const key = await portal.another('late', { card: null, metadata: { 'docspace.grace_days': '3' } });
    await portal.subscribe('late', 'docspace_business');
    await portal.payAll('late');
    const due = at('2026-12-20T10:00:00Z');
    const seen: Json[] = [];
    for (const days of [0, 1, 3, 4]) {
      portal.paidup.clock.set(instant(due + days * DAY_MS));
      const { state, dueDate, delayDueDate } = await portal.get('tariff', key);
      seen.push([days, state, dueDate, delayDueDate]);
    }
    expect((await portal.ask('GET', 'quota', { as: key })).status).toBe(402);
    // Booked by a command, the claim is an issued invoice; before, it was due and not written down.
    await portal.paidup.call('POST', `/v1/customers/late/subscriptions`, { plan: 'docspace_backup_service' });
    const booked = await portal.get('tariff', key);
    await portal.payAll('late');
    const paid = await portal.get('tariff', key);
    portal.paidup.clock.set(at(DOCSPACE_NOW));

    const dueDate = '2026-12-20T10:00:00.0000000Z';
    expect(seen).toEqual([[0, PAID, dueDate, NONE], [1, DELAY, dueDate, '2026-12-23T00:00:00.0000000Z'], [3, DELAY, dueDate, '2026-12-23T00:00:00.0000000Z'], [4, NOT_PAID, dueDate, NONE]]);
    expect([booked.state, booked.dueDate]).toEqual([NOT_PAID, dueDate]);
    expect([paid.state, paid.dueDate]).toEqual([PAID, '2027-01-20T10:00:00.0000000Z']);
  });
});

describe('what a tariff is made of', () => {
  let portal: Portal;
  beforeAll(async () => {
    portal = await startDocspace();
  });
  afterAll(() => portal.paidup.stop());

  it('is a trial until the trial ends, a plan that costs nothing for ever, and unpaid without any plan', async () => {
    const tries = await portal.another('tries');
    await portal.subscribe('tries', 'docspace_business', { trial_days: 30 });
    const free = await portal.another('free');
    await portal.subscribe('free', 'docspace_startup');
    const none = await portal.another('none');

    expect(await portal.get('tariff', tries)).toMatchObject({ state: TRIAL, dueDate: '2026-12-20T10:00:00.0000000Z' });
    expect(await portal.get('tariff', free)).toMatchObject({ state: PAID, dueDate: NONE, quotas: [{ id: -3, quantity: 1, wallet: false }] });
    expect(await portal.get('tariff', none)).toMatchObject({ state: NOT_PAID, dueDate: NONE, quotas: [] });
  });

  it('gives no grace to a trial that ended without being taken up', async () => {
    await portal.paidup.call('PUT', '/v1/plans/needs_card', { currency: 'USD', interval: { unit: 'month', count: 1 }, trial_days: 5, trial_requires_payment_method: true, prices: [{ code: 'admin', type: 'fixed', amount: '5', per_seat: true }] });
    const key = await portal.another('cardless', { card: null, metadata: { 'docspace.grace_days': '30' } });
    await portal.subscribe('cardless', 'needs_card');
    portal.paidup.clock.set(at('2026-11-26T10:00:00Z'));
    const after = await portal.get('tariff', key);
    portal.paidup.clock.set(at(DOCSPACE_NOW));

    expect(after).toMatchObject({ state: NOT_PAID, dueDate: '2026-11-25T10:00:00.0000000Z' });
  });

  it('gives grace to a plan that was canceled, from its end', async () => {
    const key = await portal.another('leaves', { metadata: { 'docspace.grace_days': '5' } });
    const { id } = await portal.subscribe('leaves', 'docspace_business');
    await portal.payAll('leaves');
    await portal.paidup.call('POST', `/v1/subscriptions/${id}/cancel`, { at_period_end: true });
    const before = await portal.get('tariff', key);
    portal.paidup.clock.set(at('2026-12-22T10:00:00Z'));
    const after = await portal.get('tariff', key);
    portal.paidup.clock.set(at(DOCSPACE_NOW));

    expect(before).toMatchObject({ state: PAID, quotas: [{ id: -9, quantity: 1, wallet: false, nextQuantity: 0 }] });
    expect(after).toMatchObject({ state: DELAY, dueDate: '2026-12-20T10:00:00.0000000Z', delayDueDate: '2026-12-25T00:00:00.0000000Z', quotas: [] });
  });

  it('is told in the portal\'s own zone', async () => {
    const key = await portal.another('madrid', { timezone: 'Europe/Madrid' });
    await portal.subscribe('madrid', 'docspace_business');
    await portal.payAll('madrid');

    expect(await portal.get('tariff', key)).toMatchObject({ dueDate: '2026-12-20T11:00:00.0000000+01:00', licenseDate: NONE });
  });

  it('shows who is no administrator the state alone', async () => {
    for (const scope of ['docspace:user', 'docspace:guest', 'docspace:payer']) {
      expect(await portal.get('tariff?refresh=true', await portal.paidup.customerKey(portal.id, [scope]))).toEqual({ id: 0, state: PAID });
    }
    expect(await portal.get('tariff', await portal.paidup.customerKey(portal.id, ['docspace:admin']))).toHaveProperty('quotas');
  });

  it('tells what comes next of plan and add-on, changes scheduled included', async () => {
    const key = await portal.another('grows');
    const { id } = await portal.subscribe('grows', 'docspace_business', { quantities: { admin: '3' } });
    await portal.paidup.call('POST', '/v1/customers/grows/credits', { amount: '14.00', reason: 'storage' });
    const storage = await portal.subscribe('grows', 'docspace_storage', { quantities: { storage: '100' } });
    await portal.subscribe('grows', 'docspace_backup_service');
    await portal.payAll('grows');
    await portal.paidup.call('POST', `/v1/subscriptions/${id}/change`, { quantities: { admin: '4' }, when: 'period_end' });
    const dueDate = '2026-12-20T10:00:00.0000000Z';

    expect(await portal.get('tariff/upcoming', key)).toEqual([
      { id: -9, name: 'admin', title: 'Business', unitOfMeasure: 'admins', quantity: 4, wallet: false, dueDate, amount: 80, currency: 'USD' },
      { id: -11, name: 'storage', title: 'Additional disk storage', unitOfMeasure: 'GB', quantity: 100, wallet: true, dueDate, amount: 14, currency: 'USD' },
    ]);
    expect((await portal.get('tariff', key)).quotas[0]).toEqual({ id: -9, quantity: 3, wallet: false, nextQuantity: 4 });
    await portal.paidup.call('POST', `/v1/subscriptions/${storage.id}/cancel`, { at_period_end: true });
    expect((await portal.get('tariff/upcoming', key)).map((one: Json) => one.id)).toEqual([-9]);
    expect((await portal.ask('GET', 'tariff/upcoming?refresh=maybe', { as: key })).status).toBe(400);
  });

  it('gives the figures of the vendor\'s own example: ten seats, then storage with them', async () => {
    const key = await portal.another('ten');
    await portal.subscribe('ten', 'docspace_business', { quantities: { admin: '10' } });
    await portal.payAll('ten');
    const before = await portal.get('quota', key);
    await portal.paidup.call('POST', '/v1/customers/ten/credits', { amount: '14.00', reason: 'storage' });
    await portal.subscribe('ten', 'docspace_storage', { quantities: { storage: '100' } });
    const after = await portal.get('quota', key);

    expect(before).toMatchObject({ name: 'admin', price: 200, maxTotalSize: 2684354560000, countRoomAdmin: 10, maxFileSize: 1073741824, countFreeBackup: 2, countUser: -1, countRoom: -1, free: false, trial: false, audit: true, branding: false, wallet: false });
    expect(before).not.toHaveProperty('priceCurrencySymbol');
    expect(after).toMatchObject({ price: 200, maxTotalSize: 2791728742400, countRoomAdmin: 10, maxFileSize: 1073741824, countFreeBackup: 2 });
    expect(after.features.split(',')).toContain('total_size:2791728742400');
  });

  it('gives those of a plan that costs nothing', async () => {
    const key = await portal.another('startup');
    await portal.subscribe('startup', 'docspace_startup');

    expect(await portal.get('quota', key)).toMatchObject({ name: 'startup', price: 0, maxTotalSize: 2147483648, countRoomAdmin: 3, countRoom: 12, free: true, visible: false });
  });

  it('finds the cheapest plan with room, and none when nothing has', async () => {
    const key = await portal.another('fills');
    await portal.subscribe('fills', 'docspace_startup');
    const first = await portal.get('quota/right', key);
    await portal.paidup.call('POST', '/v1/events', { events: [{ id: 's', customer: 'fills', name: 'docspace.total_size', properties: { value: 268435456000 } }] });
    const answer = await portal.ask('GET', 'quota/right', { as: key });

    expect(first).toMatchObject({ name: 'admin', price: 20, priceCurrencySymbol: '$', priceISOCurrencySymbol: 'USD', year: false, maxTotalSize: 268435456000 });
    expect(answer.body).toMatchObject({ count: 0, status: 0 });
    expect(answer.body).not.toHaveProperty('response');
    expect(await portal.get('usedspace', key)).toBe(250);
    expect(await portal.get('usedspace')).toBe(13.73);
  });

  it('refuses a portal that has not paid, unless the client says that it does not mind', async () => {
    const key = await portal.another('owes', { card: null });
    await portal.subscribe('owes', 'docspace_business');
    portal.paidup.clock.set(at('2026-11-21T00:00:00Z'));
    const statuses: Json[] = [];
    for (const path of ['quota', 'quota/right', 'usedspace', 'tariff', 'tariff/upcoming', 'payment/quota', 'payment/customerinfo']) {
      const answer = await portal.ask('GET', path, { as: key });
      statuses.push([path, answer.status, answer.status === 402 ? answer.body : 'answered']);
    }
    const unminded = await portal.ask('GET', 'quota', { as: key, headers: { 'Payment-Info': 'false' } });
    portal.paidup.clock.set(at(DOCSPACE_NOW));

    expect(statuses).toEqual([
      ['quota', 402, null], ['quota/right', 402, null], ['usedspace', 402, null], ['tariff', 200, 'answered'], ['tariff/upcoming', 200, 'answered'], ['payment/quota', 200, 'answered'], ['payment/customerinfo', 200, 'answered'],
    ]);
    expect(unminded.status).toBe(200);
  });

  it('shows its neighbours to administrators alone', async () => {
    for (const scope of ['docspace:user', 'docspace:guest', 'docspace:payer']) {
      const as = await portal.paidup.customerKey(portal.id, [scope]);
      for (const path of ['quota', 'quota/right', 'usedspace', 'tariff/upcoming']) {
        const answer = await portal.ask('GET', path, { as });
        expect([scope, path, answer.status, answer.body]).toEqual([scope, path, 403, DENIED]);
      }
    }
  });
});
