import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyStore } from '../../src/service/verify.js';
import { FILLERS, BEGAN, MOVED, listening, populate, statesOf, type Listening } from '../support/lark-source.js';

/** From one running Paidup's Lark surface into an empty Paidup, by the program as people run it. */

type Json = ReturnType<typeof JSON.parse>;

const PROGRAM = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const SUBJECTS = FILLERS + 12;

let source: Listening;
let target: Listening;
beforeAll(async () => {
  source = await listening(BEGAN);
  target = await listening(MOVED);
  await populate(source);
});
afterAll(() => Promise.all([source.paidup.stop(), target.paidup.stop()]));

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

function begin(args: readonly string[], keys: { source?: string; target?: string } = {}): { child: ChildProcess; ended: Promise<Ended> } {
  const env = { ...process.env, PAIDUP_KEY: keys.source ?? source.paidup.secretKey, PAIDUP_TO_KEY: keys.target ?? target.paidup.secretKey };
  const child = spawn(process.execPath, [PROGRAM, ...args, '--url', source.url, '--to', target.url], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (bytes: Buffer) => (output.stdout += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (output.stderr += bytes.toString()));
  child.stdin.end('früh@example.com\r\n\n日本 語/?#%\n');
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, ...output }));
  });
  return { child, ended };
}

const run = (args: readonly string[], keys?: { source?: string; target?: string }): Promise<Ended> => begin(args, keys).ended;
const importAll = async (...more: string[]): Promise<{ code: number | null; body: Json; stderr: string }> => {
  const { code, stdout, stderr } = await run(['import', '--from', 'lark', '--json', ...more]);
  return { code, body: JSON.parse(stdout), stderr };
};
const countOf = (made: Json[], kind: string): number => made.filter((one) => one.kind === kind).length;
const customers = async (): Promise<number> => {
  let count = 0;
  for (let cursor = ''; ; ) {
    const { body } = await target.paidup.call('GET', `/v1/customers?limit=100${cursor}`);
    count += body.data.length;
    if (body.next_cursor === null) return count;
    cursor = `&cursor=${encodeURIComponent(body.next_cursor)}`;
  }
};

describe('before anything is carried', () => {
  test('a dry run lists what would be made and what cannot be carried, and makes nothing', async () => {
    const { code, body, stderr } = await importAll('--dry-run');

    expect(code).toBe(0);
    expect(body).toMatchObject({ from: 'lark', ok: true, dry_run: true, stopped: null });
    expect(['customer', 'meter', 'plan', 'rate catalog'].map((kind) => countOf(body.made, kind))).toEqual([SUBJECTS, 4, 4, 1]);
    expect(countOf(body.made, 'subscription')).toBe(13 + FILLERS / 2);
    expect(body.made.every((one: Json) => one.target === null)).toBe(true);
    expect(body.left).toMatchObject([{ kind: 'rate catalog', weight: 'past' }, { kind: 'subscription', reason: 'it has ended', weight: 'past' }]);
    expect(stderr).toContain(`${SUBJECTS} of ${SUBJECTS} subjects\n`);
    expect(await customers()).toBe(0);
    expect((await target.paidup.call('GET', '/v1/meters')).body.data).toEqual([]);
  });

  test('a wrong key on either side ends it at once and is told without the key', async () => {
    const wrong = `paidup-secret-${'0badc0de'.repeat(8)}`;
    const ends = [await run(['import', '--from', 'lark'], { source: wrong }), await run(['import', '--from', 'lark'], { target: wrong })];
    for (const { code, stdout, stderr } of ends) {
      expect(code).toBe(1);
      expect(stdout).toMatch(/^stopped: .*401/m);
      expect(stdout + stderr).not.toContain(wrong);
    }
  });

  test('shadow names those that Paidup does not have', async () => {
    const { code, stdout } = await run(['shadow', '--from', 'lark', '--json', '--subjects', '-']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, subjects: 2, unread: [], differences: [{ subject: 'früh@example.com', field: 'subject', paidup: null }, { subject: '日本 語/?#%', field: 'subject', paidup: null }] });
  });
});

