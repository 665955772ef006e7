import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { docspaceCode, docspaceEvent, docspacePlans } from '../../src/cli/demo/docspace-catalog.js';
import { STORES } from '../support/app.js';
import { DENIED, DOCSPACE_NOW, fault, faultsOf, startDocspace, type Answer, type Json, type Portal } from '../support/docspace.js';

describe.each(STORES)('which services a DocSpace portal has switched on, on the %s store', (store) => {
  let portal: Portal;
  beforeAll(async () => {
    portal = await startDocspace({ store });
    const backup = docspacePlans()[docspaceCode('backup_service')];
    for (const [code, id] of [['ai', '-13'], ['ai_search', '-18']] as const) await portal.paidup.call('PUT', `/v1/plans/${code}`, { ...backup, name: code, metadata: { 'docspace.quota_id': id } });
  });
  afterAll(() => portal.paidup.stop());

  const turn = (as: string, service: unknown, enabled: boolean): Promise<Answer> => portal.ask('POST', 'payment/servicestate', { as, body: { service, enabled } });
  const enabled = async (as: string): Promise<Json> => (await portal.get('payment/servicessettings', as)).enabledServices;

  it('none at first; then those that were, by number; none again', async () => {
    const as = await portal.another('switches');
    expect(await portal.get('payment/servicessettings', as)).toEqual({ lastModified: DOCSPACE_NOW });

    expect((await turn(as, 'backup', true)).body.response).toEqual({ enabledServices: [-12], lastModified: DOCSPACE_NOW });
    expect((await turn(as, -11, true)).body.response.enabledServices).toEqual([-11, -12]);
    expect((await turn(as, '-12', true)).body.response.enabledServices).toEqual([-11, -12]);
    await turn(as, 'Storage', false);
    expect((await turn(as, 'Backup', false)).body.response).toEqual({ lastModified: DOCSPACE_NOW });
    expect(await enabled(as)).toBeUndefined();
  });

  it('subscribes to what is paid by use, and ends it at once', async () => {
    const as = await portal.another('uses');
    await portal.ask('POST', 'payment/deposit', { as, body: { amount: 50, currency: 'USD' } });
    await turn(as, 'Backup', true);
    await turn(as, 'Backup', true);
    await portal.paidup.call('POST', '/v1/events', { events: [{ id: 'paid', customer: 'uses', name: docspaceEvent('paid_backup'), timestamp: DOCSPACE_NOW }] });
    const active = await portal.get('payment/activeservices', as);
    const quota = await portal.get('payment/quota', as);
    portal.paidup.clock.advance(1000);
    await turn(as, 'Backup', false);
    const after = [await portal.get('payment/activeservices', as), (await portal.get('payment/customer/balance', as)).subAccounts, (await portal.get('payment/customer/operations', as)).collection[0]];
    portal.paidup.clock.advance(-1000);

    expect(active).toEqual([{ service: 'backup', serviceUnit: 'Backup', subscription: false, title: 'Additional backup', used: 1 }]);
    expect(quota.features).toContainEqual(expect.objectContaining({ id: 'backup', value: true }));
    expect(after).toEqual([[], [{ currency: 'USD', amount: 40 }], expect.objectContaining({ description: 'Backup', debit: 10, quantity: 1 })]);
  });

  it('tells how much was bought of what is bought by quantity', async () => {
    expect(await portal.get('payment/activeservices')).toEqual([{ service: 'disk-storage', serviceUnit: 'GB', subscription: true, title: 'Additional disk storage', limit: 100 }]);
  });

  it('has AI search only with AI tools', async () => {
    const as = await portal.another('searches');
    const early = await turn(as, 'AISearch', true);
    await turn(as, 'aitools', true);
    await turn(as, 'AISearch', true);
    const both = await enabled(as);
    await turn(as, 'AITools', false);

    expect(early.body).toEqual(fault(400, 'AI tools are not enabled', 'argument'));
    expect([both, await enabled(as), await portal.get('payment/activeservices', as)]).toEqual([[-13, -18], undefined, []]);
  });

  it('is for the payer who is an administrator, and for what is sold', async () => {
    for (const scopes of [['docspace:payer'], ['docspace:admin']]) expect((await turn(await portal.paidup.customerKey(portal.id, scopes), 'Backup', true)).body).toEqual(DENIED);
    expect((await turn(await portal.paidup.customerKey(portal.id, ['docspace:payer', 'docspace:admin']), 'Backup', false)).status).toBe(200);
    expect((await turn(portal.key, 'DocsCloud', true)).body).toEqual(fault(404, 'Service could not be found', 'none'));
    expect((await turn(await portal.another('nobody-here', { card: null, email: null }), 'Backup', true)).body).toEqual(fault(404, 'Customer could not be found', 'none'));
    expect(faultsOf(await turn(portal.key, 'Coffee', true)).status).toBe(400);
    expect(faultsOf(await portal.ask('POST', 'payment/servicestate', { body: { enabled: true } })).errors).toHaveProperty(['$.service']);
  });
});
