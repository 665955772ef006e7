import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPage, signIn, startBrowser, type DemoEngine } from '../support/browser.js';
import { startDemoCopy } from '../support/demo-store.js';
import { settled } from '../support/pages.js';
import { createClient } from '@paidup/sdk';

let engine: DemoEngine;
let browser: Browser;

beforeAll(async () => {
  [engine, browser] = await Promise.all([startDemoCopy(), startBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await engine?.stop();
});

describe('signing in', () => {
  it('says that a key is not known, forgets it, and takes the right one', async () => {
    const { page } = await openPage(browser);
    await page.goto(`${engine.url}/dashboard`);
    const field = page.getByLabel('Secret key');

    await field.fill(`paidup-secret-${'0badc0de'.repeat(8)}`);
    await page.getByRole('button', { name: 'Sign in' }).click();

    await page.getByText('This key is not known, or it was revoked.').waitFor();
    expect(await field.inputValue()).toBe('');
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    await field.fill(engine.demo.secret_key);
    await page.keyboard.press('Enter');
    await page.locator('#page h1').waitFor();
  });

  it('leads to the page that was asked for, and keeps the key in no place that a script reads', async () => {
    const { page, faults } = await openPage(browser);
    await signIn(page, engine, '/dashboard/invoices?status=paid');

    expect(page.url()).toBe(`${engine.url}/dashboard/invoices?status=paid`);
    expect(await page.locator('h1').textContent()).toBe('Invoices');
    const readable = await page.evaluate(() => JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }, location.href, document.documentElement.outerHTML]));
    expect(readable).not.toContain(engine.demo.secret_key);
    expect(faults()).toEqual([]);
  });

  it("does not take a customer's key, and says where that leads", async () => {
    const { page } = await openPage(browser);
    await page.goto(`${engine.url}/dashboard`);

    await page.getByLabel('Secret key').fill(engine.demo.customers.diga.key ?? '');
    await page.getByRole('button', { name: 'Sign in' }).click();

    await page.getByText('This is the key of a customer.').waitFor();
  });

  it('says so when the engine cannot be reached, and goes on when it can', async () => {
    const { page } = await openPage(browser);
    await page.route('**/v1/session*', (route) => route.abort());
    await page.goto(`${engine.url}/dashboard`);

    await page.getByText('Paidup cannot be reached').waitFor();
    await page.unroute('**/v1/session*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByLabel('Secret key').waitFor();
  });
});

describe('the end of a session', () => {
  it('comes with signing out, for every page of the browser', async () => {
    const { page } = await openPage(browser);
    await signIn(page, engine);
    const other = await page.context().newPage();
    await other.goto(`${engine.url}/dashboard/customers`);
    await other.locator('#page h1').waitFor();

    await page.getByRole('button', { name: 'Sign out' }).click();

    await page.getByText('You are signed out.').waitFor();
    await page.reload();
    await page.getByLabel('Secret key').waitFor();
    await other.getByRole('link', { name: 'Invoices' }).click();
    await other.getByText('Your session has ended.').waitFor();
  });

  it('leaves what was typed where it was, out of sight until one has signed in again', async () => {
    const client = createClient({ url: engine.url, key: engine.demo.secret_key });
    const key = await client.createApiKey({ kind: 'secret', name: 'for one session' });
    const { page } = await openPage(browser);
    await signIn(page, { ...engine, key: key.key }, '/dashboard/customers');
    await page.getByRole('button', { name: 'New customer' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Half typed');

    await client.revokeApiKey(key.id);
    await page.getByRole('button', { name: 'Make the customer' }).click();

    await page.getByText('Your session has ended.').waitFor();
    expect(await page.getByLabel('Name', { exact: true }).isVisible()).toBe(false);
    await page.getByLabel('Secret key').fill(engine.demo.secret_key);
    await page.getByRole('button', { name: 'Sign in' }).click();
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Half typed');
    await page.getByRole('button', { name: 'Make the customer' }).click();
    await page.getByRole('heading', { level: 1, name: 'Half typed' }).waitFor();
  });
});

describe('the first page', () => {
  it('needs less than 200 kB of scripts and styles, as they are sent', async () => {
    const { page } = await openPage(browser);
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Network.enable');
    const sizes = new Map<string, number>();
    const addresses = new Map<string, string>();
    devtools.on('Network.responseReceived', ({ requestId, response }) => addresses.set(requestId, response.url));
    devtools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => sizes.set(addresses.get(requestId) ?? '', encodedDataLength));

    await signIn(page, engine);
    await settled(page);

    const programs = [...sizes].filter(([address]) => /\.(js|css)$/.test(new URL(address).pathname));
    expect(programs.length).toBeGreaterThan(2);
    const total = programs.reduce((sum, [, size]) => sum + size, 0);
    expect(total, JSON.stringify(programs, null, 1)).toBeLessThan(200_000);
    expect(total).toBeGreaterThan(50_000);
  });
});
