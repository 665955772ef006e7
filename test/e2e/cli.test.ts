import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HELP } from '../../src/cli/help.js';
import { commands } from '../../src/cli/program.js';
import type { Database } from '../../src/store/database.js';
import { openEmbeddedDatabase } from '../../src/store/embedded-database.js';
import { migrate } from '../../src/store/migrate.js';
import { ensureStoreFact } from '../../src/store/store-fact.js';
import { emptyStoreFolder } from '../support/empty-store.js';
import { startReceiver, verified, type Received } from '../support/receiver.js';
import { STAND_IN_KEY, STAND_IN_WEBHOOK_SECRET, StripeStandIn } from '../support/stripe-stand-in.js';

const PROGRAM = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const WRONG_KEY = `paidup-secret-${'0badc0de'.repeat(8)}`;
const folders: string[] = [];
const children: ChildProcess[] = [];

afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

describe('a server in memory', () => {
  test('prints one line with its address and its first key once it accepts requests, and ends with 0 on SIGTERM', async () => {
    const server = await start(['--data', 'memory']);
    expect(Object.keys(server.line)).toEqual(['url', 'secret_key']);
    expect(server.line.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await get(`${server.line.url}/v1/plans`, bearer(server.line.secret_key))).status).toBe(200);
    expect(await server.stop('SIGTERM')).toBe(0);
    expect(server.output().stdout.split('\n')).toHaveLength(2);
  });

  test('tells people the same in words, and ends with 0 on SIGINT', async () => {
    const server = spawnProgram(['serve', '--data', 'memory', '--port', '0', '--host', '0.0.0.0']);
    await server.until(() => server.output().stdout.includes('Ctrl-C'));
    expect(server.output().stdout).toMatch(/ready: http:\/\/127\.0\.0\.1:\d+\n/);
    expect(server.output().stdout).toMatch(/shown this once:\n {2}paidup-secret-[0-9a-f]{64}\n/);
    expect(await server.stop('SIGINT')).toBe(0);
  });

  test('finishes a request that is under way when it is told to stop', async () => {
    const server = await start(['--data', readyFolder()]);
    const request = await beginRequest(server.line);
    server.child.kill('SIGTERM');
    await pause(300);
    await expect(get(`${server.line.url}/healthz`)).rejects.toThrow();
    expect((await request.finish()).status).toBe(200);
    expect(await server.exited).toBe(0);
  });

  test('ends at once with 130 on a second signal', async () => {
    const server = await start(['--data', readyFolder()]);
    await beginRequest(server.line);
    server.child.kill('SIGTERM');
    await pause(300);
    expect(await server.stop('SIGTERM')).toBe(130);
  });

  test('logs JSON lines to stderr that hold no key', async () => {
    const server = await start(['--data', readyFolder(), '--log-level', 'trace']);
    const { url, secret_key: key } = server.line;
    await get(`${url}/v1/plans`, bearer(key));
    await get(`${url}/v1/plans`, bearer(WRONG_KEY));
    await get(`${url}/customer-access/nobody/billing-state`, { 'x-api-key': WRONG_KEY });
    await get(`${url}/api/2.0/portal/payment/quota`, { authorization: WRONG_KEY, cookie: `asc_auth_key=${WRONG_KEY}` });
    expect(await server.stop('SIGTERM')).toBe(0);
    const { stderr } = server.output();
    const lines = stderr.trim().split('\n').map((line): { msg: string } => JSON.parse(line));
    expect(lines.filter(({ msg }) => msg === 'answered').length).toBe(4);
    expect(stderr).not.toContain(key);
    expect(stderr).not.toContain(WRONG_KEY);
  });
});

