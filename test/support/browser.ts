import type { Client } from '@paidup/sdk';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

const PROGRAM = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const PAGES = fileURLToPath(new URL('../../dashboard/dist/index.html', import.meta.url));
const AXE = createRequire(import.meta.url).resolve('axe-core');

/** Names under which Chromium and its kin are installed. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
const MAC = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium'];

/** The demo, as `serve --json` says it. */
export interface Demo {
  readonly secret_key: string;
  readonly publishable_key: string;
  readonly customers: Readonly<Record<'docspace' | 'diga' | 'lark', { readonly id: string; readonly key?: string; readonly external_id?: string }>>;
}

/** A process of the engine. */
export interface RunningEngine {
  readonly url: string;
  /** A secret key. */
  readonly key: string;
  readonly stop: () => Promise<void>;
}

export interface DemoEngine extends RunningEngine {
  readonly demo: Demo;
}

/** Starts the engine as it was built, with the demo, on a port of its own; `data` is its folder. @throws Error with what it said when it does not start. */
export async function startDemoEngine(more: readonly string[] = [], data = 'memory'): Promise<DemoEngine> {
  const { said, stop } = await start(['--demo', '--data', data, ...more]);
  const { url, demo } = said as { url: string; demo: Demo };
  return { url, key: demo.secret_key, demo, stop };
}

/** The same with nothing in its store. */
export async function startEmptyEngine(): Promise<RunningEngine> {
  const { said, stop } = await start(['--data', 'memory']);
  const { url, secret_key: key } = said as { url: string; secret_key: string };
  return { url, key, stop };
}

async function start(flags: readonly string[]): Promise<{ said: unknown; stop: () => Promise<void> }> {
  for (const file of [PROGRAM, PAGES]) if (!existsSync(file)) throw new Error(`${file} is not there: run npm run build first.`);
  const child = spawn(process.execPath, [PROGRAM, 'serve', '--port', '0', '--json', ...flags], { env: { PATH: process.env.PATH }, stdio: ['ignore', 'pipe', 'pipe'] });
  const said: unknown = JSON.parse(await firstLine(child));
  return {
    said,
    stop: async () => {
      const ended = new Promise<void>((resolve) => {
        child.once('exit', () => resolve());
      });
      if (child.exitCode === null && child.kill('SIGTERM')) await ended;
    },
  };
}

/** Starts the Chromium of this machine. @throws Error that says how to install one when there is none. */
export function startBrowser(): Promise<Browser> {
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({ executablePath: findChromium(), args: ['--disable-background-networking', ...(isRoot ? ['--no-sandbox'] : [])] });
}

/** A page of a new browser profile, with all that went wrong on it: what it said on its console, and what its policy kept it from. */
export interface WatchedPage {
  readonly page: Page;
  /** What went wrong since the last time this was asked. */
  readonly faults: () => string[];
}

/** The reader of the tests: another locale and zone than the demo's customers. */
const READER: BrowserContextOptions = { locale: 'en-GB', timezoneId: 'Europe/London', viewport: { width: 1280, height: 860 } };

export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext({ ...READER, ...options });
  const page = await context.newPage();
  const found: string[] = [];
  page.on('console', (message) => {
    // Chromium says what the content security policy refused as an error of the console.
    if (message.type() === 'error' || message.type() === 'warning') found.push(`${message.type()}: ${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => found.push(`thrown: ${error.message}`));
  return { page, faults: () => found.splice(0) };
}

/** Signs in to the dashboard at `path`, by the form, as an operator does. */
export async function signIn(page: Page, engine: RunningEngine, path = '/dashboard'): Promise<void> {
  await page.goto(engine.url + path);
  await page.getByLabel('Secret key').fill(engine.key);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('#page h1').waitFor();
}

/** Opens a page of the portal through a new link, as a product makes it. */
export async function openPortalPage(page: Page, { client, customer, path }: { client: Client; customer: string; path: string }): Promise<void> {
  const { url } = await client.createPortalLink(customer, { return_url: 'https://app.example.com/account' });
  // What follows # alone opens no page anew.
  await page.goto('about:blank');
  await page.goto(url.replace('/portal#', `${path}#`));
  await page.locator('#page h1').waitFor();
}

interface AxeResult {
  violations: Array<{ id: string; impact: string; help: string; nodes: Array<{ html: string; failureSummary: string }> }>;
}

/** What axe finds on the page that is serious or critical, in sentences. */
export async function seriousFaults(page: Page): Promise<string[]> {
  // Through the debugger: the page's content security policy lets no script in, and stays as it is.
  const session = await page.context().newCDPSession(page);
  await session.send('Runtime.evaluate', { expression: readFileSync(AXE, 'utf8') });
  const { violations } = await page.evaluate<AxeResult>('axe.run(document, { resultTypes: ["violations"] })');
  await session.detach();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id}: ${help}\n${nodes.map(({ html, failureSummary }) => `  ${html}\n  ${failureSummary}`).join('\n')}`);
}

function findChromium(): string {
  const named = process.env.PAIDUP_TEST_CHROMIUM;
  if (named !== undefined && named !== '') {
    if (!existsSync(named)) throw new Error(`PAIDUP_TEST_CHROMIUM says ${named}, and there is nothing there.`);
    return named;
  }
  const installed = NAMES.map((name) => spawnSync('which', [name], { encoding: 'utf8' }).stdout?.trim() ?? '').find((path) => path !== '');
  const found = installed ?? MAC.find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new Error('The tests of the pages need Chromium or Chrome: on Debian and Ubuntu `apt-get install chromium`, on macOS `brew install --cask chromium`; or say in PAIDUP_TEST_CHROMIUM where one is.');
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let out = '';
    let errors = '';
    child.stdout?.on('data', (part: Buffer) => {
      out += part.toString();
      const end = out.indexOf('\n');
      if (end >= 0) resolve(out.slice(0, end));
    });
    child.stderr?.on('data', (part: Buffer) => {
      errors += part.toString();
    });
    child.once('exit', (code) => reject(new Error(`The engine ended with ${String(code)} before it was ready: ${errors}`)));
  });
}
