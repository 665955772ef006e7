/** Takes a picture of each page, light and dark, wide and narrow: `tsx scripts/screenshots.ts FOLDER [NAME…]`. Needs `npm run build` first. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { openPage, signIn, startBrowser, startDemoEngine } from '../test/support/browser.js';
import { OPERATOR_PAGES, settled } from '../test/support/pages.js';

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
try {
  for (const look of LOOKS) {
    const { page, faults } = await openPage(browser, { ...look.options, reducedMotion: 'reduce' });
    await page.goto(`${engine.url}/dashboard`);
    await page.getByLabel('Secret key').waitFor();
    if (isWanted('sign-in')) await take(page, `sign-in-${look.name}`);
    await signIn(page, engine);
    for (const { name, path: pathOf, act } of OPERATOR_PAGES) {
      if (!isWanted(name)) continue;
      await page.goto(engine.url + pathOf(engine.demo));
      await settled(page);
      await act?.(page);
      await settled(page);
      await take(page, `${name}-${look.name}`);
    }
    for (const fault of faults()) console.error(`${look.name}: ${fault}`);
    await page.context().close();
  }
} finally {
  await browser.close();
  await engine.stop();
}

function isWanted(name: string): boolean {
  return names.length === 0 || names.includes(name);
}

async function take(page: Page, name: string): Promise<void> {
  // What moves in comes to rest, and charts measure the room that they have.
  await page.waitForTimeout(400);
  const file = path.join(folder ?? '.', `${name}.png`);
  await page.screenshot({ path: file });
  console.log(file);
}