describe('a server with a payment provider', () => {
  const RETURN = { success_url: 'https://shop.example.com/ok', back_url: 'https://shop.example.com/back' };
  const post = async ({ line }: Server, path: string, body: object, key = line.secret_key) => {
    const response = await fetch(`${line.url}${path}`, { method: 'POST', headers: { ...bearer(key), 'content-type': 'application/json', connection: 'close' }, body: JSON.stringify(body) });
    return { status: response.status, body: (await response.json()) };
  };
  const submit = (page: string, card: string) => fetch(page, { method: 'POST', body: new URLSearchParams({ card }), redirect: 'manual', headers: { connection: 'close' } });

  test('that is the sandbox finds its links, cards and charges again after a restart, and hears its own webhooks', async () => {
    const folder = readyFolder();
    const first = await start(['--data', folder]);
    const { secret_key: key } = first.line;
    for (const name of ['twice', 'lost']) await post(first, '/v1/customers', { external_id: name });
    const link = new URL((await post(first, '/v1/customers/twice/payment-method/setup-link', RETURN)).body.url);
    const lost = (await post(first, '/v1/customers/lost/payment-method/setup-link', RETURN)).body.url;
    expect((await submit(lost, 'card_times_out')).status).toBe(303);
    expect((await post(first, '/v1/customers/lost/top-ups', { amount: '10' })).status).toBe(503);
    expect(await first.stop('SIGTERM')).toBe(0);
    const second = await start(['--data', folder]);
    const { url } = second.line;
    expect((await get(`${url}/v1/customers/lost/wallet`, bearer(key))).body.data[0].balance, 'settled at the start').toBe('10.00');
    expect((await get(`${url}/v1/customers/lost/payment-method?refresh=true`, bearer(key))).body.last4).toBe('0119');
    expect((await submit(`${url}${link.pathname}`, 'card_answers_twice')).status).toBe(303);
    expect((await post(second, '/v1/customers/twice/top-ups', { amount: '10' }, key)).status).toBe(201);
    const heard = () => second.output().stderr.split('\n').filter((line) => line.includes('/v1/provider/webhook') && line.includes('"status":200'));
    await second.until(() => heard().length === 2);
    expect((await get(`${url}/v1/customers/twice/wallet`, bearer(key))).body.data[0].balance).toBe('10.00');
    expect(await second.stop('SIGTERM')).toBe(0);
  });

  test('tells webhooks to addresses that it is allowed to reach, and stops although a receiver says nothing', async () => {
    const receiver = await startReceiver();
    const server = await start(['--data', readyFolder(), '--webhook-allow', '127.0.0.0/8']);
    const { body: made } = await post(server, '/v1/webhook-endpoints', { url: receiver.url });
    await post(server, '/v1/customers', { external_id: 'told' });
    await server.until(() => receiver.received.length === 1);
    receiver.answer = () => null;
    await post(server, '/v1/customers', { external_id: 'untold' });
    await server.until(() => receiver.received.length === 2);
    expect(await server.stop('SIGTERM')).toBe(0);
    const strict = await start(['--data', readyFolder()]);
    const refused = await post(strict, '/v1/webhook-endpoints', { url: receiver.url });
    expect(await strict.stop('SIGTERM')).toBe(0);
    await receiver.close();

    expect(verified(receiver.received[0] as Received, made.secret)).toMatchObject({ type: 'customer.created', data: { external_id: 'told' } });
    expect(refused.status).toBe(400);
    expect(server.output().stderr).not.toContain(made.secret);
  });

  test('that is Stripe asks it where it is told to, and tells no secret', async () => {
    const standIn = await StripeStandIn.start();
    const server = await start(['--data', readyFolder(), '--provider', 'stripe', '--log-level', 'trace'], { STRIPE_SECRET_KEY: STAND_IN_KEY, STRIPE_WEBHOOK_SECRET: STAND_IN_WEBHOOK_SECRET, PAIDUP_STRIPE_URL: standIn.url.origin });
    await post(server, '/v1/customers', { external_id: 'acme' });
    const link = await post(server, '/v1/customers/acme/payment-method/setup-link', RETURN);
    standIn.completeSetup(link.body.url, standIn.card());
    expect((await get(`${server.line.url}/v1/customers/acme/payment-method?refresh=true`, bearer(server.line.secret_key))).body).toMatchObject({ provider: 'stripe', last4: '4242' });
    standIn.faults.push({ on: /payment_intents/, what: 'error_before' }, { on: /payment_intents/, what: 'error_before' }, { on: /payment_intents/, what: 'error_before' }, { on: /payment_intents/, what: 'error_before' });
    expect((await post(server, '/v1/customers/acme/top-ups', { amount: '10' })).status).toBe(503);
    const { payload, headers } = standIn.webhook('customer.updated', { id: [...standIn.customers.keys()][0] }, { secret: 'whsec_wrong' });
    expect((await fetch(`${server.line.url}/v1/provider/webhook`, { method: 'POST', body: payload, headers })).status).toBe(400);
    expect(await server.stop('SIGTERM')).toBe(0);
    for (const secret of [STAND_IN_KEY, STAND_IN_WEBHOOK_SECRET, 'client_secret', 'pi_secret']) expect(server.output().stderr).not.toContain(secret);
    expect(server.output().stderr).toContain('Stripe gave no answer');
    await standIn.stop();
  });
});

