import { readFile } from 'node:fs/promises';
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

const digaPage = (rest = ''): string => `/dashboard/customers/${engine.demo.customers.diga.id}${rest}`;
const docspacePage = (rest = ''): string => `/dashboard/customers/${engine.demo.customers.docspace.id}${rest}`;

describe('the list of customers', () => {
  it('finds one by a part of its name; the search is in the address, and back and reload keep it', async () => {
    await open('/dashboard/customers');
    await page.getByRole('searchbox', { name: 'Search' }).fill('aurora');
    await page.waitForURL(/query=aurora/);
    const names = page.getByRole('table').getByRole('link');
    await expect.poll(() => names.allTextContents()).toEqual(['Aurora Voice']);

    await names.first().click();
    await page.getByRole('heading', { level: 1, name: 'Aurora Voice' }).waitFor();
    await page.goBack();

    expect(await page.getByRole('searchbox', { name: 'Search' }).inputValue()).toBe('aurora');
    await page.reload();
    await expect.poll(() => names.allTextContents()).toEqual(['Aurora Voice']);
    expect(watched.faults()).toEqual([]);
  });

  it('takes hundreds by cursor, and holds only those in view', async () => {
    await Promise.all(Array.from({ length: 260 }, (_, index) => client.createCustomer({ external_id: `many-${index}`, name: `Many ${String(index).padStart(3, '0')}` })));
    const names: Array<string | null> = [];
    for await (const { name } of client.customers({ query: 'many-' })) names.push(name);
    await open('/dashboard/customers?query=many-');

    for (let shown = 50; shown < 260; shown += 50) {
      await page.getByText(`${shown} shown`).waitFor();
      await page.getByRole('button', { name: 'Load more' }).click();
    }
    await page.getByText('260 shown').waitFor();

    const rows = page.locator('tbody tr:not([aria-hidden])');
    expect(await rows.count()).toBeLessThan(100);
    expect(await page.getByRole('table').getAttribute('aria-rowcount')).toBe('261');
    await page.evaluate(() => window.scrollTo(0, 0));
    await page.getByRole('link', { name: names[0] ?? '' }).waitFor();
    await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
    await page.getByRole('link', { name: names[259] ?? '' }).waitFor();
  });

  it('makes a customer, and says at its field what the engine does not take', async () => {
    await open('/dashboard/customers');
    await page.getByRole('button', { name: 'New customer' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Made by hand');
    await page.getByRole('textbox', { name: 'Currency' }).fill('XXQ');
    await page.getByRole('button', { name: 'Make the customer' }).click();

    await page.getByRole('dialog').getByRole('alert').waitFor();
    expect(await page.getByRole('textbox', { name: 'Currency' }).getAttribute('aria-invalid')).toBe('true');
    await page.getByRole('textbox', { name: 'Currency' }).fill('eur');
    await page.getByLabel('Time zone').fill('Europe/Madrid');
    await page.getByRole('button', { name: 'Make the customer' }).click();

    await page.getByRole('heading', { level: 1, name: 'Made by hand' }).waitFor();
    await page.getByText('No subscription').first().waitFor();
  });
});

describe('one customer', () => {
  it('shows what the engine says of its usage', async () => {
    const { usage } = await client.readState(engine.demo.customers.diga.id);
    const minutes = usage.find(({ price }) => price === 'minutes');
    await open(digaPage());

    const item = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'Call minutes' }) });
    const words = (await item.textContent())?.replaceAll(',', '') ?? '';
    expect(words).toContain(`${minutes?.used} minutes used`);
    expect(words).toContain(`${minutes?.included} included`);
    expect(words).toContain(`${minutes?.carried} carried over`);
    expect(words).toContain(`${minutes?.remaining} left`);
  });

  it('unfolds why a figure is what it is, down to the events that were counted', async () => {
    await open(digaPage());
    const item = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'Call minutes' }) });

    await item.getByText('Why').click();
    await item.getByText(/1400 included \+ 350 carried/).waitFor();
    await item.getByRole('link', { name: 'The events that were counted' }).click();

    await page.waitForURL(/\/events\?meter=diga_minutes/);
    const cells = page.locator('tbody tr td:last-child');
    await expect.poll(() => cells.count()).toBeGreaterThan(10);
    const counted = await cells.allTextContents();
    for (const text of counted) expect(text).toMatch(/^minutes measured [\d,]+/);
  });

  it('moves what is seen when an event arrives, without a reload', async () => {
    await open(digaPage());
    await page.getByText('Live', { exact: true }).waitFor();
    const item = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'Call minutes' }) });
    const before = (await client.readState(engine.demo.customers.diga.id)).usage.find(({ price }) => price === 'minutes')?.used;
    await item.getByText(`${before} minutes`).waitFor();
    const marker = await page.evaluate(() => ((window as unknown as { marker: number }).marker = 7));

    const { results } = await client.ingestEvents([{ id: 'seen-live', customer: engine.demo.customers.diga.id, name: 'call.ended', properties: { seconds: '600' } }]);

    const used = results[0]?.windows.find(({ price }) => price === 'minutes')?.used;
    expect(used).not.toBe(before);
    await item.getByText(`${used} minutes`).waitFor();
    await page.getByRole('navigation', { name: 'About the customer' }).getByRole('link', { name: 'Events' }).click();
    await page.getByText('seen-live').waitFor();
    expect(await page.evaluate(() => (window as unknown as { marker?: number }).marker)).toBe(marker);
    expect(watched.faults()).toEqual([]);
  });

  it('shows the state of an earlier moment, and marks what is another now', async () => {
    const at = new Date(Date.now() - 3 * 86_400_000).toISOString();
    const { usage } = await client.readState(engine.demo.customers.diga.id, { at });
    const then = usage.find(({ price }) => price === 'minutes')?.used;
    const now = (await client.readState(engine.demo.customers.diga.id)).usage.find(({ price }) => price === 'minutes')?.used;

    await open(digaPage(`?at=${at}`));

    const item = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'Call minutes' }) });
    await item.getByText(`${then} minutes`).waitFor();
    expect(await item.textContent()).toContain(`now ${now} minutes used`);
    expect(await page.getByRole('link', { name: 'Change plan' }).count()).toBe(0);
    await page.getByRole('link', { name: 'Entitlements' }).click();
    expect(page.url()).toContain('at=');
    await page.getByRole('button', { name: 'Back to now' }).click();
    await expect.poll(() => page.url()).not.toContain('at=');
  });

  it('changes the plan for what its preview said', async () => {
    const { id } = engine.demo.customers.diga;
    await open(digaPage());
    await page.getByRole('link', { name: 'Change plan' }).click();
    const action = page.getByRole('button', { name: 'Change it now' });
    await action.waitFor();
    expect(await action.getAttribute('aria-disabled')).toBe('true');

    await page.getByLabel('Plan').selectOption('diga_scale');
    await page.getByLabel('Within the period').selectOption('difference');
    await page.waitForURL(/plan=diga_scale&proration=difference/);
    const due = page.locator('section', { has: page.getByRole('heading', { name: 'After the change' }) }).locator('p', { hasText: 'Due now' }).locator('strong');
    await expect.poll(() => due.textContent()).toBe('€200.00');
    await expect.poll(() => action.getAttribute('aria-disabled')).toBe(null);
    await action.click();

    await page.getByText('The plan is Scale now.').first().waitFor();
    await page.getByRole('heading', { name: /Scale/ }).waitFor();
    const [invoice] = (await client.listCustomerInvoices(id)).data;
    expect(invoice?.total).toEqual({ amount: '200.00', currency: 'EUR' });
    expect((await client.readState(id)).subscriptions[0]?.plan.code).toBe('diga_scale');
  });
});

