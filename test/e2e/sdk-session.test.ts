import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient, type Client } from '../../sdk/src/index.js';
import { startPaidup, type TestPaidup } from '../support/app.js';
import { problemOf, recordedClient, uncalledOperations } from '../support/sdk.js';

let paidup: TestPaidup;
let client: Client;
let url = '';
let asked: string[] = [];

beforeAll(async () => {
  paidup = await startPaidup();
  const recorded = await recordedClient(paidup);
  ({ client, url } = recorded);
  asked = recorded.asked as string[];
  await client.createCustomer({ external_id: 'anna', name: 'Anna' });
});
afterAll(() => paidup.stop());

/** A fetch that keeps cookies, as a browser does. */
function browser(): typeof fetch {
  const cookies = new Map<string, string>();
  return async (address, init) => {
    asked.push(`${init?.method ?? 'GET'} ${new URL(address instanceof Request ? address.url : address).pathname}`);
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(address, { ...init, headers: { ...(init?.headers as Record<string, string>), ...(cookie === '' ? {} : { cookie }) } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    return response;
  };
}

describe('a client with a session in place of a key', () => {
  it('signs in with a key, asks, and signs out', async () => {
    const own = browser();
    const { csrf_token: csrfToken, for: place } = await createClient({ url, fetch: own }).startSession({ key: paidup.secretKey });
    const page = createClient({ url, csrfToken, fetch: own });

    expect(place).toBe('dashboard');
    expect((await page.listCustomers()).data.map((customer) => customer.external_id)).toEqual(['anna']);
    expect((await createClient({ url, fetch: own }).readSession('dashboard'))?.csrf_token).toBe(csrfToken);
    await page.endSession();
    expect((await problemOf(page.listCustomers())).slug).toBe('unauthorized');
    expect(await createClient({ url, fetch: own }).readSession('dashboard')).toBeNull();
  });

  it('signs in with a portal link, as its customer, and follows the stream', async () => {
    const own = browser();
    const { url: link } = await client.createPortalLink('anna', { return_url: 'https://app.example.com/account' });
    const session = await createClient({ url, fetch: own }).startSession({ link: link.split('#link=')[1] ?? '' });
    const page = createClient({ url, csrfToken: session.csrf_token, fetch: own });

    expect(session).toMatchObject({ for: 'portal', customer: { external_id: 'anna', name: 'Anna' }, return_url: 'https://app.example.com/account' });
    for await (const news of page.streamCustomer('anna')) {
      expect(news).toMatchObject({ type: 'state', state: { customer: { external_id: 'anna' } } });
      break;
    }
    expect((await problemOf(page.listCustomers())).slug).toBe('forbidden');
  });

  it('shows its token in no error', async () => {
    const csrfToken = 'dashboard.not-a-token-that-anybody-was-given';
    const error = await problemOf(createClient({ url, csrfToken }).listCustomers());
    expect([error.slug, JSON.stringify(error), String(error.stack)].join(' ')).not.toContain(csrfToken);
  });

  it('is not made with a key and a token at once, nor with a key that is not there', () => {
    expect(() => createClient({ url, key: 'a', csrfToken: 'b' })).toThrow(TypeError);
    expect(() => createClient({ url, key: undefined })).toThrow(TypeError);
  });
});

describe('the SDK', () => {
  it('has a method for every operation of sessions: the tests above have called each', async () => {
    expect((await uncalledOperations(paidup, asked, 'session')).uncalled).toEqual([]);
  });
});