describe('a demo server', () => {
  let server: Server;
  let demo: Demo;
  beforeAll(async () => {
    server = await start(['--data', 'memory', '--demo']);
    demo = server.line.demo as Demo;
  });
  afterAll(() => server.stop('SIGTERM'));

  test('prints its keys and customers in the agreed shape', () => {
    const id = expect.stringMatching(/^cus_[0-9A-Za-z]{24}$/);
    const key = expect.stringMatching(/^sk-[0-9a-f]{64}$/);
    expect(server.line).toEqual({
      url: expect.any(String),
      demo: {
        secret_key: expect.stringMatching(/^paidup-secret-/),
        publishable_key: expect.stringMatching(/^paidup-publishable-/),
        customers: {
          docspace: { id, key },
          diga: { id, key },
          lark: { id: expect.stringMatching(/^subj_[0-9A-Za-z]{24}$/), external_id: 'user_1234567890' },
        },
      },
    });
  });

  test('takes every key on its surface', async () => {
    const { url } = server.line;
    const { docspace, diga, lark } = demo.customers;
    expect((await get(`${url}/api/2.0/portal/payment/quota`, { authorization: docspace.key })).status).toBe(200);
    expect((await get(`${url}/v1/billing/subscription/`, bearer(diga.key))).status).toBe(200);
    expect((await get(`${url}/customer-access/${lark.id}/billing-state`, { 'x-api-key': demo.publishable_key })).status).toBe(200);
    for (const name of [docspace.id, diga.id, lark.id, lark.external_id]) {
      expect((await get(`${url}/v1/customers/${name}/state`, bearer(demo.secret_key))).status).toBe(200);
    }
  });

  test('has a few dozen customers with months of history', async () => {
    const { body } = await get(`${server.line.url}/v1/customers?limit=200`, bearer(demo.secret_key));
    const ages = body.data.map((customer: { created_at: string }) => Date.now() - Date.parse(customer.created_at));
    expect(ages.length).toBeGreaterThan(30);
    expect(Math.max(...ages)).toBeGreaterThan(90 * 86_400_000);
    const { body: usage } = await get(`${server.line.url}/v1/customers/alder-analytics/state`, bearer(demo.secret_key));
    expect(usage.usage.length).toBeGreaterThan(0);
  });

  const dialects = [
    { from: 'docspace', key: () => demo.customers.docspace.key, subject: undefined },
    { from: 'diga', key: () => demo.customers.diga.key, subject: undefined },
    { from: 'lark', key: () => demo.publishable_key, subject: () => demo.customers.lark.id },
    { from: 'paidup', key: () => demo.secret_key, subject: () => demo.customers.lark.external_id },
  ];
  test.each(dialects)('is reported on in the dialect $from', async ({ from, key, subject }) => {
    const args = ['report', '--from', from, '--url', server.line.url, ...(subject === undefined ? [] : ['--subject', subject()])];
    const json = await run([...args, '--json'], { PAIDUP_KEY: key() });
    expect(json).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(json.stdout)).toMatchObject({ dialect: from, ok: true });
    const text = await run([...args, '--key', key()]);
    expect(text.code).toBe(0);
    expect(text.stdout).toContain(`${from} report`);
    expect(text.stdout).not.toContain(key());
  });

  test.each(dialects)('shows how a wrong key failed in the dialect $from, and never the key', async ({ from, subject }) => {
    const args = ['report', '--from', from, '--url', server.line.url, ...(subject === undefined ? [] : ['--subject', subject()])];
    const { code, stdout, stderr } = await run(args, { PAIDUP_KEY: WRONG_KEY });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^! .*: 401/m);
    expect(stdout + stderr).not.toContain(WRONG_KEY);
  });

  test('keeps its port: a second server there is refused in one line', async () => {
    const port = new URL(server.line.url).port;
    const { code, stdout, stderr } = await run(['serve', '--data', 'memory', '--port', port, '--log-level', 'silent']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(`paidup: port ${port} on 127.0.0.1 is taken: stop what listens there, or take another with --port (0 takes a free one)\n`);
  });
});

