import { createClient, type Client } from '@paidup/sdk';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openPage, seriousFaults, signIn, startBrowser, startEmptyEngine, type DemoEngine, type WatchedPage } from '../support/browser.js';
import { startDemoCopy } from '../support/demo-store.js';
import { settled } from '../support/pages.js';

let engine: DemoEngine;
let browser: Browser;
let watched: WatchedPage;
let page: Page;
let client: Client;

beforeAll(async () => {
  [engine, browser] = await Promise.all([startDemoCopy(), startBrowser()]);
  client = createClient({ url: engine.url, key: engine.key });
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

const figure = (label: string): Locator => page.locator('dt', { hasText: label }).locator('xpath=following-sibling::dd[1]');
const rowsOf = (list: string): Locator => page.getByRole('table', { name: list }).locator('tbody tr:not([aria-hidden])');
const rows = (): Locator => rowsOf('Customers');

/** All that the list in sight has, page after page. */
async function countAll(list: Locator): Promise<number> {
  await list.first().waitFor();
  for (const more = page.getByRole('button', { name: 'Load more' }); await more.isVisible(); ) {
    const before = await list.count();
    await more.click();
    await expect.poll(() => list.count()).toBeGreaterThan(before);
  }
  return list.count();
}

describe('the overview', () => {
  it('is the first page, with the figures that the engine gives', async () => {
    await page.goto(engine.url);
    await settled(page);
    const { customers, subscriptions, recurring } = await client.readOverview();

    expect(new URL(page.url()).pathname).toBe('/dashboard');
    await expect.poll(() => figure('Customers').innerText()).toBe(String(customers));
    expect(await figure('Active subscriptions').innerText()).toBe(String(subscriptions.active));
    expect(await page.getByText(`${subscriptions.trialing} in trial`).count()).toBe(1);
    const shown = await figure('Recurring a month').locator('li').allInnerTexts();
    expect(shown.map((text) => text.replace(/[^\d.]/g, ''))).toEqual(recurring.map(({ amount }) => amount));
    expect(watched.faults()).toEqual([]);
  });

  it('draws what was invoiced in the currency and the time of the address, with the same values as a table', async () => {
    await open('/dashboard');
    await page.getByLabel('Charts').selectOption('12-months');
    await page.waitForURL(/span=12-months/);
    await page.getByLabel('Currency').selectOption('GBP');
    await page.waitForURL(/currency=GBP/);
    await page.reload();

    const chart = page.getByRole('figure', { name: 'Invoiced by month, in GBP' });
    await chart.locator('svg').waitFor();
    const { data } = await client.readRevenue({ by: 'month', timezone: 'Europe/London' });
    const expected = data.filter(({ invoiced }) => invoiced.currency === 'GBP').map(({ invoiced }) => Number(invoiced.amount));
    expect(expected.some((amount) => amount > 0)).toBe(true);
    const cells = await chart.locator('tbody td').allTextContents();
    expect(cells.map((text) => Number(text.replace(/[^\d.]/g, '')))).toEqual(expected);
    expect(watched.faults()).toEqual([]);
  });

  it('draws what each meter counted, the busiest first', async () => {
    await open('/dashboard');
    const chart = page.getByRole('figure', { name: 'API requests by day' });
    await chart.locator('svg').waitFor();

    const { meters } = await client.readAllUsage({ by: 'day', timezone: 'Europe/London' });
    const used = meters.find(({ meter }) => meter === 'orbit_api_requests')?.data ?? [];
    const cells = await chart.locator('tbody td').allTextContents();
    expect(cells.map((text) => text.replace(/[^\d]/g, ''))).toEqual(used.map(({ value }) => value));
    const events = new Map(meters.map(({ name, data }) => [name, data.reduce((sum, point) => sum + point.events, 0)]));
    const shown = (await page.getByRole('figure', { name: / by day$/ }).evaluateAll((figures) => figures.map((each) => each.getAttribute('aria-label')?.replace(/ by day$/, '') ?? ''))).map((name) => events.get(name) ?? 0);
    expect(shown).toEqual([...shown].sort((left, right) => right - left));
  });

  it('names what needs attention, and leads to the list that has all of it', async () => {
    const { attention } = await client.readOverview();
    const wanted = [...attention.invoices.map(({ kind, count }) => ({ kind, count })), ...attention.customers.map(({ kind, count }) => ({ kind, count }))].filter(({ count }) => count > 0);
    expect(wanted.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['payment_failed', 'overdue']));

    for (const { kind, count } of wanted) {
      await open('/dashboard');
      const words = { payment_failed: 'Payments that failed', overdue: 'Overdue invoices', limit_reached: 'Limits reached', wallet_low: 'Wallets about to run dry', top_up_off: 'Top-ups switched off' }[kind];
      await page.getByRole('region', { name: words }).getByRole('link', { name: /in the list$/ }).click();
      await page.waitForURL(new RegExp(`attention=${kind}`));
      expect(await countAll(rowsOf(kind === 'payment_failed' || kind === 'overdue' ? 'Invoices' : 'Customers'))).toBe(count);
    }
    expect(watched.faults()).toEqual([]);
  });

  it('moves when somebody new comes, without a reload', async () => {
    await open('/dashboard');
    const before = Number(await figure('Customers').innerText());

    await client.createCustomer({ external_id: 'newcomer', name: 'Newcomer' });

    await expect.poll(() => figure('Customers').innerText()).toBe(String(before + 1));
  });

  it('says so when there is nothing yet', async () => {
    const empty = await startEmptyEngine();
    try {
      const { page: first, faults } = await openPage(browser);
      await signIn(first, empty);
      await first.getByText('Nothing needs attention').waitFor();
      await first.getByText('Nothing was invoiced in this time').waitFor();
      await first.getByText('Nothing was used in this time').waitFor();
      expect(await seriousFaults(first)).toEqual([]);

      for (const [path, words] of [['customers', 'No customers yet'], ['invoices', 'No invoices yet'], ['plans', 'No plans yet'], ['meters', 'No meters yet'], ['events', 'No events yet'], ['webhooks', 'Nobody is told yet']]) {
        await first.goto(`${empty.url}/dashboard/${path}`);
        await first.getByText(words ?? '').waitFor();
        expect(await seriousFaults(first)).toEqual([]);
      }
      expect(faults()).toEqual([]);
    } finally {
      await empty.stop();
    }
  });
});

describe('the list of customers', () => {
  it('is narrowed by status, plan, attention and currency, in the address, and tells when nobody fits', async () => {
    await open('/dashboard/customers');
    await page.getByLabel('Status').selectOption('trialing');
    await page.waitForURL(/status=trialing/);
    const trialing: string[] = [];
    for await (const { name } of client.customers({ status: 'trialing' })) trialing.push(name ?? '');
    expect(trialing.length).toBeGreaterThan(0);
    await expect.poll(() => rows().locator('td:first-child a').allInnerTexts()).toEqual(trialing);

    await page.getByLabel('Plan').selectOption('orbit_scale');
    await page.getByText('No such customers').waitFor();
    await page.goBack();
    await open('/dashboard/customers?plan=orbit_scale&currency=GBP');
    expect(await page.getByLabel('Plan').inputValue()).toBe('orbit_scale');
    for (const text of await rows().allInnerTexts()) expect(text).toMatch(/Orbit Scale[^]*GBP/);
    expect(await rows().count()).toBeGreaterThan(2);
  });

  it('is sorted by a click on a header, both ways', async () => {
    const names = async (): Promise<string[]> => rows().locator('td:first-child a').allInnerTexts();
    await open('/dashboard/customers');
    await page.getByRole('button', { name: 'Name' }).click();
    await page.waitForURL(/sort=name/);
    await expect.poll(async () => [...(await names())].sort((left, right) => (left.toLowerCase() < right.toLowerCase() ? -1 : 1))).toEqual(await names());
    expect((await names())[0]).toMatch(/^Alder/);

    await page.getByRole('button', { name: 'Created' }).click();
    await page.waitForURL(/sort=oldest/);
    const [oldest] = (await client.listCustomers({ sort: 'oldest', limit: 1 })).data;
    await expect.poll(async () => (await names())[0]).toBe(oldest?.name);
  });
});
