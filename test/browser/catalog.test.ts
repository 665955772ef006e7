import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createClient, type Client } from '@paidup/sdk';
import { openPage, signIn, startBrowser, type DemoEngine, type WatchedPage } from '../support/browser.js';
import { startDemoCopy } from '../support/demo-store.js';
import { settled } from '../support/pages.js';

let engine: DemoEngine;
let browser: Browser;
let client: Client;
let watched: WatchedPage;
let page: Page;

beforeAll(async () => {
  [engine, browser] = await Promise.all([startDemoCopy(), startBrowser()]);
  client = createClient({ url: engine.url, key: engine.demo.secret_key });
  watched = await openPage(browser);
  ({ page } = watched);
  await signIn(page, engine);
});

beforeEach(() => watched.faults());

afterAll(async () => {
  await browser?.close();
  await engine?.stop();
});

async function open(path: string): Promise<void> {
  await page.goto(engine.url + path);
  await settled(page);
}

/** The card of one price in the editor. */
function priceCard(name: string) {
  return page.getByRole('region', { name });
}

/** The amounts that a table tells, by quantity, as they are read. */
async function amountsIn(caption: string): Promise<Record<string, string>> {
  const rows = await page.getByRole('table', { name: caption }).locator('tbody tr').all();
  return Object.fromEntries(await Promise.all(rows.map(async (row) => [await row.locator('th').textContent(), await row.locator('td').textContent()] as const)));
}

const TIERED = {
  name: 'Tiered',
  currency: 'EUR',
  interval: { unit: 'month', count: 1 },
  prices: [
    { code: 'base', type: 'fixed', amount: '19.00' },
    { code: 'minutes', name: 'Minutes', type: 'usage', meter: 'diga_minutes', included: '200', model: { type: 'graduated', tiers: [{ up_to: '1000', unit_amount: '0.05' }, { up_to: null, unit_amount: '0.02' }] } },
  ],
} as const;