describe('a demo in a folder', () => {
  test('has the same customers and keys at the next start, and its folder to itself', async () => {
    const folder = newFolder();
    const first = await start(['--data', folder, '--demo']);
    const second = await run(['serve', '--data', folder, '--port', '0', '--json']);
    expect(second).toMatchObject({ code: 1, stdout: '' });
    expect(second.stderr).toMatch(/^paidup: the store in .* is already open in process \d+; stop it first, or give this one another folder\n$/);
    const keys = await run(['keys', 'list', '--data', folder]);
    expect(keys.code).toBe(1);
    expect(keys.stderr).toMatch(/^paidup: .* already open .*use its API: GET \/v1\/api-keys\n$/);
    expect(await first.stop('SIGTERM')).toBe(0);

    const again = await start(['--data', folder, '--demo']);
    expect(again.line.demo).toEqual(first.line.demo);
    const { body } = await get(`${again.line.url}/v1/customers?limit=200`, bearer(first.line.demo?.secret_key));
    expect(await again.stop('SIGTERM')).toBe(0);
    const plain = await start(['--data', folder]);
    expect(Object.keys(plain.line)).toEqual(['url']);
    const { body: after } = await get(`${plain.line.url}/v1/customers?limit=200`, bearer(first.line.demo?.secret_key));
    expect(after.data.map(({ id }: { id: string }) => id)).toEqual(body.data.map(({ id }: { id: string }) => id));
    expect(await plain.stop('SIGTERM')).toBe(0);
    expect(await run(['verify', '--data', folder])).toMatchObject({ code: 0, stdout: expect.stringContaining('everything kept follows from the facts') });
  });

  test('is not loaded into a store that has data of its own', async () => {
    const folder = readyFolder();
    const first = await start(['--data', folder]);
    const made = await fetch(`${first.line.url}/v1/customers`, {
      method: 'POST',
      headers: { ...bearer(first.line.secret_key), 'content-type': 'application/json' },
      body: JSON.stringify({ external_id: 'acme' }),
    });
    expect(made.status).toBe(201);
    await first.stop('SIGTERM');
    const second = await start(['--data', folder, '--demo']);
    expect(Object.keys(second.line)).toEqual(['url']);
    const { body } = await get(`${second.line.url}/v1/customers`, bearer(first.line.secret_key));
    expect(body.data).toHaveLength(1);
    expect(await second.stop('SIGTERM')).toBe(0);
    expect(second.output().stderr).toContain('the demo was not loaded');
  });

  test('that was cut off while it loaded is told, not served in part', async () => {
    const folder = readyFolder();
    await inStore(folder, (database) => ensureStoreFact(database, 'demo_seed', 'ab'.repeat(32)));
    const { code, stdout, stderr } = await run(['serve', '--data', folder, '--port', '0', '--demo', '--json', '--log-level', 'silent']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^paidup: the store holds an unfinished demo.*delete this store.*\n$/);
  });
});

