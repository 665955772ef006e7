import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../sdk/src/index.js';
import { startPaidup, type TestPaidup } from '../support/app.js';
import { at } from '../support/core.js';
import { problemOf, recordedClient } from '../support/sdk.js';

let paidup: TestPaidup;
let client: Client;

beforeAll(async () => {
  paidup = await startPaidup({ now: at('2026-03-10T12:00:00Z') });
  ({ client } = await recordedClient(paidup));
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
