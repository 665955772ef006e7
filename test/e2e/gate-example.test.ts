import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPaidup, type TestPaidup } from '../support/app.js';
import { at } from '../support/core.js';

const MAIN = fileURLToPath(new URL('../../examples/gate-a-feature/main.js', import.meta.url));

let paidup: TestPaidup;
let child: ChildProcess;
let url = '';
const faults: string[] = [];

beforeAll(async () => {
  paidup = await startPaidup({ now: at('2026-03-10T12:00:00Z') });
  const address = await paidup.app.listen({ host: '127.0.0.1', port: 0 });
  child = spawn(process.execPath, [MAIN], { env: { ...process.env, PAIDUP_URL: address, PAIDUP_KEY: paidup.secretKey, PORT: '0' }, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stderr?.on('data', (data: Buffer) => faults.push(data.toString()));
  if (child.stdout === null) throw new Error('the example has no output');
  for await (const line of createInterface({ input: child.stdout })) {
    url = /^listening on (\S+)$/.exec(line)?.[1] ?? '';
    if (url !== '') break;
  }
  if (url === '') throw new Error(`the example did not start: ${faults.join('')}`);
}, 60_000);

afterAll(async () => {
  child.kill('SIGTERM');
  await paidup.stop();
});

async function ask(method: string, path: string, body?: string, headers: Record<string, string> = {}) {
  const answer = await fetch(`${url}${path}`, { method, headers: { 'x-customer': 'fay', ...headers }, ...(body === undefined ? {} : { body }) });
  return { status: answer.status, body: (await answer.json()) as Record<string, never> & { [field: string]: unknown } };
}

const left = async (): Promise<unknown> => {
  const { summaries, tokens } = (await ask('GET', '/left')).body as unknown as Record<string, { left: string }>;
  return [summaries?.left, tokens?.left];
};

describe('the example that gates a feature', () => {
  it('counts work once, whoever sends the request again', async () => {
    const first = await ask('POST', '/summaries', 'Paidup answers at once. It needs one process.', { 'x-request-id': 'r-1' });
    const again = await ask('POST', '/summaries', 'Paidup answers at once. It needs one process.', { 'x-request-id': 'r-1' });

    expect(first).toEqual({ status: 200, body: { summary: 'Paidup answers at once.', summaries_left: '2' } });
    expect(again).toEqual(first);
    expect(await left()).toEqual(['2', '100']);
  });

  it('reports what measured work took, and nothing of what failed', async () => {
    const done = await ask('POST', '/translations', 'good morning to you');
    const failed = await ask('POST', '/translations', '1234 5678');

    expect([done.status, done.body, failed.status]).toEqual([200, { translation: 'oodgay orningmay otay ouyay', tokens: 4 }, 422]);
    expect(await left()).toEqual(['2', '96']);
  });

  it('says no with a reason, with when it lifts, and with offers that it has tried', async () => {
    const many = await Promise.all(Array.from({ length: 10 }, () => ask('POST', '/summaries', 'One. Two.')));
    const refused = many.find(({ status }) => status === 402);
    const large = await ask('POST', '/translations', 'word '.repeat(40));

    expect(many.filter(({ status }) => status === 200)).toHaveLength(2);
    expect(refused?.body).toMatchObject({ error: 'limit_reached', lifts_at: '2026-04-10T12:00:00Z', offers: [{ type: 'change_plan', plan: 'example_plus', price: { amount: '12.00', currency: 'EUR' } }] });
    expect([large.status, large.body.error]).toEqual([402, 'limit_reached']);
    expect(await left()).toEqual(['0', '96']);
  });

  it('knows nobody it was not told of', async () => {
    expect((await ask('POST', '/summaries', 'One.', { 'x-customer': 'nobody' })).status).toBe(404);
    expect(faults).toEqual([]);
  });
});
