import { createClient, type Client } from '@paidup/sdk';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPage, openPortalPage, seriousFaults, startBrowser, type DemoEngine, type WatchedPage } from '../support/browser.js';
import { startDemoCopy } from '../support/demo-store.js';
import { PORTAL_PAGES, settled } from '../support/pages.js';
import { loadPortalCustomers, PORTAL_CUSTOMERS } from '../support/portal-customer.js';

let engine: DemoEngine;
let browser: Browser;
let client: Client;
let light: WatchedPage;
let dark: WatchedPage;

const { nothing, payer, declined, expired, leaving, gone, yen } = PORTAL_CUSTOMERS;

beforeAll(async () => {
  [engine, browser] = await Promise.all([startDemoCopy(), startBrowser()]);
  client = createClient({ url: engine.url, key: engine.demo.secret_key });
  await loadPortalCustomers(client);
  light = await openPage(browser);
  dark = await openPage(browser, { colorScheme: 'dark', viewport: { width: 390, height: 844 } });
});

afterAll(async () => {
  await browser?.close();
  await engine?.stop();
});

describe('every page of the customer', () => {
  it.each(PORTAL_PAGES)('$name has nothing that axe finds serious, light and wide or dark and narrow', async ({ customer, path, act }) => {
    for (const { page, faults } of [light, dark]) {
      await openPortalPage(page, { client, customer, path });
      await settled(page);
      await act?.(page);
      await settled(page);

      expect(await seriousFaults(page)).toEqual([]);
      expect(faults()).toEqual([]);
      expect(await page.locator('h1').count()).toBe(1);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0);
    }
  });

  it('is the sign-in page too', async () => {
    for (const options of [{}, { colorScheme: 'dark', viewport: { width: 390, height: 844 } }] as const) {
      const { page, faults } = await openPage(browser, options);
      await page.goto(`${engine.url}/portal`);
      await page.getByLabel('Customer key').waitFor();
      expect(await seriousFaults(page)).toEqual([]);
      expect(faults()).toEqual([]);
    }
  });
});

/** The portal of a customer in a browser of its own. */
async function open(customer: string, path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const { page } = await openPage(browser, options);
  await openPortalPage(page, { client, customer, path });
  await settled(page);
  return page;
}

/** Why a button cannot be used. */
async function reasonOf(page: Page, name: string): Promise<string | null> {
  const button = page.getByRole('button', { name, exact: true });
  expect(await button.getAttribute('aria-disabled')).toBe('true');
  return page.locator(`[id="${(await button.getAttribute('aria-describedby')) ?? ''}"]`).textContent();
}