describe('the wallet', () => {
  it('is topped up, and the balance moves', async () => {
    await open(docspacePage('/wallet'));
    const available = page.locator('dl > div', { hasText: 'Available' }).locator('dd').first();
    const before = await available.textContent();

    await page.getByRole('button', { name: 'Top up', exact: true }).click();
    await page.getByRole('button', { name: '$50.00' }).click();
    await page.getByRole('button', { name: 'Charge $50.00' }).click();

    await page.getByText('$50.00 was charged and added.').first().waitFor();
    const [wallet] = (await client.readWallet(engine.demo.customers.docspace.id)).data;
    await expect.poll(() => available.textContent()).toBe(`$${wallet?.available}`);
    expect(`$${wallet?.available}`).not.toBe(before);
  });

  it('says which bound of the automatic top-up is not right, and keeps what is', async () => {
    const { id } = engine.demo.customers.docspace;
    await open(docspacePage('/wallet'));
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    const [below, upTo, save] = [page.getByLabel('When it is below'), page.getByLabel('Fill it up to'), page.getByRole('button', { name: 'Save' })];

    await below.fill('4');
    await page.getByText('Must be a whole number from 5 to 1000.').waitFor();
    expect(await save.getAttribute('aria-disabled')).toBe('true');
    await below.fill('50');
    await upTo.fill('50');
    await page.getByText('Must be above the balance that it fills below.').waitFor();
    await upTo.fill('5001');
    await page.getByText('Must be a whole number from 6 to 5000.').waitFor();
    await upTo.fill('200');
    await page.getByLabel('At most a day').fill('400');
    await save.click();

    await page.getByText('The wallet fills itself from now on.').first().waitFor();
    expect(await client.getTopUpSettings(id)).toMatchObject({ min_balance: '50', up_to_balance: '200', daily_ceiling: '400', enabled: true });
  });
});

