import { createClient, type Client } from '@paidup/sdk';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPage, openPortalPage, seriousFaults, startBrowser, type DemoEngine, type WatchedPage } from '../support/browser.js';
import { startDemoCopy } from '../support/demo-store.js';
import { loadPortalCustomers } from '../support/portal-customer.js';

let engine: DemoEngine;
let browser: Browser;
let client: Client;
let allowed: Server;
let other: Server;

/** A page of another product that holds the portal in a frame. */
async function startHost(): Promise<Server> {
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'text/html');
    const source = new URL(request.url ?? '/', 'http://host').searchParams.get('portal') ?? '';
    response.end(`<!doctype html><title>Host</title><iframe title="Billing" width="800" height="600" src="${source}"></iframe>`);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return server;
}

const originOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

beforeAll(async () => {
  [allowed, other] = await Promise.all([startHost(), startHost()]);
  [engine, browser] = await Promise.all([startDemoCopy(['--embed-origin', originOf(allowed)]), startBrowser()]);
  client = createClient({ url: engine.url, key: engine.demo.secret_key });
  await loadPortalCustomers(client);
});

afterAll(async () => {
  await browser?.close();
  await engine?.stop();
  for (const server of [allowed, other]) server?.close();
});

/** The portal of a customer, through a link as a product makes it. */
async function openPortal(customer: string, path = '/portal'): Promise<WatchedPage> {
  const watched = await openPage(browser);
  await openPortalPage(watched.page, { client, customer, path });
  return watched;
}

/** A customer with a card and some money. */
async function newPayer(name: string): Promise<string> {
  await client.createCustomer({ external_id: name, name, currency: 'USD' });
  await client.setPaymentMethod(name, { token: 'card_succeeds' });
  await client.deposit(name, { amount: '25.00' });
  return name;
}

/** The same on the smallest plan of the demo's product. */
async function newCustomer(name: string): Promise<string> {
  await newPayer(name);
  const plan = (await client.readPlanOptions('alder-clinics')).options.find(({ current }) => current)?.plan.code ?? '';
  await client.createSubscription(name, { plan, trial_days: 0 });
  return name;
}

describe('a portal link', () => {
  it('opens the portal of its customer, and stands in the address no more', async () => {
    const { page, faults } = await openPortal('docspace-portal');
    expect(page.url()).toBe(`${engine.url}/portal`);
    expect(await page.getByText('Example portal').count()).toBe(1);
    await page.getByText('$186.42').first().waitFor();
    expect(await page.getByRole('link', { name: /Back to app\.example\.com/ }).getAttribute('href')).toBe('https://app.example.com/account');
    await page.reload();
    await page.getByText('$186.42').first().waitFor();
    expect(faults()).toEqual([]);
  });

  it('that has expired says so, and what to do', async () => {
    const { url } = await client.createPortalLink('docspace-portal', { expires_in: 1 });
    await new Promise((resolve) => {
      setTimeout(resolve, 1_100);
    });
    const { page } = await openPage(browser);
    await page.goto(url);
    await page.getByRole('heading', { name: 'This link does not work any more' }).waitFor();
    expect(await page.getByText('The link has expired.').count()).toBe(1);
    expect(page.url()).toBe(`${engine.url}/portal`);
    expect(await seriousFaults(page)).toEqual([]);
  });

  it('that is broken opens nothing, and a customer key opens the portal in its place', async () => {
    const { page } = await openPage(browser);
    await page.goto(`${engine.url}/portal#link=broken`);
    await page.getByRole('heading', { name: 'This link does not work any more' }).waitFor();
    const { key } = await client.createApiKey({ kind: 'customer', customer: 'docspace-portal' });
    await page.getByLabel('Customer key').fill(key);
    await page.keyboard.press('Enter');
    await page.getByText('$186.42').first().waitFor();
    const readable = await page.evaluate(() => JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }, location.href, document.documentElement.outerHTML]));
    expect(readable).not.toContain(key);
  });
});