describe('keys of a store in a folder', () => {
  test('are made, shown once, listed without themselves, and revoked', async () => {
    const folder = newFolder();
    const made = await run(['keys', 'create', '--kind', 'secret', '--name', 'ci', '--scope', 'catalog:read', '--scope', 'state:read', '--data', folder, '--json']);
    expect(made).toMatchObject({ code: 0, stderr: '' });
    const key = JSON.parse(made.stdout);
    expect(key).toMatchObject({ kind: 'secret', name: 'ci', scopes: ['catalog:read', 'state:read'], customer: null, revoked_at: null });
    const publishable = await run(['keys', 'create', '--kind', 'publishable', '--data', folder]);
    expect(publishable.stdout).toMatch(/^paidup-publishable-[0-9a-f]{64}\n\nThis publishable key \(key_\w+\) is shown this once/);

    const server = await start(['--data', folder]);
    expect(Object.keys(server.line)).toEqual(['url']);
    expect((await get(`${server.line.url}/v1/plans`, bearer(key.key))).status).toBe(200);
    expect((await get(`${server.line.url}/v1/customers`, bearer(key.key))).status).toBe(403);
    await server.stop('SIGTERM');

    expect(await run(['keys', 'revoke', key.id, '--data', folder])).toMatchObject({ code: 0, stdout: expect.stringContaining(`${key.id} is revoked since `) });
    const listed = await run(['keys', 'list', '--data', folder, '--json']);
    const { data } = JSON.parse(listed.stdout);
    expect(data.map((each: { kind: string; revoked_at: string | null }) => [each.kind, each.revoked_at !== null]).sort()).toEqual([['publishable', false], ['secret', true]]);
    expect(listed.stdout).not.toContain(key.key);
    const table = await run(['keys', 'list', '--data', folder]);
    expect(table.stdout).toMatch(/^ID +KIND +CUSTOMER +NAME +ENDS IN +SCOPES +CREATED +REVOKED\n/);
    expect(table.stdout).toContain('catalog:read,state:read');
  });

  test('are refused for who or what is not there', async () => {
    const folder = newFolder();
    const customer = await run(['keys', 'create', '--kind', 'customer', '--customer', 'nobody', '--data', folder]);
    expect(customer).toEqual({ code: 1, stdout: '', stderr: 'paidup: There is no customer "nobody".\n' });
    const revoked = await run(['keys', 'revoke', 'key_nothing', '--data', folder]);
    expect(revoked).toEqual({ code: 1, stdout: '', stderr: 'paidup: There is no API key "key_nothing".\n' });
    expect(await run(['keys', 'list', '--data', folder])).toEqual({ code: 0, stdout: 'no keys\n', stderr: '' });
  });
});

describe('migrate and verify', () => {
  test('tell what ran, and that there is nothing to do', async () => {
    const folder = newFolder();
    const first = await run(['migrate', '--data', folder, '--json'], { DATABASE_URL: 'postgres://127.0.0.1:1/flags-stand-above' });
    expect(first.code).toBe(0);
    expect(JSON.parse(first.stdout).ran).toContain('0001_ground.sql');
    expect(await run(['migrate'], { PAIDUP_DATA: folder })).toEqual({ code: 0, stdout: 'nothing to do: the schema is up to date\n', stderr: '' });
  });

  test('find what does not follow from the facts, and repair it', async () => {
    const folder = readyFolder();
    const server = await start(['--data', folder, '--demo']);
    await server.stop('SIGTERM');
    await inStore(folder, (database) => database.script((execute) => execute('update usage_windows set used = used + 1')));
    const found = await run(['verify', '--data', folder, '--json']);
    expect(found.code).toBe(1);
    const finding = JSON.parse(found.stdout);
    expect(finding).toMatchObject({ ok: false, repaired_count: 0 });
    expect(finding.difference_count).toBeGreaterThan(100);
    expect(finding.differences).toHaveLength(100);
    expect(finding.differences[0]).toMatchObject({ customer: expect.stringMatching(/^cus_/), what: 'window', detail: expect.any(String) });
    const repaired = await run(['verify', '--data', folder, '--repair']);
    expect(repaired).toMatchObject({ code: 0, stdout: expect.stringMatching(/\nrepaired: everything kept follows from the facts now\n$/) });
    expect(JSON.parse((await run(['verify', '--data', folder, '--json'])).stdout)).toMatchObject({ ok: true, difference_count: 0, differences: [] });
  });

  test('do not make a store where there is none to look at', async () => {
    const folder = join(newFolder(), 'absent');
    for (const command of [['verify'], ['keys', 'list'], ['keys', 'revoke', 'key_1']]) {
      expect(await run([...command, '--data', folder])).toEqual({ code: 1, stdout: '', stderr: `paidup: there is no store in ${folder}\n` });
    }
    expect(existsSync(folder)).toBe(false);
  });

  test('tell in one line that a database cannot be reached, without its password', async () => {
    const { code, stdout, stderr } = await run(['verify'], { DATABASE_URL: 'postgres://paidup:hunter2hunter2@127.0.0.1:1/billing' });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^paidup: cannot open PostgreSQL at 127\.0\.0\.1:1\/billing: the database cannot be reached \(.*ECONNREFUSED.*\)\n$/);
    expect(stderr).not.toContain('hunter2');
  });
});

