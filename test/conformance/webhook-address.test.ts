import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPost, parseRange, type Outcome, type Range, type Resolve } from '../../src/service/post.js';
import { startPaidup, type TestPaidup } from '../support/app.js';
import { startReceiver, testWebhooks, type Receiver } from '../support/receiver.js';

const NEVER = new AbortController().signal;
const range = (text: string): Range => parseRange(text) as Range;

function send(url: string, options: { allow?: readonly string[]; resolve?: Resolve; timeoutMs?: number } = {}): Promise<Outcome> {
  const { allow = [], ...rest } = options;
  return createPost({ allowed: allow.map(range), ...rest }).send({ url, headers: { 'webhook-id': 'msg_1' }, body: '{}' }, NEVER);
}

/** The URL of a receiver under another host. */
function under(host: string, { url }: Receiver): string {
  return url.replace('127.0.0.1', host);
}

describe('an address that webhooks are sent to', () => {
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await startReceiver();
  });
  afterAll(() => receiver.close());

  it.each([
    '127.0.0.1', '0x7f.1', '2130706433', '10.1.2.3', '172.16.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '224.0.0.1', '255.255.255.255', '198.18.0.1', '192.0.2.1',
    '[::1]', '[::]', '[fe80::1]', '[fd12::1]', '[fec0::1]', '[ff02::1]', '[::ffff:127.0.0.1]', '[::ffff:a00:1]', '[::127.0.0.1]', '[64:ff9b::7f00:1]', '[2002:7f00:1::]', '[2001::1]',
  ])('is refused when it is %s', async (host) => {
    const url = `https://${host}/hooks`;

    expect(createPost({ allowed: [] }).faultOf(url)).toMatch(/private/);
    expect(await send(url)).toEqual({ error: 'address_refused' });
  });

  it.each(['https://example.com/hooks', 'https://8.8.8.8/hooks', 'https://[2606:4700::1111]/hooks'])('may be %s', (url) => {
    expect(createPost({ allowed: [] }).faultOf(url)).toBeUndefined();
  });

  it.each([
    ['plain HTTP', 'http://example.com/hooks'], ['FTP', 'ftp://example.com'], ['one with a password', 'https://name:word@example.com'], ['one with a name', 'https://name@example.com'],
    ['no address at all', 'not an address'], ['too long', `https://example.com/${'a'.repeat(2000)}`],
  ])('may not be %s', (_name, url) => {
    expect(createPost({ allowed: [] }).faultOf(url)).toBeTypeOf('string');
  });

  it('is reached over plain HTTP where the configuration allows it, and nowhere else', async () => {
    expect(await send(receiver.url, { allow: ['127.0.0.0/8'] })).toEqual({ status: 204 });
    expect(await send(receiver.url, { allow: ['127.0.0.1'] })).toEqual({ status: 204 });
    expect(await send(receiver.url, { allow: ['10.0.0.0/8', 'fd00::/8'] })).toEqual({ error: 'address_refused' });
    expect(await send('http://8.8.8.8/', { allow: ['10.0.0.0/8'] })).toEqual({ error: 'address_refused' });
  });

  it('is refused when its name leads to this machine', async () => {
    const before = receiver.received.length;
    const toLoopback: Resolve = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }, { address: '::1', family: 6 }]);

    expect(await send(under('receiver.example', receiver).replace('http:', 'https:'), { resolve: toLoopback })).toEqual({ error: 'address_refused' });
    expect(await send(under('receiver.example', receiver), { resolve: toLoopback, allow: ['10.0.0.0/8'] })).toEqual({ error: 'address_refused' });
    expect(receiver.received.length).toBe(before);
  });

  it('is asked for anew each time, so that another answer of the DNS helps nobody', async () => {
    const answers = ['127.0.0.1', '127.0.0.2'];
    const post = createPost({ allowed: [range('127.0.0.1/32')], resolve: () => Promise.resolve([{ address: answers.shift() ?? '127.0.0.3', family: 4 }]) });
    const outcomes: Outcome[] = [];
    for (let asked = 0; asked < 3; asked += 1) outcomes.push(await post.send({ url: under('receiver.example', receiver), headers: {}, body: '{}' }, NEVER));

    expect(outcomes).toEqual([{ status: 204 }, { error: 'address_refused' }, { error: 'address_refused' }]);
  });

  it('that redirects has failed, and nobody follows', async () => {
    const before = receiver.received.length;
    receiver.answer = () => (response) => response.writeHead(302, { location: under('127.0.0.1', receiver).replace('/hooks', '/elsewhere') }).end();

    expect(await send(receiver.url, { allow: ['127.0.0.0/8'] })).toEqual({ status: 302 });
    expect(receiver.received.slice(before).map(({ path }) => path)).toEqual(['/hooks']);
  });

  it('is waited for no longer than the time it is given, whether it says nothing or never ends', async () => {
    receiver.answer = () => null;
    expect(await send(receiver.url, { allow: ['127.0.0.0/8'], timeoutMs: 200 })).toEqual({ error: 'timeout' });
    receiver.answer = () => (response) => {
      response.writeHead(200);
      response.write('and');
    };
    expect(await send(receiver.url, { allow: ['127.0.0.0/8'], timeoutMs: 200 })).toEqual({ status: 200 });
  });

  it('may answer at any length: no more than a little of it is read', async () => {
    let isCut = false;
    receiver.answer = () => (response) => {
      response.writeHead(200);
      response.on('close', () => (isCut = true));
      const fill = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', fill);
      fill();
    };

    expect(await send(receiver.url, { allow: ['127.0.0.0/8'] })).toEqual({ status: 200 });
    await expect.poll(() => isCut).toBe(true);
  });

  it('that is not there is a failure with a code', async () => {
    expect(await send('http://127.0.0.1:1/', { allow: ['127.0.0.0/8'] })).toEqual({ error: 'ECONNREFUSED' });
  });
});

