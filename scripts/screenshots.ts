/**
 * Takes a picture of each page, light and dark, wide and narrow: `tsx scripts/screenshots.ts FOLDER [NAME…]`, names such as `plan` or
 * `plan-dark-narrow`. Needs `npm run build` first.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { createClient } from '@paidup/sdk';
import type { Page } from 'playwright-core';
import { openPage, openPortalPage, signIn, startBrowser, startDemoEngine } from '../test/support/browser.js';
import { OPERATOR_PAGES, PORTAL_PAGES, settled } from '../test/support/pages.js';
import { loadPortalCustomers } from '../test/support/portal-customer.js';

const [folder, ...names] = process.argv.slice(2);
if (folder === undefined || folder.startsWith('-')) throw new Error('Say which folder the pictures go to.');
mkdirSync(folder, { recursive: true });

const LOOKS = [
  { name: 'light-wide', options: { colorScheme: 'light' } },
  { name: 'dark-wide', options: { colorScheme: 'dark' } },
  { name: 'light-narrow', options: { colorScheme: 'light', viewport: { width: 390, height: 844 } } },
  { name: 'dark-narrow', options: { colorScheme: 'dark', viewport: { width: 390, height: 844 } } },
] as const;

const [engine, browser] = await Promise.all([startDemoEngine(), startBrowser()]);
const client = createClient({ url: engine.url, key: engine.demo.secret_key });
let hasPortalCustomers = false;
try {
  for (const look of LOOKS) {
    const { page, faults } = await openPage(browser, { ...look.options, reducedMotion: 'reduce' });
    await page.goto(`${engine.url}/dashboard`);
    await page.getByLabel('Secret key').waitFor();
    if (isWanted('sign-in', look)) await take(page, `sign-in-${look.name}`);
    await signIn(page, engine);
    for (const { name, path: pathOf, act } of OPERATOR_PAGES) {
      if (!isWanted(name, look)) continue;
      await page.goto(engine.url + pathOf(engine.demo));
      await settled(page);
      await act?.(page);
      await settled(page);
      await take(page, `${name}-${look.name}`);
    }
    if (isWanted('portal-sign-in', look)) {
      await page.goto(`${engine.url}/portal`);
      await settled(page);
      await take(page, `portal-sign-in-${look.name}`);
    }
    const portalPages = PORTAL_PAGES.filter(({ name }) => isWanted(name, look));
    // As late as can be: they would stand in the operator's lists too.
    if (portalPages.length > 0 && !hasPortalCustomers) await loadPortalCustomers(client);
    hasPortalCustomers ||= portalPages.length > 0;
    for (const listed of portalPages) {
      await openPortalPage(page, { client, ...listed });
      await settled(page);
      await listed.act?.(page);
      await settled(page);
      await take(page, `${listed.name}-${look.name}`);
    }
    for (const fault of faults()) console.error(`${look.name}: ${fault}`);
    await page.context().close();
  }
} finally {
  await browser.close();
  await engine.stop();
}

function isWanted(name: string, look: (typeof LOOKS)[number]): boolean {
  return names.length === 0 || names.includes(name) || names.includes(`${name}-${look.name}`);
}

async function take(page: Page, name: string): Promise<void> {
  // What moves in comes to rest, and charts measure the room that they have.
  await page.waitForTimeout(400);
  const file = path.join(folder ?? '.', `${name}.png`);
  await page.screenshot({ path: file });
  console.log(file);
}
