import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiKey } from '../../src/service/api-key.js';
import { STORES } from '../support/app.js';
import { at } from '../support/core.js';
import { startLark, type LarkPaidup } from '../support/lark.js';

type Json = ReturnType<typeof JSON.parse>;

const NOW = '2026-07-15T10:00:00Z';
/** The body that Lark's documents create a subject with. */
const EXAMPLE = { email: 'john.doe@example.com', external_id: '1234567890', metadata: { tier: 'gold' }, name: 'John Doe' };
const SUBJECT_ID = /^subj_[0-9A-Za-z]{24}$/;
const NOT_FOUND = { detail: 'Subject not found' };

describe.each(STORES)('subjects of Lark on the %s store', (store) => {
  let lark: LarkPaidup;
  beforeAll(async () => {
    lark = await startLark({ store, now: at(NOW) });
  });
  afterAll(() => lark.paidup.stop());

  it('are made with the body of the documentation, and are customers', async () => {
    const made = await lark.ok('POST', '/subjects', EXAMPLE);

    expect(made).toEqual({ id: expect.stringMatching(SUBJECT_ID), created_at: NOW, ...EXAMPLE });
    const { body: customer } = await lark.paidup.call('GET', '/v1/customers/1234567890');
    expect(customer).toMatchObject({ id: made.id.replace('subj_', 'cus_'), external_id: '1234567890', name: 'John Doe', email: 'john.doe@example.com', metadata: { tier: 'gold' } });
  });

  it('have every field though nothing is said, and tolerate fields that nobody knows', async () => {
    const nothing = { email: null, external_id: null, metadata: {}, name: null };
    expect(await lark.ok('POST', '/subjects', {})).toMatchObject(nothing);
    expect(await lark.ok('POST', '/subjects', { ...nothing, metadata: null, later_field: [1] })).toMatchObject(nothing);
  });

  it('exist once per external id: the second is refused in the sentence that clients look for, and not to be tried again', async () => {
    await lark.ok('POST', '/subjects', { external_id: 'twice' });
    const { status, body } = await lark.ask('POST', '/subjects', { external_id: 'twice' });
    expect([status, body]).toEqual([400, { detail: 'Subject with external ID twice already exists' }]);
  });

  it.each(['user@example.com', 'team/eu/7', 'a b', 'ключ-鍵-🔑', '50%', "x+y&z=1;2,3:4!$'()*", 'what?'])('are found by the external id %s and by their own', async (externalId) => {
    const made = await lark.ok('POST', '/subjects', { external_id: externalId });
    for (const name of [made.id, encodeURIComponent(externalId), made.id.replace('subj_', 'cus_')]) expect(await lark.ok('GET', `/subjects/${name}`)).toEqual(made);
  });

  it('change what is named and keep the rest; their external id stays', async () => {
    const made = await lark.ok('POST', '/subjects', { ...EXAMPLE, external_id: 'changing' });
    const changed = await lark.ok('PUT', '/subjects/changing', { name: 'Jane', external_id: 'other' });
    expect(changed).toEqual({ ...made, name: 'Jane' });
    expect(await lark.ok('PUT', `/subjects/${made.id}`, { email: null, metadata: null })).toEqual({ ...made, name: 'Jane', email: null, metadata: {} });
    expect(await lark.ok('GET', '/subjects/changing')).toMatchObject({ name: 'Jane', email: null });
  });

  it('are not there any more once deleted, and are deleted without a body by a client that says it sends JSON', async () => {
    const made = await lark.ok('POST', '/subjects', { external_id: 'gone' });
    expect(await lark.ask('DELETE', '/subjects/gone', undefined, { 'content-type': 'application/json' })).toMatchObject({ status: 200, body: {} });
    for (const [method, body] of [['GET'], ['PUT', {}], ['DELETE']] as const) {
      for (const name of ['gone', made.id]) expect(await lark.ask(method, `/subjects/${name}`, body)).toMatchObject({ status: 404, body: NOT_FOUND });
    }
  });

  it('are listed newest first, by limit and offset, and searched by name and e-mail but not by external id', async () => {
    const names = ['Anna Findling', 'anna@find.example', 'Bea 100%_Findling'];
    for (const [index, name] of names.entries()) await lark.ok('POST', '/subjects', { external_id: `findling-${index}`, ...(name.includes('@') ? { email: name } : { name }) });
    const search = async (query: string): Promise<Json> => lark.ok('GET', `/subjects/search?${query}`);
    const ids = ({ subjects }: Json): string[] => subjects.map((subject: Json) => subject.external_id);

    expect(ids(await lark.ok('GET', '/subjects?limit=2'))).toEqual(['findling-2', 'findling-1']);
    expect(await lark.ok('GET', '/subjects?limit=1&offset=1')).toMatchObject({ has_more: true, subjects: [{ external_id: 'findling-1' }] });
    expect(await search('query=FINDLING&limit=1&offset=1')).toMatchObject({ has_more: false, subjects: [{ external_id: 'findling-0' }] });
    expect(ids(await search('query=anna'))).toEqual(['findling-1', 'findling-0']);
    expect(ids(await search('query=100%25_'))).toEqual(['findling-2']);
    expect(await search('query=findling-')).toEqual({ has_more: false, subjects: [] });
  });
});

