import type { Browser, Page } from 'playwright-core';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createClient, type Client } from '@paidup/sdk';
import { openPage, signIn, startBrowser, startDemoEngine, type DemoEngine, type WatchedPage } from '../support/browser.js';
import { startDemoCopy } from '../support/demo-store.js';
import { settled } from '../support/pages.js';
import { startReceiver, type Receiver } from '../support/receiver.js';

let engine: DemoEngine;
let browser: Browser;
let client: Client;
let receiver: Receiver;
let watched: WatchedPage;
let page: Page;

beforeAll(async () => {
  [engine, browser, receiver] = await Promise.all([startDemoCopy(['--webhook-allow', '127.0.0.0/8']), startBrowser(), startReceiver()]);
  client = createClient({ url: engine.url, key: engine.demo.secret_key });
  watched = await openPage(browser);
  ({ page } = watched);
  await signIn(page, engine);
});

beforeEach(() => watched.faults());

afterAll(async () => {
  await browser?.close();
  await engine?.stop();
  await receiver?.close();
});

async function open(path: string): Promise<void> {
  await page.goto(engine.url + path);
  await settled(page);
}

const call = (id: string) => ({ id, customer: engine.demo.customers.diga.id, name: 'call.ended', properties: { seconds: '61' } });

describe('events', () => {
  it('arrive on the page without a reload, with what they count in', async () => {
    await open('/dashboard/events');
    await page.getByText('live', { exact: true }).waitFor();

    await client.ingestEvents([call('live-1')]);

    const row = page.getByRole('row', { name: /live-1/ });
    await row.waitFor();
    expect(await row.textContent()).toMatch(/Aurora Voice.*minutes measured 61/);
    expect(watched.faults()).toEqual([]);
  });

  it('wait while the page is paused, which says how much has changed, and are there when it goes on', async () => {
    await open('/dashboard/events');
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('Nothing has changed since.').waitFor();

    await client.ingestEvents([call('paused-1')]);
    await page.getByText('1 change since.').waitFor();
    expect(await page.getByRole('row', { name: /paused-1/ }).count()).toBe(0);
    await page.getByRole('button', { name: 'Go on' }).click();

    await page.getByRole('row', { name: /paused-1/ }).waitFor();
  });

  it('are told apart by customer and meter, in the address', async () => {
    const id = 'lonely';
    await client.createCustomer({ external_id: id, name: 'Lonely' });
    await client.ingestEvents([{ id: 'lonely-1', customer: id, name: 'call.ended', properties: { seconds: '5' } }, { id: 'lonely-2', customer: id, name: 'copilot.asked', properties: { credits: '2' } }]);
    await open('/dashboard/events');
    await page.getByRole('searchbox', { name: 'Customer' }).fill(id);
    const rows = page.getByRole('table').locator('tbody tr');
    await expect.poll(() => rows.count()).toBe(2);
    expect(await rows.filter({ hasText: 'lonely-2' }).textContent()).toContain('no subscription was active when it happened');

    await page.getByLabel('Meter').selectOption('diga_minutes');
    await expect.poll(() => rows.count()).toBe(1);
    await page.reload();
    await page.getByRole('row', { name: /lonely-1/ }).waitFor();
    expect(await page.getByRole('searchbox', { name: 'Customer' }).inputValue()).toBe(id);
    expect(watched.faults()).toEqual([]);
  });
});

