import type { Page } from 'playwright-core';
import type { Demo } from './browser.js';

/** A page of the dashboard or the portal, as the tests open it and as its picture is taken. */
export interface ListedPage {
  /** Of its picture. */
  readonly name: string;
  readonly path: (demo: Demo) => string;
  /** What is done there first, such as opening a dialog. */
  readonly act?: (page: Page) => Promise<void>;
}

const diga = (rest: string) => (demo: Demo) => `/dashboard/customers/${demo.customers.diga.id}${rest}`;
const docspace = (rest: string) => (demo: Demo) => `/dashboard/customers/${demo.customers.docspace.id}${rest}`;

function daysAgo(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString();
}

/** Every page of the operator. */
export const OPERATOR_PAGES: readonly ListedPage[] = [
  { name: 'overview', path: () => '/dashboard' },
  { name: 'overview-year', path: () => '/dashboard?span=12-months' },
  { name: 'customers', path: () => '/dashboard/customers' },
  { name: 'customers-none', path: () => '/dashboard/customers?query=nobody-is-called-this' },
  { name: 'customer-new', path: () => '/dashboard/customers', act: (page) => page.getByRole('button', { name: 'New customer' }).click() },
  { name: 'customer', path: diga('') },
  { name: 'customer-past', path: (demo) => diga(`?at=${daysAgo(10)}`)(demo) },
  { name: 'customer-before', path: diga('?at=2020-01-01T00:00:00Z') },
  { name: 'customer-usage', path: diga('/usage') },
  { name: 'customer-upcoming-invoice', path: diga('/upcoming-invoice'), act: (page) => page.locator('main summary').first().click() },
  { name: 'customer-invoices', path: diga('/invoices') },
  { name: 'customer-wallet', path: docspace('/wallet') },
  { name: 'customer-top-up', path: docspace('/wallet'), act: (page) => page.getByRole('button', { name: 'Change', exact: true }).click() },
  { name: 'customer-events', path: diga('/events') },
  { name: 'customer-entitlements', path: docspace('/entitlements') },
  { name: 'customer-alerts', path: diga('/alerts') },
  { name: 'customer-access', path: diga('/access'), act: (page) => page.getByRole('button', { name: 'Make a link' }).click() },
  { name: 'customer-absent', path: () => '/dashboard/customers/nobody' },
  {
    name: 'change',
    path: diga(''),
    act: async (page) => {
      await page.getByRole('link', { name: 'Change plan' }).click();
      await page.getByLabel('Plan').selectOption('diga_scale');
      await page.getByText('Due now').waitFor();
    },
  },
  { name: 'invoices', path: () => '/dashboard/invoices' },
  {
    name: 'invoice',
    path: () => '/dashboard/invoices',
    act: async (page) => {
      await page.getByRole('table').getByRole('link').first().click();
      await page.getByRole('heading', { name: 'Lines' }).waitFor();
    },
  },
  { name: 'nowhere', path: () => '/dashboard/nowhere' },
];

/** Waits until what a page shows has come: no skeleton, and no lazy part under way. */
export async function settled(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor();
  await page.waitForLoadState('load');
  // Skeletons say "Loading …" to whoever hears the page.
  await page.getByText(/^Loading .*…$/).first().waitFor({ state: 'detached' });
}