describe('a plan in the editor', () => {
  it('is made with tiers, shows what quantities would cost as it is typed, and its curve when it is saved', async () => {
    await open('/dashboard/new-plan');
    const save = page.getByRole('button', { name: 'Save the plan' });
    expect(await save.getAttribute('aria-disabled')).toBe('true');
    await page.getByLabel('Name', { exact: true }).fill('By hand');
    await page.getByLabel('Code', { exact: true }).fill('by_hand');
    await priceCard('Fixed price: base').getByLabel('Amount a month').fill('12.50');
    await page.getByRole('button', { name: 'Usage price' }).click();
    const usage = priceCard('Usage price: usage');
    await usage.getByLabel('Counted by').selectOption('diga_minutes');
    await usage.getByLabel('Included units').fill('100');
    await usage.getByLabel('Model').selectOption('volume');
    const [first, last] = [usage.getByRole('group', { name: 'Tier 1' }), usage.getByRole('group', { name: 'Tier 2' })];
    await first.getByLabel('Each').fill('0.10');
    await last.getByLabel('Each').fill('0.04');

    const priced = { currency: 'EUR', price: { included: '100', model: { type: 'volume', tiers: [{ up_to: '1000', unit_amount: '0.10' }, { up_to: null, unit_amount: '0.04' }] } } } as const;
    await expect.poll(async () => Object.keys(await amountsIn('Example amounts of usage')).length).toBeGreaterThan(3);
    for (const [quantity, amount] of Object.entries(await amountsIn('Example amounts of usage'))) {
      const answer = await client.calculateAmount({ ...priced, quantity: quantity.replaceAll(/[^\d.]/g, '') });
      expect(amount.replaceAll(/[€,]/g, '')).toBe(answer.amount);
    }
    await save.click();

    await page.getByRole('heading', { level: 1, name: 'By hand' }).waitFor();
    await page.getByRole('figure', { name: 'What quantities cost: usage' }).locator('svg').waitFor();
    await page.getByLabel('What so many minutes cost').fill('2,100');
    await page.getByText('€80.00', { exact: true }).first().waitFor();
    await page.waitForURL(/quantity=2/);
    expect((await client.getPlan('by_hand')).prices).toMatchObject([{ code: 'base', amount: '12.50' }, { code: 'usage', included: '100', model: priced.price.model }]);
    expect(watched.faults()).toEqual([]);
  });

  it('says at its field what the engine does not take, and takes it when that is put right', async () => {
    await client.putPlan('faulty', { ...TIERED, name: 'Faulty' });
    await open('/dashboard/plans/faulty/edit');
    const amount = priceCard('Fixed price: base').getByLabel('Amount a month');
    await amount.fill('-3');
    await page.getByLabel('Currency').fill('XXQ');
    await page.getByRole('button', { name: 'Save as a new version' }).click();

    await page.getByRole('alert').waitFor();
    expect(await amount.getAttribute('aria-invalid')).toBe('true');
    expect(await page.getByLabel('Currency').getAttribute('aria-invalid')).toBe('true');
    const described = (await amount.getAttribute('aria-describedby')) ?? '';
    expect(await page.locator(`[id="${described}"]`).textContent()).toBe('must not be negative');
    expect((await client.getPlan('faulty')).version).toBe(1);

    await amount.fill('3');
    await page.getByLabel('Currency').fill('EUR');
    await page.getByRole('button', { name: 'Save as a new version' }).click();
    await page.getByRole('heading', { level: 1, name: 'Faulty' }).waitFor();
    expect(await client.getPlan('faulty')).toMatchObject({ version: 2, prices: [{ amount: '3' }, { model: TIERED.prices[1].model }] });
  });

  it('grants, carries units over and is billed as it is chosen', async () => {
    await client.putFeature('places', { name: 'Places', type: 'limit' });
    await client.putFeature('sign_on', { name: 'Sign-on', type: 'flag' });
    await client.putPlan('granting', { ...TIERED, name: 'Granting', features: [{ feature: 'places', limit: '3' }] });
    await open('/dashboard/plans/granting/edit');
    await priceCard('Fixed price: base').getByText('Per seat').click();
    const places = page.getByRole('group', { name: 'Grant of Places' });
    await places.getByLabel('Limit').fill('many');
    await places.getByLabel('Counts').selectOption('base');
    await page.getByRole('button', { name: 'Feature' }).click();
    await page.getByRole('group', { name: 'A new grant' }).getByLabel('Feature').selectOption('sign_on');
    const usage = priceCard('Usage price: Minutes');
    await usage.getByLabel('Units that are left').selectOption('multiple');
    await usage.getByLabel('Times what is included').fill('2');
    await page.getByLabel('Invoices').selectOption('charge');
    await page.getByText('Customers take it by themselves').click();
    await page.getByLabel('Family').fill('granting');
    await page.getByRole('button', { name: 'Save as a new version' }).click();

    await page.getByRole('alert').waitFor();
    expect(await places.getByLabel('Limit').getAttribute('aria-invalid')).toBe('true');
    await places.getByLabel('Limit').fill('5');
    await page.getByRole('button', { name: 'Save as a new version' }).click();

    await page.getByRole('heading', { level: 1, name: 'Granting' }).waitFor();
    expect(await client.getPlan('granting')).toMatchObject({
      version: 2, collection: 'charge', self_service: true, family: 'granting',
      features: [{ feature: 'places', limit: '5', per_quantity_of: 'base' }, { feature: 'sign_on', granted: true }],
      prices: [{ per_seat: true }, { rollover: { cap: { multiple: '2' } } }],
    });
  });

  it('asks before what was typed is lost', async () => {
    await client.putPlan('left', { ...TIERED, name: 'Left' });
    await open('/dashboard/plans/left/edit');
    await page.getByLabel('Name', { exact: true }).fill('Half typed');

    await page.getByRole('link', { name: 'Meters' }).click();
    await page.getByRole('button', { name: 'Go on editing' }).click();
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Half typed');
    await page.getByRole('link', { name: 'Meters' }).click();
    await page.getByRole('button', { name: 'Leave' }).click();

    await page.getByRole('heading', { level: 1, name: 'Meters' }).waitFor();
    expect((await client.getPlan('left')).name).toBe('Left');
  });
});