describe('webhooks', () => {
  it('are made with a secret that is shown once and signs what comes, which the log shows', async () => {
    await open('/dashboard/webhooks');
    await page.getByRole('button', { name: 'New endpoint' }).first().click();
    await page.getByLabel('Address').fill(receiver.url);
    await page.getByLabel('Description').fill('the books');
    await page.getByRole('button', { name: 'Make the endpoint' }).click();
    const secret = (await page.getByRole('dialog', { name: 'The endpoint is made' }).locator('code').textContent()) ?? '';
    expect(secret).toMatch(/^whsec_/);
    await page.getByRole('button', { name: 'I have kept it' }).click();
    await page.getByRole('heading', { level: 1, name: 'the books' }).waitFor();
    expect(await page.content()).not.toContain(secret);

    await page.getByRole('button', { name: 'Send a test' }).click();
    await page.getByText(/The test arrived: it answered 204/).first().waitFor();
    const test = receiver.received.find(({ body }) => body.type === 'webhook_endpoint.test');
    new Webhook(secret).verify(test?.text ?? '', test?.headers as Record<string, string>);

    await page.getByRole('link', { name: 'webhook_endpoint.test' }).click();
    const dialog = page.getByRole('dialog', { name: 'webhook_endpoint.test' });
    await dialog.getByText('it answered 204').waitFor();
    expect(JSON.parse((await dialog.getByRole('region', { name: 'What is sent' }).textContent()) ?? '')).toEqual(test?.body);
    const before = receiver.received.length;
    await dialog.getByRole('button', { name: 'Send it again' }).click();
    await dialog.getByRole('listitem').nth(1).waitFor();
    expect(receiver.received.length).toBe(before + 1);
    expect(watched.faults()).toEqual([]);
  });

  it('show what was not delivered, and why', async () => {
    const { id } = await client.createWebhookEndpoint({ url: receiver.url, description: 'refusing' });
    receiver.answer = () => 500;
    await open(`/dashboard/webhooks/${id}`);
    await page.getByRole('button', { name: 'Send a test' }).click();

    await page.getByText(/The test did not arrive: it answered 500/).first().waitFor();
    receiver.answer = () => 204;
    await page.getByLabel('State').selectOption('delivered');
    await page.getByText('No such deliveries').waitFor();
    expect(page.url()).toContain('status=delivered');
  });

  it('are switched off and on, get a new secret, and are deleted, each after what it asks', async () => {
    const { id, secret } = await client.createWebhookEndpoint({ url: receiver.url, description: 'short-lived' });
    await open(`/dashboard/webhooks/${id}`);
    await page.getByRole('button', { name: 'Switch off' }).click();
    await page.getByText('off', { exact: true }).waitFor();
    expect((await client.getWebhookEndpoint(id)).enabled).toBe(false);
    await page.getByRole('button', { name: 'Switch on' }).click();
    await page.getByText('on', { exact: true }).waitFor();

    await page.getByRole('button', { name: 'More about the endpoint' }).click();
    await page.getByRole('menuitem', { name: 'New secret' }).click();
    await page.getByRole('button', { name: 'Make a new secret' }).click();
    const next = await page.getByRole('dialog', { name: 'The new secret' }).locator('code').textContent();
    expect(next).toMatch(/^whsec_/);
    expect(next).not.toBe(secret);
    await page.getByRole('button', { name: 'I have kept it' }).click();

    await page.getByRole('button', { name: 'More about the endpoint' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('heading', { level: 1, name: 'Webhooks' }).waitFor();
    await expect(client.getWebhookEndpoint(id)).rejects.toMatchObject({ slug: 'not_found' });
  });

  it('say at the field which address is not taken', async () => {
    await open('/dashboard/webhooks');
    await page.getByRole('button', { name: 'New endpoint' }).first().click();
    await page.getByLabel('Address').fill('ftp://example.com');
    await page.getByRole('button', { name: 'Make the endpoint' }).click();

    await page.getByRole('alert').waitFor();
    expect(await page.getByLabel('Address').getAttribute('aria-invalid')).toBe('true');
  });
});

describe('settings', () => {
  it('make a key with chosen rights that is shown once, and revoke it', async () => {
    await open('/dashboard/settings');
    await page.getByRole('button', { name: 'New key' }).click();
    await page.getByLabel('Name', { exact: true }).fill('reads the catalog');
    await page.getByLabel('May').selectOption('chosen');
    expect(await page.getByRole('button', { name: 'Make the key' }).getAttribute('aria-disabled')).toBe('true');
    await page.getByRole('checkbox', { name: 'catalog:read' }).check();
    await page.getByRole('button', { name: 'Make the key' }).click();
    const key = (await page.getByRole('dialog', { name: 'The key is made' }).locator('code').textContent()) ?? '';
    const narrow = createClient({ url: engine.url, key });
    expect((await narrow.listPlans()).data.length).toBeGreaterThan(0);
    await expect(narrow.listCustomers()).rejects.toMatchObject({ slug: 'forbidden' });
    await page.getByRole('button', { name: 'I have kept it' }).click();
    expect(await page.content()).not.toContain(key);

    await page.getByRole('button', { name: 'Revoke reads the catalog' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke', exact: true }).click();

    await page.getByRole('row', { name: /reads the catalog/ }).getByText('revoked', { exact: true }).waitFor();
    await expect(narrow.listPlans()).rejects.toMatchObject({ slug: 'unauthorized' });
    expect(watched.faults()).toEqual([]);
  });

  it('say what runs here, and choose the colours, as the switch beside them does', async () => {
    const { version } = await client.health();
    await open('/dashboard/settings');
    await page.getByText(version, { exact: true }).waitFor();
    await page.getByText('the real one').waitFor();
    expect(await page.getByRole('heading', { name: 'Sandbox clock' }).count()).toBe(0);

    await page.getByLabel('Colours', { exact: true }).selectOption('dark');
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark');
    await page.getByRole('button', { name: /^Colours: dark/ }).click();
    expect(await page.getByLabel('Colours', { exact: true }).inputValue()).toBe('device');
  });
});

describe('the settings of a sandbox', () => {
  it('move its clock ahead', async () => {
    const sandbox = await startDemoEngine(['--sandbox']);
    try {
      const own = createClient({ url: sandbox.url, key: sandbox.demo.secret_key });
      const { now } = await own.getSandboxClock();
      const { page: other } = await openPage(browser);
      await signIn(other, sandbox, '/dashboard/settings');
      await other.getByLabel('Ahead by').fill('2');
      await other.getByRole('button', { name: 'Move ahead' }).click();

      await expect.poll(async () => Date.parse((await own.getSandboxClock()).now) - Date.parse(now)).toBe(2 * 86_400_000);
      await other.locator(`time[datetime="${(await own.getSandboxClock()).now}"]`).waitFor();
    } finally {
      await sandbox.stop();
    }
  });
});