describe('the manners of Lark to a merchant', () => {
  let lark: LarkPaidup;
  beforeAll(async () => {
    lark = await startLark({ now: at(NOW) });
    await lark.ok('POST', '/subjects', { external_id: 'somebody' });
  });
  afterAll(() => lark.paidup.stop());

  it.each([
    [{ email: 'nobody' }, ['body', 'email']],
    [{ name: 7 }, ['body', 'name']],
    [{ metadata: { a: 1 } }, ['body', 'metadata', 'a']],
    [{ external_id: '' }, ['body', 'external_id']],
    [{ external_id: '..' }, ['body', 'external_id']],
    [[], ['body']],
  ])('names what is wrong with %j', async (body, loc) => {
    const answer = await lark.ask('POST', '/subjects', body);
    expect(answer.status).toBe(422);
    expect(answer.body.detail).toContainEqual({ loc, msg: expect.any(String), type: 'value_error' });
  });

  it.each([['/subjects?limit=0', 'limit'], ['/subjects?limit=101', 'limit'], ['/subjects?offset=-1', 'offset'], ['/subjects?limit=many', 'limit'], ['/subjects/search', 'query']])('names what is wrong with %s', async (url, name) => {
    const { status, body } = await lark.ask('GET', url);
    expect([status, body.detail[0].loc]).toEqual([422, ['query', name]]);
  });

  it('answers for a body that is no JSON, too large or of another type in its own shape', async () => {
    const send = (payload: string, type: string) => lark.paidup.inject({ method: 'POST', url: '/subjects', payload, headers: { 'x-api-key': lark.paidup.secretKey, 'content-type': type } });
    const answers = [await send('{', 'application/json'), await send('', 'application/json'), await send('a=b', 'application/x-www-form-urlencoded'), await send(`"${'x'.repeat(5e6)}"`, 'application/json')];
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([422, 422, 415, 413]);
    for (const answer of answers) expect(Object.keys(answer.json())).toEqual(['detail']);
  });

  it('answers another method with 405 and an unknown address with 404', async () => {
    expect(await lark.ask('PATCH', '/subjects/somebody', {})).toMatchObject({ status: 405, body: { detail: 'Method Not Allowed' }, headers: { allow: 'DELETE, GET, HEAD, PUT' } });
    expect(await lark.ask('DELETE', '/subjects')).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD, POST' } });
    for (const url of ['/subjects/somebody/more', '/subjects/somebody/', '/subjects//more']) expect(await lark.ask('GET', url)).toMatchObject({ status: 404, body: { detail: 'Not Found' } });
  });

  it('lets secret keys in, as far as their scopes go, and no other key', async () => {
    const keyOf = async (kind: 'secret' | 'publishable', scopes: string[]): Promise<string> => (await createApiKey(lark.paidup.engine, { kind, name: 'k', scopes })).key;
    const status = async (key: string, method: 'GET' | 'DELETE' = 'GET'): Promise<number> => (await lark.ask(method, '/subjects/somebody', undefined, { 'x-api-key': key })).status;
    expect([await status(''), await status('nobody')]).toEqual([401, 401]);
    expect(await status(await lark.paidup.customerKey('somebody'))).toBe(403);
    expect(await status(await keyOf('publishable', []))).toBe(403);
    const reader = await keyOf('secret', ['*:read']);
    expect([await status(reader), await status(reader, 'DELETE')]).toEqual([200, 403]);
  });

  it('gives a page in a browser no way to ask: a secret key does not belong there', async () => {
    const headers = { origin: 'https://shop.example.com', 'access-control-request-method': 'GET', 'access-control-request-headers': 'x-api-key' };
    for (const method of ['OPTIONS', 'GET'] as const) {
      const response = await lark.paidup.inject({ method, url: '/subjects', headers: { ...headers, 'x-api-key': lark.paidup.secretKey } });
      expect(Object.keys(response.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });

  it('gives the same answer again under the same Idempotency-Key', async () => {
    const first = await lark.ask('POST', '/subjects', { external_id: 'once' }, { 'idempotency-key': 'k-1' });
    expect(await lark.ask('POST', '/subjects', { external_id: 'once' }, { 'idempotency-key': 'k-1' })).toMatchObject({ status: 200, body: first.body });
  });
});