describe('the portal', () => {
  it('shows what a change of plan comes to before it is made', async () => {
    const name = await newCustomer('changes-plan');
    const { page, faults } = await openPortal(name, '/portal/plan');
    const target = (await client.readPlanOptions(name)).options.find(({ change }) => change?.direction === 'upgrade' && change.when === 'now');
    expect(target).toBeDefined();
    const title = target?.plan.name ?? '';
    await page.getByRole('button', { name: `Upgrade ${title}`, exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Due now').first().waitFor();
    expect(await dialog.textContent()).toContain(target?.due_now?.amount ?? 'nothing');
    expect((await client.readState(name)).subscriptions[0]?.plan.code).not.toBe(target?.plan.code);
    expect(await seriousFaults(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Confirm' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect((await client.readState(name)).subscriptions[0]?.plan.code).toBe(target?.plan.code);
    await page.getByRole('heading', { name: 'Your plan' }).waitFor();
    await page.locator(`li[data-current="true"] h2:text-is("${title}")`).waitFor();
    expect(faults()).toEqual([]);
  });

  it('tops up the balance, which moves without a reload, and takes automatic top-ups within their bounds', async () => {
    const name = await newPayer('tops-up');
    const { page, faults } = await openPortal(name, '/portal/wallet');
    await page.getByText('$25.00').first().waitFor();
    await page.getByRole('button', { name: 'Top up', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: '$10.00', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: /Charge/ }).click();
    await page.getByText('$35.00').first().waitFor();

    await client.deposit(name, { amount: '7.00' });
    await page.getByText('$42.00').first().waitFor();

    await page.getByRole('button', { name: 'Set up' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('When it is below').fill('50');
    await dialog.getByLabel('Fill it up to').fill('50');
    await dialog.getByText('Must be above the balance that it fills below.').waitFor();
    await dialog.getByLabel('When it is below').fill('4');
    await dialog.getByText(/Must be a whole number from 5/).waitFor();
    await dialog.getByLabel('When it is below').fill('10');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await client.getTopUpSettings(name)).toMatchObject({ enabled: true, min_balance: '10', up_to_balance: '50' });
    expect(faults()).toEqual([]);
  });

  it('leads to the page for a card and back, and shows the card', async () => {
    await client.createCustomer({ external_id: 'no-card', name: 'No card', currency: 'EUR' });
    const { page } = await openPortal('no-card', '/portal/wallet');
    expect(await page.getByRole('button', { name: 'Top up', exact: true }).getAttribute('aria-disabled')).toBe('true');
    await page.getByRole('button', { name: 'Put a card on file' }).click();
    await page.waitForURL(/\/sandbox\/checkout\//);
    await page.getByRole('button').first().click();
    await page.waitForURL(/\/portal\/wallet/);
    await page.getByText(/•••• \d{4}/).waitFor();
    expect((await client.readState('no-card')).payment_method.status).toBe('set');
  });

  it('lists transactions by type and day, and hands them over as files, as it does invoices', async () => {
    const { page } = await openPortal('docspace-portal', '/portal/wallet');
    await page.getByLabel('From').fill('2020-01-01');
    await page.getByRole('cell', { name: /\+/ }).first().waitFor();
    await page.getByLabel('Type').selectOption('debit');
    await page.waitForURL(/direction=debit/);
    expect(await saved(page, () => page.getByRole('button', { name: 'CSV' }).click())).toMatch(/\.csv$/);

    await page.getByRole('link', { name: 'Invoices', exact: true }).first().click();
    await page.getByRole('button', { name: /^PDF of / }).first().waitFor();
    expect(await saved(page, () => page.getByRole('button', { name: /^PDF of / }).first().click())).toMatch(/\.pdf$/);
  });
});

describe('in a frame', () => {
  it('the portal works on the pages that may hold it', async () => {
    const { url } = await client.createPortalLink('docspace-portal');
    const { page } = await openPage(browser);
    await page.goto(`${originOf(allowed)}/?portal=${encodeURIComponent(url)}`);
    await page.frameLocator('iframe').getByText('$186.42').first().waitFor();
  });

  it('is refused by the browser on all others', async () => {
    const { url } = await client.createPortalLink('docspace-portal');
    const { page, faults } = await openPage(browser);
    const isRefused = page.waitForEvent('console', (message) => message.text().includes('frame-ancestors'));
    await page.goto(`${originOf(other)}/?portal=${encodeURIComponent(url)}`);
    await isRefused;
    expect(faults().join()).toContain('frame-ancestors');
  });
});

/** The name of the file that the browser is handed. */
async function saved(page: Page, act: () => Promise<void>): Promise<string> {
  const [file] = await Promise.all([page.waitForEvent('download'), act()]);
  return file.suggestedFilename();
}