describe('an import that is killed and run again', () => {
  test('gives every subject the same billing state, and shadow finds no difference', async () => {
    const killed = begin(['import', '--from', 'lark', '--json']);
    while ((await customers()) < SUBJECTS / 3) await setTimeout(20);
    killed.child.kill('SIGKILL');
    expect(await killed.ended).toMatchObject({ signal: 'SIGKILL', stdout: '' });
    const before = await customers();
    expect(before).toBeLessThan(SUBJECTS);

    const { code, body } = await importAll();

    expect(body.left.filter(({ weight }: Json) => weight === 'lost')).toEqual([]);
    expect({ code, ok: body.ok, stopped: body.stopped }).toEqual({ code: 0, ok: true, stopped: null });
    expect(countOf(body.made, 'customer')).toBe(SUBJECTS - before);
    expect(body.found.customer).toBe(before);
    const [there, here] = [await statesOf(source), await statesOf(target)];
    expect(here.size).toBe(SUBJECTS);
    for (const [name, state] of there) expect(here.get(name), name).toEqual(state);
    expect([...there.values()].filter((state) => state.has_overage_for_usage).length).toBeGreaterThan(5);
    const shadow = await run(['shadow', '--from', 'lark', '--subjects', 'all']);
    expect(shadow.stdout).toBe(`compared ${SUBJECTS} subjects of lark at ${source.url} with Paidup at ${target.url}\nno difference\n`);
    expect(shadow.code).toBe(0);
  });

  test('finds subjects by the ids that they had, and keeps their profiles, terms and dates', async () => {
    const { subjects } = await source.lark('GET', '/subjects/search?query=No%20external');
    const nameless = await target.lark('GET', `/subjects/${subjects[0].id}`);
    expect(nameless).toMatchObject({ name: 'No external id', metadata: { 'lark.subject_id': subjects[0].id } });
    expect(await target.lark('GET', `/subjects/${encodeURIComponent('früh@example.com')}`)).toMatchObject({ name: 'Früh & Söhne', email: 'rechnung@example.com', metadata: { tier: 'gold', 'lark.note': 'ä' } });
    const { subscriptions: [one] } = await target.lark('GET', `/subscriptions?subject_id=${encodeURIComponent('früh@example.com')}`);
    expect(one).toMatchObject({ effective_at: BEGAN, current_period: { start: '2026-02-28T22:15:00.123Z', end: '2026-03-31T22:15:00.123Z' }, fixed_rate_quantities: { base: '1', seats: '12', blocks: '15' }, rate_price_multipliers: { seats: '0.75', hours: '2' }, metadata: { order: 'A/1' } });
    expect((await target.lark('GET', '/subscriptions?subject_id=ends%40cycle')).subscriptions[0]).toMatchObject({ status: 'active', cancels_at_end_of_cycle: true, cycles_next_at: '2026-03-20T00:00:00Z' });
    expect((await target.lark('GET', '/subscriptions?subject_id=paused')).subscriptions[0]).toMatchObject({ status: 'paused' });
  });

  test('lets follow what a timeline says is to come', async () => {
    const phases = async (side: Listening) => (await side.paidup.call('GET', '/v1/customers/phased/subscriptions')).body.data.map(({ phases: all, ends_at: end }: Json) => ({ end, phases: all.map(({ plan, starts_at: start }: Json) => [plan.name, start]) }));
    expect(await phases(target)).toEqual([{ end: '2026-08-20T00:00:00Z', phases: [['Counting', '2026-02-20T00:00:00Z'], ['Pro', '2026-04-20T00:00:00Z']] }]);
    expect(await phases(target)).toEqual(await phases(source));
  });

  test('bills nothing that has been billed, and the next invoices as the source would', async () => {
    for (const name of ['früh@example.com', 'yearly/one two', '日本 語/?#%', 'twice', 'phased']) {
      const path = `/v1/customers/${encodeURIComponent(name)}`;
      expect((await target.paidup.call('GET', `${path}/invoices`)).body.data, name).toEqual([]);
      const [there, here] = [await source.paidup.call('GET', `${path}/upcoming-invoice`), await target.paidup.call('GET', `${path}/upcoming-invoice`)];
      expect([here.body.date, here.body.total], name).toEqual([there.body.date, there.body.total]);
    }
  });

  test('makes nothing the second time', async () => {
    const { code, stdout } = await run(['import', '--from', 'lark', '--subjects', 'all']);
    expect(code).toBe(0);
    expect(stdout).toContain('\nmade nothing\n');
    expect(stdout).toMatch(new RegExp(`there already: 4 meters, 1 rate catalog, 4 plans, ${SUBJECTS} customers`));
    expect(stdout).toContain('everything that stands now has been carried over\n');
  });

  test('catches up with what has happened at the source since, and takes nothing back', async () => {
    const compute = { event_name: 'compute', subject_id: 'twice' };
    await source.lark('POST', '/usage-events', { ...compute, idempotency_key: 'later-1', data: { hours: '100.125', region: 'us', size: 's' } });
    await source.lark('POST', '/usage-events', { event_name: 'seats', subject_id: 'twice', idempotency_key: 'later-2', data: { seats: '2', team: 'red' } });
    await target.lark('POST', '/usage-events', { ...compute, subject_id: 'früh@example.com', idempotency_key: 'own', data: { hours: '50', region: 'eu', size: 'l' } });

    const { code, body } = await importAll('--subjects', 'twice', 'früh@example.com');

    expect(code).toBe(1);
    expect(countOf(body.made, 'usage')).toBe(body.made.length);
    expect(body.left.filter(({ weight }: Json) => weight === 'lost')).toEqual(['hours', 'packages', 'regional'].map(() => expect.objectContaining({ kind: 'customer', source: 'früh@example.com', reason: '"14.501" at the source, "64.501" in Paidup' })));
    const [there, here] = [await statesOf(source), await statesOf(target)];
    expect(here.get('twice')).toEqual(there.get('twice'));
    const { stdout } = await run(['shadow', '--from', 'lark', '--subjects', 'twice', 'früh@example.com']);
    expect(stdout).toMatch(/^früh@example\.com {2}billing_state\.usage_data\[Pro, .*\]\[Rate hours\]\.used_units +14\.501 {2}64\.501$/m);
    expect(stdout).not.toMatch(/^twice/m);
  });

  test('leaves a store that follows from its facts', async () => {
    expect((await verifyStore(target.paidup.engine, { isRepair: false })).differences).toEqual([]);
  });
});
