import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient, type Client } from '../../sdk/src/index.js';
import { startPaidup, type TestPaidup } from '../support/app.js';
import { at } from '../support/core.js';
import { problemOf, recordedClient, uncalledOperations } from '../support/sdk.js';

let paidup: TestPaidup;
let client: Client;
let url: string;
let asked: readonly string[];

beforeAll(async () => {
  paidup = await startPaidup({ now: at('2026-03-10T12:00:00Z') });
  ({ client, url, asked } = await recordedClient(paidup));
  await client.createCustomer({ external_id: 'acme', currency: 'EUR' });
});
afterAll(() => paidup.stop());

describe('a state that is read again', () => {
  it('comes only when it has changed', async () => {
    const first = await client.readStateUnless('acme', undefined);
    const same = await client.readStateUnless('acme', first?.tag);
    await client.updateCustomer('acme', { name: 'Acme' });
    const second = await client.readStateUnless('acme', first?.tag);

    expect(first).toEqual({ tag: expect.stringMatching(/^W\/"0-/), body: { ...(await client.readState('acme')), ...first?.body } });
    expect(same).toBeUndefined();
    expect(second?.body).toMatchObject({ revision: 1, customer: { name: 'Acme' } });
    expect(second?.tag).not.toBe(first?.tag);
  });

  it('is waited for until it has come far enough, or the time is over', async () => {
    const { revision } = await client.readState('acme');
    const waiting = client.readState('acme', { min_revision: revision + 1 });
    await client.updateCustomer('acme', { name: 'Acme again' });

    expect(await waiting).toMatchObject({ revision: revision + 1, customer: { name: 'Acme again' } });
    // The wait comes on top of the time-out.
    const late = await problemOf(client.readState('acme', { min_revision: revision + 9, wait_ms: 400 }, { timeoutMs: 300 }));
    expect(late.slug).toBe('revision_not_reached');
  });
});

describe('a stream of a customer', () => {
  it('gives the state now and whenever it is another, until the customer is deleted', async () => {
    await client.createCustomer({ external_id: 'followed', currency: 'EUR' });
    const told: string[] = [];
    for await (const news of client.streamCustomer('followed')) {
      told.push(news.type === 'state' ? `${news.state.revision} ${news.state.customer.name ?? ''}` : news.type);
      if (told.length === 1) await client.updateCustomer('followed', { name: 'Followed' });
      if (told.length === 2) await client.deleteCustomer('followed');
    }

    expect(told).toEqual(['0 ', '1 Followed', 'deleted']);
    expect((await problemOf(client.streamCustomer('followed').next())).slug).toBe('not_found');
  });

  it('goes on after connections that broke, without missing or repeating anything', async () => {
    await client.createCustomer({ external_id: 'broken', currency: 'EUR' });
    const names: Array<string | null> = [];
    for await (const news of client.streamCustomer('broken')) {
      if (news.type !== 'state') continue;
      names.push(news.state.customer.name);
      if (names.length === 4) break;
      paidup.app.server.closeAllConnections();
      // By another way than the broken connections.
      await paidup.call('PATCH', '/v1/customers/broken', { name: `after break ${names.length}` });
    }

    expect(names).toEqual([null, 'after break 1', 'after break 2', 'after break 3']);
    while (paidup.engine.feed.streams > 0) await new Promise((resolve) => { setTimeout(resolve, 10); });
  });

  it('ends with the reason of its signal', async () => {
    await client.createCustomer({ external_id: 'left', currency: 'EUR' });
    const leaving = new AbortController();
    const stream = client.streamCustomer('left', { signal: leaving.signal });
    const first = await stream.next();
    const next = stream.next();
    leaving.abort(new Error('left the page'));

    expect(first.value).toMatchObject({ type: 'state', id: expect.stringMatching(/^0-/) });
    await expect(next).rejects.toThrow('left the page');
  });
});

describe('a stream of all changes', () => {
  it('gives each change, and goes on where it was left', async () => {
    await client.createCustomer({ external_id: 'seen', currency: 'EUR' });
    const stream = client.streamChanges();
    const first = stream.next();
    while (paidup.engine.feed.streams === 0) await new Promise((resolve) => { setTimeout(resolve, 10); });
    await client.updateCustomer('seen', { name: 'one' });
    const { value: change } = await first;
    await stream.return();
    await client.updateCustomer('seen', { name: 'two' });
    const again = client.streamChanges({ lastEventId: change?.id });
    const { value: later } = await again.next();
    await again.return();

    expect(change).toEqual({ type: 'change', id: expect.stringMatching(/^\d+-\d+$/), customer: expect.stringMatching(/^cus_/), external_id: 'seen', revision: 1 });
    expect(later).toMatchObject({ type: 'change', external_id: 'seen', revision: 2 });
    expect((await client.streamChanges({ lastEventId: '1-1' }).next()).value).toMatchObject({ type: 'reset' });
  });

  it('is refused to a key that is no secret one, at once', async () => {
    const { key } = await client.createApiKey({ kind: 'customer', customer: 'acme', name: 'page', scopes: [] });
    const own = createClient({ url, key });
    expect((await problemOf(own.streamChanges().next())).slug).toBe('forbidden');
  });
});

describe('the SDK', () => {
  it('has a method for every live operation: the tests above have called each', async () => {
    expect(await uncalledOperations(paidup, asked, 'live')).toEqual({ known: 2, uncalled: [] });
  });
});