describe('a top-up', () => {
  it('reads amounts as the reader writes them, and says at the field what is none', async () => {
    const page = await open(payer, '/portal/wallet', { locale: 'de-DE' });
    await page.getByRole('button', { name: 'Top up', exact: true }).click();
    const dialog = page.getByRole('dialog');
    const field = dialog.getByLabel('Amount', { exact: true });
    for (const [text, fault] of [['0', 'An amount above zero.'], ['-5', 'An amount above zero.'], ['1e9', 'An amount such as 12,5.'], ['1000000000', 'At most 999.999 at once.'], ['1,234', 'EUR has 2 decimal places at most.']] as const) {
      await field.fill(text);
      await dialog.getByText(fault, { exact: true }).first().waitFor();
      expect(await field.getAttribute('aria-invalid')).toBe('true');
      expect(await dialog.getByRole('button', { name: 'Charge the card' }).getAttribute('aria-disabled')).toBe('true');
    }
    await field.fill('1,5');
    await dialog.getByRole('button', { name: 'Charge 1,50' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('41,50').first().waitFor();
  });

  it('takes no decimals where the currency has none, and offers amounts of its size', async () => {
    const page = await open(yen, '/portal/wallet');
    await page.getByRole('button', { name: 'Top up', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Amount', { exact: true }).fill('1500.5');
    await dialog.getByText('JPY has no decimal places.', { exact: true }).first().waitFor();
    await dialog.getByRole('button', { name: '¥3,000' }).click();
    await dialog.getByRole('button', { name: 'Charge ¥3,000' }).waitFor();
  });

  it('that is declined says so, and leaves the balance and what was typed', async () => {
    const page = await open(declined, '/portal/wallet');
    await page.getByText('The automatic top-up switched itself off: the card was declined (insufficient funds).').waitFor();
    await page.getByRole('button', { name: 'Top up', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Amount', { exact: true }).fill('20');
    await dialog.getByRole('button', { name: 'Charge €20.00' }).click();
    await dialog.getByRole('alert').waitFor();
    expect(await dialog.getByLabel('Amount', { exact: true }).inputValue()).toBe('20');
    expect((await client.readWallet(declined)).data[0]?.balance).toBe('0.00');
  });

  it('recommends what the next invoice leaves open, where the wallet pays invoices', async () => {
    await client.putPlan('lumen_prepaid', { name: 'Lumen Prepaid', currency: 'EUR', interval: { unit: 'month', count: 1 }, prices: [{ code: 'base', name: 'Base fee', type: 'fixed', amount: '47.10' }] });
    await client.createCustomer({ external_id: 'recommended', name: 'Recommended', currency: 'EUR' });
    await client.setPaymentMethod('recommended', { token: 'card_succeeds' });
    await client.deposit('recommended', { amount: '60.00' });
    await client.createSubscription('recommended', { plan: 'lumen_prepaid' });
    const due = (await client.readState('recommended')).upcoming_invoice?.amount_due.amount;
    expect(due).toBe('34.20');
    const page = await open('recommended', '/portal/wallet');
    await page.getByRole('button', { name: 'Top up', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('what the next invoice, so far, leaves open').waitFor();
    await dialog.getByRole('button', { name: '€34.20', exact: true }).click();
    await dialog.getByRole('button', { name: 'Charge €34.20' }).waitFor();
  });

  it('that was the first asks whether more shall follow by themselves', async () => {
    await client.createCustomer({ external_id: 'first', name: 'First', currency: 'EUR' });
    await client.setPaymentMethod('first', { token: 'card_succeeds' });
    const page = await open('first', '/portal/wallet');
    await page.getByRole('button', { name: 'Top up', exact: true }).click();
    await page.getByRole('button', { name: '€30.00', exact: true }).click();
    await page.getByRole('button', { name: 'Charge €30.00' }).click();
    const dialog = page.getByRole('dialog', { name: 'Automatic top-up' });
    await dialog.getByText(/Shall the balance fill itself/).waitFor();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await client.getTopUpSettings('first')).toMatchObject({ enabled: true });
  });
});

describe('what cannot be done', () => {
  it('says why to whoever has no card, or one that has expired', async () => {
    expect(await reasonOf(await open(nothing, '/portal/wallet'), 'Top up')).toBe('Put a card on file first.');
    expect(await reasonOf(await open(expired, '/portal/wallet'), 'Top up')).toMatch(/has expired/);
  });

  it('says why to whoever came by a link for looking', async () => {
    const { url } = await client.createPortalLink(payer, { scopes: ['*:read'] });
    const { page } = await openPage(browser);
    await page.goto(url);
    for (const [link, buttons] of [['Plan', ['End the plan', 'Upgrade Lumen Studio']], ['Balance', ['Top up', 'Change', 'Another card', 'Remove']]] as const) {
      await page.getByRole('link', { name: link, exact: true }).click();
      await page.getByRole('heading', { level: 1, name: link }).waitFor();
      for (const button of buttons) {
        await page.getByRole('button', { name: button, exact: true }).waitFor();
        expect(await reasonOf(page, button)).toBe('From here you can look and change nothing.');
      }
    }
  });

  it('says what is in the way of another plan, in words of the customer', async () => {
    const page = await open(leaving, '/portal/plan');
    expect(await reasonOf(page, 'Change Lumen Free')).toBe('Your plan is about to end or to change: take that back first.');
    expect(await reasonOf(page, 'End the plan')).toBe('It ends already.');
  });

  it('is refused in the dialog when a plan was taken from sale meanwhile', async () => {
    await client.putPlan('lumen_brief', { name: 'Lumen Brief', currency: 'EUR', interval: { unit: 'month', count: 1 }, self_service: true, family: 'lumen', prices: [{ code: 'base', type: 'fixed', amount: '200.00' }] });
    const page = await open(payer, '/portal/plan');
    await page.getByRole('button', { name: 'Upgrade Lumen Brief' }).waitFor();
    await client.archivePlan('lumen_brief');
    await page.getByRole('button', { name: 'Upgrade Lumen Brief' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('alert').waitFor();
    expect(await reasonOf(page, 'Confirm')).toBe('This change is refused.');
  });
});

describe('how a customer stands', () => {
  it('is told without alarm to whoever has nothing, and with the day to whoever had a plan', async () => {
    const empty = await open(nothing, '/portal');
    await empty.getByText('There is no plan yet').waitFor();
    expect(await empty.getByText(/No subscription is active/).count()).toBe(0);
    const ended = await open(gone, '/portal');
    await ended.getByText(/^Your plan Lumen Team has ended on /).waitFor();
  });

  it('is told of what is owed, since when, and what is in the limits of the plan', async () => {
    const page = await open(declined, '/portal');
    await page.getByText(/^€24\.00 of your invoices is not paid yet, the oldest since /).waitFor();
    await page.getByText('Seats: 4').waitFor();
  });

  it('is dated by the clocks of the reader and of the customer', async () => {
    const page = await open(payer, '/portal/wallet');
    await page.getByRole('cell', { name: /\d\d:\d\d \(.*Tokyo\)/ }).first().waitFor();
  });
});

describe('the address', () => {
  it('holds the filters, through a reload and back from another page', async () => {
    const page = await open(payer, '/portal/wallet');
    await page.getByLabel('Type').selectOption('debit');
    await page.getByLabel('By whom').fill('somebody');
    await page.waitForURL(/direction=debit&by=somebody/);
    await page.getByText('Nothing moved in this time').waitFor();
    await page.reload();
    await page.getByText('Nothing moved in this time').waitFor();
    expect(await page.getByLabel('Type').inputValue()).toBe('debit');
    await page.getByRole('link', { name: 'Invoices', exact: true }).first().click();
    await page.getByRole('heading', { level: 1, name: 'Invoices' }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'Balance' }).waitFor();
    expect(await page.getByLabel('By whom').inputValue()).toBe('somebody');
  });
});

describe('the keyboard', () => {
  it('goes past the tabs, opens a dialog, stays in it and comes back to what opened it', async () => {
    const page = await open(payer, '/portal/wallet');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the page');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('page');

    const button = page.getByRole('button', { name: 'Top up', exact: true });
    await button.press('Enter');
    await page.getByRole('dialog', { name: 'Top up' }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.closest('dialog') !== null)).toBe(true);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
  });
});

describe('an answer that does not come', () => {
  it('is waited for in words, is told when it is refused, and can be asked for again', async () => {
    const { page } = await openPage(browser);
    let hasCome: () => void = () => undefined;
    const isComing = new Promise<void>((resolve) => {
      hasCome = resolve;
    });
    await page.route('**/plan-options', async (route) => {
      await isComing;
      await route.fulfill({ status: 403, contentType: 'application/problem+json', body: JSON.stringify({ type: '/problems/forbidden', title: 'Not allowed', status: 403, detail: 'Not today.' }) });
    });
    await openPortalPage(page, { client, customer: payer, path: '/portal/plan' });
    await page.getByText('Loading the plans…').waitFor();
    hasCome();
    await page.getByRole('alert').getByText('Not today.').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await page.unroute('**/plan-options');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { name: 'Your plan' }).waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  });
});

describe('a narrow screen', () => {
  it('has the PDF of each invoice in sight', async () => {
    const page = await open('diga-project', '/portal/invoices', { viewport: { width: 390, height: 844 } });
    const box = await page.getByRole('button', { name: /^PDF of / }).first().boundingBox();
    expect((box?.x ?? 999) + (box?.width ?? 0)).toBeLessThanOrEqual(390 - 16);
  });
});

describe('a session that ends', () => {
  it('while the page is open asks for a key, and leaves the page as it was', async () => {
    const keyOf = () => client.createApiKey({ kind: 'customer', customer: payer });
    const [first, second] = [await keyOf(), await keyOf()];
    const { page } = await openPage(browser);
    await page.goto(`${engine.url}/portal/wallet`);
    await page.getByLabel('Customer key').fill(first.key);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Top up', exact: true }).click();
    await page.getByRole('dialog').getByLabel('Amount', { exact: true }).fill('33');
    await client.revokeApiKey(first.id);
    await page.getByRole('button', { name: 'Charge €33.00' }).click();
    await page.getByText(/^Your session has ended\./).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByLabel('Customer key').fill(second.key);
    await page.keyboard.press('Enter');
    await page.getByText(/^Your session has ended\./).waitFor({ state: 'detached' });
    expect(await page.getByRole('dialog').getByLabel('Amount', { exact: true }).inputValue()).toBe('33');
  });
});