describe('a range of addresses', () => {
  it.each(['10.0.0.0/8', 'fd00::/8', '127.0.0.1', '::1'])('may be written as %s', (text) => {
    expect(parseRange(text)).toBeDefined();
  });
  it.each(['', '10.0.0.0/33', 'localhost', '10.0.0', 'fd00::/129'])('may not be written as "%s"', (text) => {
    expect(parseRange(text)).toBeUndefined();
  });
});

describe('an endpoint', () => {
  let strict: TestPaidup;
  let open: TestPaidup;
  beforeAll(async () => {
    strict = await startPaidup();
    open = await startPaidup({ webhooks: testWebhooks({ allow: ['10.0.0.0/8'] }) });
  });
  afterAll(async () => {
    await strict.stop();
    await open.stop();
  });

  it.each(['http://example.com/', 'https://127.0.0.1/', 'https://10.0.0.1/', 'https://a:b@example.com/', 'nowhere'])('is not made for %s', async (url) => {
    const { status, body } = await strict.call('POST', '/v1/webhook-endpoints', { url });

    expect([status, body.type, body.errors?.[0]?.pointer]).toEqual([400, '/problems/invalid_request', '/url']);
  });

  it('is not changed to an address that it could not be made for', async () => {
    const { body } = await strict.call('POST', '/v1/webhook-endpoints', { url: 'https://example.com/' });

    expect((await strict.call('PATCH', `/v1/webhook-endpoints/${body.id}`, { url: 'https://[::1]/' })).status).toBe(400);
    expect((await strict.call('PATCH', `/v1/webhook-endpoints/${body.id}`, { url: 'https://example.org/' })).body.url).toBe('https://example.org/');
  });

  it('may be private where the configuration allows it', async () => {
    expect((await open.call('POST', '/v1/webhook-endpoints', { url: 'http://10.0.0.1/' })).status).toBe(201);
    expect((await open.call('POST', '/v1/webhook-endpoints', { url: 'http://192.168.0.1/' })).status).toBe(400);
  });

  it('is one for a customer that is there, and hears types that there are', async () => {
    expect((await strict.call('POST', '/v1/webhook-endpoints', { url: 'https://example.com/', customer: 'nobody' })).status).toBe(404);
    expect((await strict.call('POST', '/v1/webhook-endpoints', { url: 'https://example.com/', types: ['invoice.lost'] })).status).toBe(400);
  });

  it('is made once under one idempotency key', async () => {
    const made = await Promise.all([0, 1].map(() => strict.call('POST', '/v1/webhook-endpoints', { url: 'https://example.com/once' }, { 'idempotency-key': 'once' })));

    expect(made[0]?.body).toEqual(made[1]?.body);
  });
});
