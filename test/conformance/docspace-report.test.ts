import { inflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { docspaceEvent } from '../../src/cli/demo/docspace-catalog.js';
import { PORTAL_ROOT, fault, startDocspace, type Json, type Portal } from '../support/docspace.js';

describe('files of DocSpace reports', () => {
  let portal: Portal;
  beforeAll(async () => {
    portal = await startDocspace();
  });
  afterAll(() => portal.paidup.stop());

  const REPORT = 'payment/customer/operationsreport';
  const download = (url: string, as = portal.key) => portal.paidup.app.inject({ method: 'GET', url: new URL(url).pathname, headers: { authorization: as } });

  it('are made at once, found again, given to the same portal, and dropped', async () => {
    const none = await portal.ask('GET', REPORT);
    const made = await portal.ask('POST', REPORT, { body: { credit: true } });
    const again = await portal.ask('GET', REPORT);
    const { resultFileUrl } = made.body.response;
    const file = await download(resultFileUrl);
    const others = await download(resultFileUrl, await portal.another('curious'));
    const dropped = await portal.ask('DELETE', REPORT);
    const gone = [await portal.ask('GET', REPORT), await download(resultFileUrl)] as const;

    expect([none.status, none.body.count, none.body.response]).toEqual([200, 0, undefined]);
    expect(made.body.response).toEqual({ id: expect.stringMatching(/^[0-9a-f]{32}$/), percentage: 100, isCompleted: true, status: 2, resultFileId: expect.any(Number), resultFileName: 'Operations.xlsx', resultFileUrl: expect.stringContaining(`http://portal.example.com${PORTAL_ROOT}/${REPORT}/`) });
    expect(resultFileUrl).not.toContain(portal.key);
    expect(again.body.response).toEqual(made.body.response);
    expect([file.statusCode, file.headers['content-type'], file.headers['content-disposition']]).toEqual([200, 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'attachment; filename="Operations.xlsx"']);
    expect(textOf(file.rawPayload)).toEqual(expect.arrayContaining(['Date', 'Credit', 'Balance top-up', 'Deposit']));
    expect(textOf(file.rawPayload)).not.toContain('Disk space');
    expect([others.statusCode, others.json()]).toEqual([404, fault(404, 'The file could not be found', 'none')]);
    expect([dropped.status, dropped.body.count]).toEqual([200, 0]);
    expect([gone[0].body.count, gone[1].statusCode]).toEqual([0, 404]);
  });

  it('are kept for an hour', async () => {
    await portal.ask('POST', REPORT);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_001 });
    const later = await portal.ask('GET', REPORT);
    vi.useRealTimers();

    expect(later.body.count).toBe(0);
  });

  it('are not made for a portal that billing does not know', async () => {
    const as = await portal.another('unknown-report', { card: null, email: null });
    expect((await portal.ask('POST', REPORT, { as, body: {} })).body).toEqual(fault(404, 'Customer could not be found', 'none'));
  });

  it('are made of usage too, which is told by service and by month', async () => {
    const as = await portal.another('reports');
    await portal.ask('POST', 'payment/deposit', { as, body: { amount: 100, currency: 'USD' } });
    await portal.ask('POST', 'payment/servicestate', { as, body: { service: 'Backup', enabled: true } });
    await portal.subscribe('reports', 'docspace_startup');
    await portal.ask('PUT', 'payment/updatewallet', { as, body: { quantity: { storage: 100 }, productQuantityType: 1 } });
    await portal.paidup.call('POST', '/v1/events', { events: ['a', 'b'].map((id) => ({ id, customer: 'reports', name: docspaceEvent('paid_backup'), timestamp: '2026-11-20T10:00:00Z' })) });
    const [usage, monthly] = [await portal.get('payment/customer/usage', as), await portal.get('payment/customer/usage/monthly', as)];
    const files: Json[] = [];
    for (const path of ['usage/report', 'usage/monthly/report']) {
      const { resultFileUrl, resultFileName } = (await portal.ask('POST', `payment/customer/${path}`, { as })).body.response;
      files.push([resultFileName, textOf((await download(resultFileUrl, as)).rawPayload).includes('Amount')]);
    }

    expect(usage).toEqual({
      collection: [
        { service: 'backup', title: 'Backup', serviceUnit: 'Backup', currency: 'USD', totalQuantity: 2, totalAmount: 20, operationCount: 1 },
        { service: 'disk-storage', title: 'Disk space', serviceUnit: 'GB', currency: 'USD', totalQuantity: 100, totalAmount: 14, operationCount: 1 },
      ],
      offset: 0, limit: 25, totalQuantity: 2, totalPage: 1, currentPage: 1,
    });
    expect(monthly).toEqual([{ year: 2026, month: 11, currency: 'USD', totalAmount: 34, operationCount: 2 }]);
    expect(files).toEqual([['Usage.xlsx', true], ['Usage by month.xlsx', true]]);
    expect(await portal.get('payment/customer/usage?endDate=2020-01-01', as)).toMatchObject({ collection: [] });
  });
});

/** The texts of a workbook: of every part that its zip directory names. */
function textOf(zip: Buffer): string[] {
  const texts: string[] = [];
  for (let at = zip.indexOf('PK\x01\x02'); at !== -1; at = zip.indexOf('PK\x01\x02', at + 4)) {
    const [size, start] = [zip.readUInt32LE(at + 20), zip.readUInt32LE(at + 42)];
    const from = start + 30 + zip.readUInt16LE(start + 26) + zip.readUInt16LE(start + 28);
    const data = zip.subarray(from, from + size);
    const xml = zip.readUInt16LE(at + 10) === 0 ? data.toString() : inflateRawSync(data).toString();
    texts.push(...[...xml.matchAll(/<t[^>]*>([^<]*)<\/t>/g)].map((match) => match[1] ?? ''));
  }
  return texts;
}