describe('invoices', () => {
  it('are filtered and sorted by the address, and one shows its lines with their reasons', async () => {
    await open('/dashboard/invoices?status=paid&order=oldest');
    const { data } = await client.listInvoices({ status: 'paid', order: 'oldest' });
    await expect.poll(() => page.getByRole('table').locator('tbody td:first-child').allTextContents()).toEqual(data.map(({ number }) => number));
    await page.getByRole('button', { name: 'Date' }).click();
    await expect.poll(() => page.url()).not.toContain('order');

    await open(`/dashboard/invoices/${data[0]?.id}`);
    await page.locator('main summary').first().click();
    await page.getByText('What went in').first().waitFor();
    expect(watched.faults()).toEqual([]);
  });

  it('come as PDF', async () => {
    const [invoice] = (await client.listInvoices()).data;
    await open(`/dashboard/invoices/${invoice?.id}`);

    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: `PDF of ${invoice?.number}` }).click()]);

    expect(download.suggestedFilename()).toBe(`${invoice?.number}.pdf`);
    expect((await readFile(await download.path())).subarray(0, 5).toString()).toBe('%PDF-');
  });

  it('are credited in part, after saying how much', async () => {
    const [invoice] = (await client.listInvoices({ status: 'open', currency: 'EUR' })).data;
    await open(`/dashboard/invoices/${invoice?.id}`);
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Credit note' }).click();
    await page.getByLabel('Amount without tax').fill('1.50');
    await page.getByLabel('Reason').fill('a slip');
    await page.getByRole('button', { name: 'Give it back' }).click();

    await page.getByText('The credit note is issued.').first().waitFor();
    await page.getByRole('cell', { name: 'a slip' }).waitFor();
    expect((await client.getInvoice(invoice?.id ?? '')).credit_notes[0]).toMatchObject({ reason: 'a slip', subtotal: { amount: '1.50', currency: 'EUR' } });
  });

  it('say why an action cannot be taken', async () => {
    const [paid] = (await client.listInvoices({ status: 'paid' })).data;
    await open(`/dashboard/invoices/${paid?.id}`);
    const charge = page.getByRole('button', { name: 'Charge the card' });

    expect(await charge.getAttribute('aria-disabled')).toBe('true');
    await page.getByRole('button', { name: 'More actions' }).click();
    expect(await page.getByRole('menuitem', { name: 'Write off' }).textContent()).toContain('Only an open invoice can be: this one is paid.');
    await page.keyboard.press('Escape');
  });
});

describe('keys, alerts and rights of a customer', () => {
  it('makes a key that is shown once and works, and revokes it', async () => {
    await open(digaPage('/access'));
    await page.getByRole('button', { name: 'New key' }).click();
    await page.getByLabel('Name', { exact: true }).fill('for a script');
    await page.getByRole('button', { name: 'Make the key' }).click();
    const dialog = page.getByRole('dialog', { name: 'The key is made' });
    const key = (await dialog.locator('code').textContent()) ?? '';
    const own = createClient({ url: engine.url, key });
    expect((await own.readState(engine.demo.customers.diga.id)).customer.id).toBe(engine.demo.customers.diga.id);
    await page.getByRole('button', { name: 'I have kept it' }).click();
    expect(await page.content()).not.toContain(key);

    await page.getByRole('button', { name: 'Revoke for a script' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke', exact: true }).click();

    await page.getByRole('row', { name: /for a script/ }).getByText('revoked', { exact: true }).waitFor();
  });

  it('makes a link that opens the portal', async () => {
    await open(digaPage('/access'));
    await page.getByRole('button', { name: 'Make a link' }).click();

    const address = await page.getByRole('link', { name: 'Open it' }).getAttribute('href');
    expect(address).toMatch(new RegExp(`^${engine.url}/portal#link=`));
  });

  it('makes an alert and overrides a right, with the reason beside it', async () => {
    const { id } = engine.demo.customers.diga;
    await open(digaPage('/alerts'));
    await page.getByRole('button', { name: 'New alert' }).click();
    await page.getByLabel('Meter').selectOption('diga_minutes');
    await page.getByLabel('Percent').fill('75');
    await page.getByLabel('Name', { exact: true }).fill('three quarters');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('row', { name: /three quarters/ }).waitFor();
    expect((await client.listAlerts(id)).data[0]).toMatchObject({ name: 'three quarters', threshold: { type: 'percent', percent: '75', of: 'available' } });

    await page.getByRole('link', { name: 'Entitlements' }).click();
    await page.getByRole('button', { name: 'Override Concurrent calls' }).click();
    await page.getByLabel('Limit').fill('9');
    await page.getByLabel('Reason').fill('a big launch');
    await page.getByRole('button', { name: 'Save' }).click();

    const row = page.getByRole('row', { name: /Concurrent calls/ });
    await row.getByText('Override: a big launch').waitFor();
    expect((await client.getEntitlement(id, 'concurrent_calls')).limit).toBe('9');
    expect(watched.faults()).toEqual([]);
  });
});