describe('one plan', () => {
  it('has its curve from the calculator, with what the address asks about', async () => {
    await client.putPlan('tiered', TIERED);
    await open('/dashboard/plans/tiered?price=minutes&quantity=1500');

    const amounts = await amountsIn('What quantities cost: Minutes');
    expect(Object.keys(amounts).length).toBeGreaterThan(15);
    const { price } = { price: { included: '200', model: TIERED.prices[1].model } };
    for (const [quantity, amount] of Object.entries(amounts)) {
      const answer = await client.calculateAmount({ currency: 'EUR', price, quantity: quantity.replaceAll(/[^\d.]/g, '') });
      expect(amount.replaceAll(/[€,]/g, '')).toBe(answer.amount);
    }
    const { amount, lines } = await client.calculateAmount({ currency: 'EUR', price, quantity: '1500' });
    const output = page.getByRole('status').filter({ hasText: `€${amount}` });
    expect(await output.getByRole('listitem').count()).toBe(lines.length);
    expect(watched.faults()).toEqual([]);
  });

  it('shows two versions side by side, with what differs marked', async () => {
    await client.putPlan('grown', TIERED);
    await client.putPlan('grown', { ...TIERED, name: 'Grown', prices: [...TIERED.prices, { code: 'seats', type: 'fixed', amount: '4.00', per_seat: true }] });
    await open('/dashboard/plans/grown/versions');

    const name = page.getByRole('row', { name: /^Name changed/ });
    expect(await name.locator('del').textContent()).toBe('Tiered');
    expect(await name.locator('ins').textContent()).toBe('Grown');
    await page.getByRole('rowgroup').filter({ hasText: 'Price seats' }).getByText('added').first().waitFor();
    expect(await page.getByRole('row', { name: /^Currency/ }).count()).toBe(0);
    await page.getByLabel('Also what is the same').check();
    await page.getByRole('row', { name: /^Currency/ }).waitFor();
    await page.reload();
    await page.getByRole('row', { name: /^Currency/ }).waitFor();
    expect(watched.faults()).toEqual([]);
  });

  it('is archived after a question, stands with those that are not sold any more, and is sold again', async () => {
    await client.putPlan('old', { ...TIERED, name: 'Old one' });
    await open('/dashboard/plans/old');
    await page.getByRole('button', { name: 'Archive' }).click();
    await page.getByRole('dialog', { name: 'Stop selling Old one?' }).getByRole('button', { name: 'Archive' }).click();
    await page.getByText('not sold any more', { exact: true }).waitFor();
    expect((await client.getPlan('old')).archived).toBe(true);

    await open('/dashboard/plans?show=archived');
    await page.getByRole('link', { name: 'Old one' }).click();
    await page.getByRole('button', { name: 'Sell it again' }).click();

    await page.getByText('sold', { exact: true }).waitFor();
    expect((await client.getPlan('old')).archived).toBe(false);
  });
});

describe('meters', () => {
  it('are made, with what the engine does not take said at its field', async () => {
    await open('/dashboard/meters');
    await page.getByRole('button', { name: 'New meter' }).click();
    const dialog = page.getByRole('dialog', { name: 'New meter' });
    await dialog.getByLabel('Code').fill('by_hand_hours');
    await dialog.getByLabel('Name', { exact: true }).fill('Hours by hand');
    await dialog.getByLabel('Name of the events').fill('machine.ran');
    await dialog.getByLabel('Unit').fill('hour');
    await dialog.getByRole('button', { name: 'Make the meter' }).click();
    await dialog.getByRole('alert').waitFor();
    expect(await dialog.getByLabel('Property').getAttribute('aria-invalid')).toBe('true');

    await dialog.getByLabel('Property').fill('seconds');
    await dialog.getByLabel('Divided by').fill('3,600');
    await dialog.getByRole('button', { name: 'Make the meter' }).click();

    await page.getByRole('heading', { level: 1, name: 'Hours by hand' }).waitFor();
    await page.getByText('divided by 3,600').waitFor();
    expect(await client.getMeter('by_hand_hours')).toMatchObject({ event_name: 'machine.ran', aggregation: 'sum', property: 'seconds', unit: 'hour', conversion: { divide_by: '3600', round: 'none' } });
  });

  it('show the plans that count by them and the last events that they can count', async () => {
    await open('/dashboard/meters');
    await page.getByRole('link', { name: 'Call minutes' }).click();
    await page.getByRole('heading', { level: 1, name: 'Call minutes' }).waitFor();

    await page.getByRole('link', { name: 'Scale' }).waitFor();
    const rows = page.getByRole('table', { name: 'Events that the meter can count' }).locator('tbody tr');
    await rows.first().waitFor();
    expect(await rows.first().textContent()).toContain('call.ended');
    expect(watched.faults()).toEqual([]);
  });
});
