import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPage, seriousFaults, signIn, startBrowser, type DemoEngine, type WatchedPage } from '../support/browser.js';
import { startDemoCopy } from '../support/demo-store.js';
import { OPERATOR_PAGES, settled } from '../support/pages.js';

let engine: DemoEngine;
let browser: Browser;
let light: WatchedPage;
let dark: WatchedPage;

beforeAll(async () => {
  [engine, browser] = await Promise.all([startDemoCopy(), startBrowser()]);
  light = await openPage(browser);
  dark = await openPage(browser, { colorScheme: 'dark', viewport: { width: 390, height: 844 } });
  await signIn(light.page, engine);
  await signIn(dark.page, engine);
});

afterAll(async () => {
  await browser?.close();
  await engine?.stop();
});

describe('every page of the operator', () => {
  it.each(OPERATOR_PAGES)('$name has nothing that axe finds serious, light and wide or dark and narrow', async ({ path, act }) => {
    for (const { page, faults } of [light, dark]) {
      await page.goto(engine.url + path(engine.demo));
      await settled(page);
      await act?.(page);
      await settled(page);

      expect(await seriousFaults(page)).toEqual([]);
      expect(faults().filter((fault) => !isExpected(fault))).toEqual([]);
      expect(await page.locator('h1').count()).toBe(1);
      expect(await page.title()).toMatch(/^.+ · Paidup$/);
      // Nothing but tables, which say so, is wider than the screen.
      expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0);
    }
  });

  it('is the sign-in page too', async () => {
    const { page, faults } = await openPage(browser);
    await page.goto(`${engine.url}/dashboard`);
    await page.getByLabel('Secret key').waitFor();

    expect(await seriousFaults(page)).toEqual([]);
    expect(faults()).toEqual([]);
  });
});

describe('the keyboard', () => {
  it('goes past the navigation, and to the title of the page that it opened', async () => {
    const { page } = light;
    await page.goto(`${engine.url}/dashboard/customers`);
    await settled(page);

    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the page');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('page');

    await page.getByRole('link', { name: 'Invoices' }).press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Invoices' }).waitFor();
    await page.waitForFunction(() => document.activeElement?.tagName === 'H1');
  });

  it('opens a dialog, stays in it, closes it, and is back where it was', async () => {
    const { page } = light;
    await page.goto(`${engine.url}/dashboard/customers`);
    await settled(page);
    const button = page.getByRole('button', { name: 'New customer' });

    await button.press('Enter');
    await page.getByRole('dialog', { name: 'New customer' }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.closest('dialog') !== null)).toBe(true);
    await page.keyboard.press('Escape');

    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
  });

  it('reaches an action that cannot be done, and is told why', async () => {
    const { page } = light;
    await page.goto(`${engine.url}/dashboard/customers/${engine.demo.customers.diga.id}/wallet`);
    await settled(page);
    const button = page.getByRole('button', { name: 'Top up', exact: true });

    await button.focus();

    expect(await button.getAttribute('aria-disabled')).toBe('true');
    const reason = await button.evaluate((element) => document.getElementById(element.getAttribute('aria-describedby')?.split(' ')[0] ?? '')?.textContent);
    expect(reason).toBe('There is no card on file to charge.');
    await page.getByRole('tooltip').waitFor();
    await button.press('Enter');
    expect(await page.getByRole('dialog').count()).toBe(0);
  });
});

describe('colours', () => {
  it('follow the device until the switch says otherwise, and then the switch, also after a reload', async () => {
    const { page } = await openPage(browser, { colorScheme: 'dark' });
    await signIn(page, engine);
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const ofDevice = await ground();

    await page.getByRole('button', { name: /^Colours: as the device/ }).click();
    const chosen = await ground();
    await page.reload();
    await settled(page);

    expect(chosen).not.toBe(ofDevice);
    expect(await ground()).toBe(chosen);
  });
});

/** The browser's own word for an answer of 404, where a page shows what is not there. */
function isExpected(fault: string): boolean {
  return /status of 404 .*\/v1\/(customers\/nobody|plans\/nothing)/.test(fault) || /status of 404 .*\/payment-method\)/.test(fault);
}