describe('the command line', () => {
  test.each([
    { args: [], says: 'Usage: paidup <command>' },
    { args: ['serv'], says: "unknown command 'serv'" },
    { args: ['serve', '--prot', '1'], says: "unknown option '--prot'" },
    { args: ['serve', 'now'], says: 'too many arguments' },
    { args: ['serve', '--port'], says: 'argument missing' },
    { args: ['serve', '--port', '70000'], says: '--port must be a whole number from 0 to 65535' },
    { args: ['serve'], env: { PAIDUP_PORT: 'http' }, says: 'PAIDUP_PORT must be a whole number' },
    { args: ['serve', '--log-level', 'loud'], says: '--log-level must be one of trace' },
    { args: ['serve', '--webhook-allow', 'localhost'], says: 'is not a range of addresses' },
    { args: ['serve', '--cors-origin', 'https://app.example.com/path'], says: 'is not an origin' },
    { args: ['serve', '--data', 'memory', '--database-url', 'postgres://127.0.0.1/x'], says: 'give one of them' },
    { args: ['serve', '--database-url', 'mysql://root:secret@127.0.0.1/x'], says: '--database-url must begin with postgres://' },
    { args: ['serve', '--provider', 'paypal'], says: '--provider must be one of sandbox, stripe' },
    { args: ['serve', '--provider', 'stripe'], says: 'needs STRIPE_SECRET_KEY' },
    { args: ['serve'], env: { PAIDUP_PROVIDER: 'stripe', STRIPE_SECRET_KEY: 'sk_test_secret@' }, says: 'needs STRIPE_WEBHOOK_SECRET' },
    { args: ['serve', '--provider', 'stripe'], env: { STRIPE_SECRET_KEY: 'sk_test secret@', STRIPE_WEBHOOK_SECRET: 'whsec_1' }, says: 'STRIPE_SECRET_KEY must be one word' },
    { args: ['serve', '--provider', 'stripe'], env: { STRIPE_SECRET_KEY: 'sk_test_1', STRIPE_WEBHOOK_SECRET: 'whsec_1', PAIDUP_STRIPE_URL: 'http://user:secret@127.0.0.1' }, says: 'PAIDUP_STRIPE_URL must be an address' },
    { args: ['serve', '--provider', 'stripe', '--demo'], says: 'does not go with the provider stripe' },
    { args: ['serve', '--provider', 'stripe', '--sandbox'], says: 'does not go with the provider stripe' },
    { args: ['report', '--from', 'stripe', '--url', 'http://127.0.0.1:1', '--key', 'k'], says: '--from must be one of docspace, diga, lark, paidup' },
    { args: ['report', '--from', 'diga', '--url', 'example.com', '--key', 'k'], says: '--url must be an http or https address' },
    { args: ['report', '--from', 'diga', '--url', 'http://127.0.0.1:1'], says: 'set PAIDUP_KEY' },
    { args: ['report', '--from', 'lark', '--url', 'http://127.0.0.1:1', '--key', 'k'], says: '--subject must name' },
    { args: ['keys'], says: 'Usage: paidup keys <command>' },
    { args: ['keys', 'create'], says: '--kind must be one of secret' },
    { args: ['keys', 'create', '--kind', 'customer'], says: '--customer must say' },
    { args: ['keys', 'create', '--kind', 'secret', '--scope', 'all'], says: 'there is no scope "all"' },
    { args: ['keys', 'revoke'], says: "missing required argument 'id'" },
    { args: ['verify', '--data', 'memory'], says: 'a store in memory ends with this command' },
  ])('misused as "$args" ends with 2 and says why', async ({ args, env, says }) => {
    const { code, stdout, stderr } = await run(args, env);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(says);
    expect(stderr).not.toContain('secret@');
  });

  test.each(Object.keys(HELP))('%s --help tells everything and ends with 0', async (name) => {
    expect(await run([...name.split(' ').slice(1), '--help'])).toEqual({ code: 0, stdout: HELP[name], stderr: '' });
  });

  test('names every flag of every command in its help, with the exit codes', () => {
    const all = everyCommand(commands(() => undefined));
    expect(all.map(({ name }) => name).sort()).toEqual(Object.keys(HELP).sort());
    for (const { name, command } of all) {
      expect(HELP[name]).toContain('Exit codes: 0');
      for (const option of command.options.filter(({ hidden }) => !hidden)) expect(HELP[name], name).toContain(option.long);
    }
  });

  test('knows its version', async () => {
    const { code, stdout } = await run(['--version']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

interface Demo {
  secret_key: string;
  publishable_key: string;
  customers: { docspace: { id: string; key: string }; diga: { id: string; key: string }; lark: { id: string; external_id: string } };
}

interface Spawned {
  child: ChildProcess;
  exited: Promise<number | null>;
  output(): { stdout: string; stderr: string };
  stop(signal: NodeJS.Signals): Promise<number | null>;
  until(isThere: () => boolean): Promise<void>;
}

interface Server extends Spawned {
  line: { url: string; secret_key?: string; demo?: Demo };
}

function spawnProgram(args: string[], env: Record<string, string> = {}): Spawned {
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(PAIDUP_|STRIPE_|DATABASE_URL$|PG)/.test(name)));
  const child = spawn(process.execPath, [PROGRAM, ...args], { env: { ...clean, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
  const exited = new Promise<number | null>((resolve) => {
    child.on('close', resolve);
  });
  return {
    child,
    exited,
    output: () => ({ stdout, stderr }),
    stop(signal) {
      child.kill(signal);
      return exited;
    },
    async until(isThere) {
      while (!isThere()) {
        if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode}: ${stderr}`);
        await pause(20);
      }
    },
  };
}

/** A server on a free port that accepts requests. */
async function start(args: string[], env: Record<string, string> = {}): Promise<Server> {
  const spawned = spawnProgram(['serve', '--port', '0', '--json', ...args], env);
  await spawned.until(() => spawned.output().stdout.includes('\n'));
  return { ...spawned, line: JSON.parse(spawned.output().stdout) };
}

async function run(args: string[], env: Record<string, string> = {}): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const spawned = spawnProgram(args, env);
  const code = await spawned.exited;
  return { code, ...spawned.output() };
}

async function get(url: string, headers: Record<string, string> = {}): Promise<{ status: number; body: ReturnType<typeof JSON.parse> }> {
  const response = await fetch(url, { headers: { ...headers, connection: 'close' } });
  const text = await response.text();
  return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text };
}

function bearer(key: string | undefined): Record<string, string> {
  return { authorization: `Bearer ${key}` };
}

/** A request whose body has come in half; the server has its head. */
async function beginRequest({ url, secret_key: key }: Server['line']): Promise<{ finish(): Promise<{ status: number | undefined }> }> {
  const body = JSON.stringify({ name: 'Single sign-on', type: 'flag' });
  const request = http.request(`${url}/v1/features/sso`, { method: 'PUT', headers: { ...bearer(key), 'content-type': 'application/json', 'content-length': body.length } });
  const answered = new Promise<{ status: number | undefined }>((resolve, reject) => {
    request.on('response', (response) => resolve({ status: response.resume().statusCode }));
    request.on('error', reject);
  });
  answered.catch(() => undefined);
  request.write(body.slice(0, 10));
  await pause(300);
  return {
    finish() {
      request.end(body.slice(10));
      return answered;
    },
  };
}

async function inStore(folder: string, work: (database: Database) => Promise<unknown>): Promise<void> {
  const database = await openEmbeddedDatabase(folder);
  await migrate(database);
  await work(database);
  await database.close();
}

function everyCommand(command: Command, parents = ''): { name: string; command: Command }[] {
  const name = `${parents}${command.name()}`;
  return [{ name, command }, ...command.commands.flatMap((child) => everyCommand(child, `${name} `))];
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'paidup-cli-'));
  folders.push(folder);
  return folder;
}

/** With an empty store in it that is up to date. */
function readyFolder(): string {
  const folder = emptyStoreFolder();
  folders.push(folder);
  return folder;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
