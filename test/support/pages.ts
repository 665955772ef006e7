import type { Page } from 'playwright-core';
import type { Demo } from './browser.js';
import { PORTAL_CUSTOMERS } from './portal-customer.js';

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
  { name: 'plans', path: () => '/dashboard/plans' },
  { name: 'plans-archived', path: () => '/dashboard/plans?show=archived' },
  { name: 'plan', path: () => '/dashboard/plans/diga_pro?quantity=2000' },
  { name: 'plan-archive', path: () => '/dashboard/plans/diga_pro', act: (page) => page.getByRole('button', { name: 'Archive' }).click() },
  { name: 'plan-absent', path: () => '/dashboard/plans/nothing' },
  { name: 'plan-new', path: () => '/dashboard/new-plan' },
  { name: 'plan-edit', path: () => '/dashboard/plans/diga_pro/edit', act: (page) => page.getByText('What it would cost').first().waitFor() },
  {
    name: 'plan-versions',
    path: () => '/dashboard/plans/diga_basic/edit',
    act: async (page) => {
      // Another name each time: what says the same is no new version.
      await page.getByLabel('Name', { exact: true }).fill(`Basic ${Date.now() % 1000}`);
      await page.getByLabel('Included units').first().fill(String(400 + (Date.now() % 100)));
      await page.getByRole('button', { name: 'Save as a new version' }).click();
      await page.getByRole('link', { name: 'Versions' }).click();
      await page.getByText(/^\d+ things differ$/).waitFor();
    },
  },
  { name: 'meters', path: () => '/dashboard/meters' },
  { name: 'meter', path: () => '/dashboard/meters/diga_minutes' },
  { name: 'meter-new', path: () => '/dashboard/meters', act: (page) => page.getByRole('button', { name: 'New meter' }).click() },
  { name: 'events', path: () => '/dashboard/events', act: (page) => page.getByText('live', { exact: true }).waitFor() },
  { name: 'events-none', path: () => '/dashboard/events?meter=docspace_paid_backup' },
  { name: 'webhooks', path: () => '/dashboard/webhooks' },
  {
    name: 'webhook-new',
    path: () => '/dashboard/webhooks',
    act: async (page) => {
      await page.getByRole('button', { name: 'New endpoint' }).click();
      await page.getByLabel('Is told').selectOption('chosen');
    },
  },
  {
    name: 'webhook',
    path: () => '/dashboard/webhooks',
    act: async (page) => {
      await page.getByRole('button', { name: 'New endpoint' }).click();
      // Nobody is there, and nothing is sent before something happens.
      await page.getByLabel('Address').fill('https://books.example.com/hooks');
      await page.getByRole('button', { name: 'Make the endpoint' }).click();
      await page.getByRole('button', { name: 'I have kept it' }).click();
      await page.getByRole('heading', { name: 'Deliveries' }).waitFor();
    },
  },
  { name: 'settings', path: () => '/dashboard/settings' },
  {
    name: 'key-new',
    path: () => '/dashboard/settings',
    act: async (page) => {
      await page.getByRole('button', { name: 'New key' }).click();
      await page.getByLabel('May').selectOption('chosen');
    },
  },
  { name: 'nowhere', path: () => '/dashboard/nowhere' },
];

/** A page of the portal: whose it is comes with the link that opens it. */
export interface ListedPortalPage extends Omit<ListedPage, 'path'> {
  /** External id. */
  readonly customer: string;
  readonly path: string;
}

const { nothing, payer, declined, expired, leaving, gone, yen } = PORTAL_CUSTOMERS;
const OVERVIEW = '/portal';
const PLAN = '/portal/plan';
const WALLET = '/portal/wallet';
const INVOICES = '/portal/invoices';

/** Every page of the customer, with every dialog, for customers at the ends of what there is. */
export const PORTAL_PAGES: readonly ListedPortalPage[] = [
  { name: 'portal-overview', customer: 'docspace-portal', path: OVERVIEW },
  { name: 'portal-usage', customer: 'diga-project', path: OVERVIEW },
  { name: 'portal-plan', customer: payer, path: PLAN },
  { name: 'portal-wallet', customer: 'docspace-portal', path: WALLET },
  { name: 'portal-invoices', customer: 'diga-project', path: INVOICES },
  { name: 'portal-plan-preview', customer: payer, path: PLAN, act: (page) => previewed(page, 'Upgrade Lumen Studio') },
  {
    name: 'portal-seats',
    customer: payer,
    path: PLAN,
    act: async (page) => {
      await page.getByLabel('Seat').first().fill('7');
      await previewed(page, 'Change Lumen Team');
    },
  },
  { name: 'portal-leave', customer: payer, path: PLAN, act: (page) => pressed(page, 'End the plan') },
  { name: 'portal-top-up', customer: payer, path: WALLET, act: (page) => pressed(page, 'Top up') },
  {
    name: 'portal-top-up-fault',
    customer: payer,
    path: WALLET,
    act: async (page) => {
      await pressed(page, 'Top up');
      await page.getByRole('dialog').getByLabel('Amount').fill('1000000000');
    },
  },
  { name: 'portal-automatic', customer: payer, path: WALLET, act: (page) => pressed(page, 'Change') },
  { name: 'portal-card-removal', customer: payer, path: WALLET, act: (page) => pressed(page, 'Remove') },
  ...[nothing, declined].flatMap((customer) => [OVERVIEW, PLAN, WALLET, INVOICES].map((path) => ({ name: `portal-${customer.slice('lumen-'.length)}-${path.split('/')[2] ?? 'overview'}`, customer, path }))),
  { name: 'portal-expired-wallet', customer: expired, path: WALLET },
  { name: 'portal-expired-plan', customer: expired, path: PLAN },
  { name: 'portal-leaving-overview', customer: leaving, path: OVERVIEW },
  { name: 'portal-leaving-plan', customer: leaving, path: PLAN },
  { name: 'portal-gone-overview', customer: gone, path: OVERVIEW },
  { name: 'portal-gone-plan', customer: gone, path: PLAN },
  { name: 'portal-yen-top-up', customer: yen, path: WALLET, act: (page) => pressed(page, 'Top up') },
  { name: 'portal-nowhere', customer: payer, path: '/portal/nowhere' },
];

async function pressed(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).first().click();
  await page.getByRole('dialog').waitFor();
}

async function previewed(page: Page, name: string): Promise<void> {
  await pressed(page, name);
  await page.getByRole('dialog').getByText('Due now').first().waitFor();
}

/** Waits until what a page shows has come: no skeleton, and no lazy part under way. */
export async function settled(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor();
  await page.waitForLoadState('load');
  // Skeletons say "Loading …" to whoever hears the page.
  await page.getByText(/^Loading .*…$/).first().waitFor({ state: 'detached' });
}
