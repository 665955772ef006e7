import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Fastify from 'fastify';
import { describe, expect, test } from 'vitest';
import { HELP } from '../../src/cli/help.js';
import { calculateRoutes } from '../../src/http/calculate.js';
import type { HttpContext } from '../../src/http/context.js';
import { sendProblem } from '../../src/http/problem.js';
import { validatorCompiler } from '../../src/http/validate.js';

const PROGRAM = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
// Each case has an input of its own shape: what a computation reads of it, it names.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
const CASES = JSON.parse(readFileSync(new URL('../golden/cases.json', import.meta.url), 'utf8')) as readonly { id: string; input: any; expect: any }[];

const TAX = ['tax', '--currency', 'USD', '--subtotal', '193.33', '--rate', '25'];
const MONTHS = ['periods', '--anchor', '2023-01-31T00:00:00Z', '--interval', 'month'];

describe('golden cases asked by flags', () => {
  test('C06: a change on the second of thirty days', async () => {
    const { input, expect: expected } = golden('C06');
    const [start, end] = input.period;
    const args = ['proration', '--currency', 'USD', '--start', start, '--end', end, '--at', input.at];
    const dearer = await answerTo([...args, '--old', major(input.old_cents), '--new', major(input.new_cents)]);
    expect(dearer).toEqual({ credit: major(-expected.credit), charge: major(expected.charge), net: major(expected.net) });
    const cheaper = await answerTo([...args, '--old', major(input.new_cents), '--new', major(input.old_cents)]);
    expect(cheaper.net).toBe(major(-expected.net));
    const byDay = await answerTo([...args, '--old', '5', '--new', '20', '--policy', 'by_day', '--timezone', 'Europe/Madrid']);
    expect(byDay).toEqual(dearer);
  });

  test('F02: tax on the rounded subtotal', async () => {
    const { expect: { subtotal, tax, total } } = golden('F02');
    const expected = { subtotal: major(subtotal), tax: major(tax), total: major(total) };
    expect(await answerTo(TAX)).toEqual(expected);
    expect(await answerTo(['tax', '--currency', 'USD', '--subtotal', expected.total, '--rate', '25', '--inclusive'])).toEqual(expected);
  });

  test('E06: what is left of the included units comes on top of the next', async () => {
    const { input, expect: expected } = golden('E06');
    const args = ['rollover', '--included', String(input.included), '--used', String(input.used)];
    expect(await answerTo(args)).toEqual({ carry: '400', next_available: String(expected) });
    expect(await answerTo([...args, '--carried', '50', '--cap-units', '500'])).toEqual({ carry: '450', next_available: '1450' });
    expect(await answerTo([...args, '--cap-multiple', '2', '--next-included', '100'])).toEqual({ carry: '200', next_available: '300' });
  });

  test('A01: months counted from the 31st', async () => {
    const { input, expect: expected } = golden('A01');
    const starts = async (interval: string): Promise<string[]> => {
      const answer = await answerTo(['periods', '--anchor', `${input.anchor}T00:00:00Z`, '--interval', interval, '--count', String(input.n)]);
      return answer.periods.map(({ start }: { start: string }) => start.slice(0, 10));
    };
    expect(await starts(input.interval)).toEqual(expected);
    expect(await starts('3 months')).toEqual(['2023-01-31', '2023-04-30', '2023-07-31', '2023-10-31']);
    const containing = await answerTo([...MONTHS, '--containing', '2023-03-01T00:00:00Z']);
    expect(containing).toEqual({ periods: [{ start: '2023-02-28T00:00:00Z', end: '2023-03-31T00:00:00Z' }] });
  });

  test('D02: graduated tiers, some with a flat amount', async () => {
    const { input, expect: expected } = golden('D02');
    const tiers = input.tiers.map(([upTo, unit, flat]: [number | null, string, string]) => ({ up_to: upTo === null ? null : String(upTo), unit_amount: unit, flat_amount: flat }));
    const args = ['amount', '--currency', 'USD', '--quantity', input.qty, '--model', JSON.stringify({ type: 'graduated', tiers })];
    const answer = await answerTo(args);
    expect(answer.amount).toBe(`${expected}.00`);
    expect(answer.lines).toHaveLength(6);
    expect((await answerTo([...args, '--maximum', '150'])).amount).toBe('150.00');
  });

  test('a price per unit with included units, a minimum, and units billed before', async () => {
    const args = ['amount', '--currency', 'EUR', '--per-unit', '0.07'];
    expect((await answerTo([...args, '--quantity', '12', '--included', '2'])).amount).toBe('0.70');
    expect((await answerTo([...args, '--quantity', '12', '--minimum', '5'])).amount).toBe('5.00');
    expect((await answerTo([...args, '--quantity', '12', '--already-billed', '100', '--included', '106'])).amount).toBe('0.42');
  });
});

describe('an answer in lines', () => {
  test.each([
    { args: TAX, lines: ['subtotal  193.33 USD', 'tax        48.33 USD', 'total     241.66 USD'] },
    { args: ['rollover', '--included', '1000', '--used', '600'], lines: ['carried on       400', 'then available  1400'] },
    {
      args: ['proration', '--currency', 'usd', '--start', '2024-06-01T00:00:00Z', '--end', '2024-07-01T00:00:00Z', '--at', '2024-06-02T00:00:00Z', '--old', '5', '--new', '20'],
      lines: ['credit  -4.83 USD', 'charge  19.33 USD', 'net     14.50 USD'],
    },
    { args: MONTHS, lines: ['START                 END', '2023-01-31T00:00:00Z  2023-02-28T00:00:00Z'] },
    { args: ['amount', '--currency', 'USD', '--quantity', '12', '--per-unit', '0.07'], lines: ['LINE   QUANTITY  UNIT AMOUNT  AMOUNT', 'units  12        0.07         0.84', '', 'amount  0.84 USD'] },
  ])('$args', async ({ args, lines }) => {
    expect(await run(args)).toEqual({ code: 0, stdout: `${lines.join('\n')}\n`, stderr: '' });
  });
});

describe('a question as JSON', () => {
  const body = { currency: 'USD', subtotal: '193.33', rate_percent: '25', inclusive: false };

  test('is taken from a flag and from standard input', async () => {
    const expected = { subtotal: '193.33', tax: '48.33', total: '241.66' };
    expect(await answerTo(['tax', '--json-input', JSON.stringify(body)])).toEqual(expected);
    expect(await answerTo(['tax', '-'], JSON.stringify(body, null, 2))).toEqual(expected);
  });

  test.each([
    { name: 'tax', question: body },
    { name: 'tax', question: { currency: 5, subtotal: 193.33, inclusive: 'no' } },
    { name: 'tax', question: { currency: 'XXX', subtotal: 'much', rate_percent: '101' } },
    { name: 'tax', question: [] },
    { name: 'amount', question: { currency: 'USD', quantity: '22', price: { model: { type: 'volume', tiers: [{ up_to: null, unit_amount: '0.1' }] }, minimum: null } } },
    { name: 'amount', question: { currency: 'USD', quantity: '1', price: { model: { type: 'per_unit', amount: 1 }, minimum: 5 } } },
    { name: 'amount', question: { currency: 'USD', quantity: '1', price: { model: { type: 'graduated', tiers: [{ up_to: '5' }, { up_to: '4', unit_amount: '-1' }] } } } },
    { name: 'amount', question: { currency: 'USD', quantity: '1', price: null } },
    { name: 'periods', question: { anchor: '2023-01-31T00:00:00Z', interval: { unit: 'month', count: 1 }, count: 2, alignment: 'calendar', timezone: 'Europe/Madrid' } },
    { name: 'periods', question: { anchor: 1675123200, interval: { unit: 'fortnight', count: 0.5 }, count: '2' } },
    { name: 'periods', question: { anchor: 'today', interval: { unit: 'month', count: 1 }, timezone: 'Mars/Olympus' } },
    { name: 'proration', question: { currency: 'USD', period: { start: '2024-06-01T00:00:00Z' }, at: null, old_amount: '5', new_amount: 20 } },
    { name: 'proration', question: { currency: 'USD', period: { start: '2024-06-01T00:00:00Z', end: '2024-06-01T00:00:00Z' }, at: 'now', old_amount: '5', new_amount: '-20' } },
    { name: 'rollover', question: { included: '1000', used: '600', cap: { multiple: '0.1' } } },
    { name: 'rollover', question: { included: '1000', used: '600', cap: { units: '1', multiple: 5 } } },
    { name: 'rollover', question: { included: '1000', used: '600', cap: { units: 5 } } },
  ])('about $name gets the same answer as over HTTP, or faults in the same places: $question', async ({ name, question }) => {
    const app = Fastify();
    app.setValidatorCompiler(validatorCompiler);
    app.setErrorHandler(sendProblem);
    calculateRoutes(app, {} as HttpContext);
    const response = await app.inject({ method: 'POST', url: `/v1/calculate/${name}`, payload: question });
    const { code, stdout, stderr } = await run([name, '--json', '-'], JSON.stringify(question));
    if (response.statusCode === 200) {
      expect({ code, stderr, answer: JSON.parse(stdout) }).toEqual({ code: 0, stderr: '', answer: response.json() });
    } else {
      expect(response.statusCode).toBe(400);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      const told: string[] = response.json().errors.map(({ pointer }: { pointer: string }) => pointer);
      const places = placesIn(stderr).map((place) => (place === 'standard input' ? '/' : place));
      // Of a choice of shapes HTTP also names the parent of what is wrong; the command names what is wrong alone.
      expect(told).toEqual(expect.arrayContaining(places));
      expect(told.filter((pointer) => !places.some((place) => place === pointer || place.startsWith(`${pointer}/`)))).toEqual([]);
    }
  });
});

describe('a question that cannot be meant ends with 2', () => {
  test.each([
    { args: ['tax'], says: '--currency: is needed; --subtotal: is needed; --rate: is needed' },
    { args: ['tax', '--currency', 'XXX', '--subtotal', 'much', '--rate', '101'], says: '--currency: "XXX" is not an ISO 4217 currency; --subtotal: must be a decimal string, such as "12.50"; --rate: must not be above 100' },
    { args: ['amount'], says: '--currency: is needed; --quantity: is needed; --per-unit or --model: is needed' },
    { args: ['amount', '--currency', 'USD', '--quantity', '-1', '--per-unit', '-2'], says: '--per-unit: must not be negative; --quantity: must not be negative' },
    { args: ['amount', '--currency', 'USD', '--quantity', '1', '--per-unit', '2', '--model', '{}'], says: '--model: may not stand beside --per-unit' },
    { args: ['amount', '--currency', 'USD', '--quantity', '1', '--model', '{'], says: '--model: must be JSON' },
    { args: ['amount', '--currency', 'USD', '--quantity', '1', '--model', '{"type":"volume","tiers":[{"up_to":5}]}'], says: '--model at /tiers/0/up_to: must be string or must be null' },
    { args: ['proration', '--currency', 'USD', '--start', '2024-06-01', '--end', '2024-07-01'], says: '--at: is needed; --old: is needed; --new: is needed' },
    { args: ['periods', '--anchor', '2023-01-31', '--interval', 'fortnight', '--count', '1.5'], says: '--interval: must be a number of days, weeks, months or years, such as month or "3 months"; --count: must be a whole number' },
    { args: [...MONTHS, '--count', '0', '--alignment', 'lunar'], says: '--alignment: must be one of anniversary, calendar; --count: must be >= 1' },
    { args: [...MONTHS, '--count', '2', '--containing', '2023-02-01T00:00:00Z'], says: '--containing: may not stand beside --count' },
    { args: ['rollover', '--included', '1', '--used', '0', '--cap-units', '1', '--cap-multiple', '2'], says: '--cap-multiple: may not stand beside --cap-units' },
    { args: [...TAX, '--json-input', '{}'], says: '--json-input holds the whole question: leave out --currency, --subtotal, --rate' },
    { args: ['tax', '-', '--json-input', '{}'], says: '- holds the whole question: leave out --json-input' },
    { args: ['tax', '--json-input', '{"currency"'], says: '--json-input: is not JSON' },
    { args: ['tax', '--json-input', 'null'], says: '--json-input: must be object' },
    { args: ['tax', '-'], says: 'standard input: is empty' },
    { args: ['tax', '--json-input', '{"currency":"\\u001b[2J\\n","subtotal":"1","rate_percent":"1"}'], says: '/currency: " [2J " is not an ISO 4217 currency\n' },
    { args: ['tax', 'USD'], says: '"USD" is not understood' },
    { args: ['tax', '--vat', '1'], says: "unknown option '--vat'" },
    { args: ['churn'], says: "unknown command 'churn'" },
    { args: ['burn'], says: '--credits: is needed; --use: is needed' },
    { args: [], says: 'Usage: paidup calculate <question>' },
  ])('$args', async ({ args, says }) => {
    const { code, stdout, stderr } = await run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(says);
    expect(stderr).not.toContain(' at file:');
  });
});

test('the questions are told by help', async () => {
  expect(await run(['--help'])).toEqual({ code: 0, stdout: HELP['paidup calculate'], stderr: '' });
  for (const name of ['amount', 'periods', 'proration', 'rollover', 'tax']) expect(HELP['paidup calculate']).toContain(`\n  ${name} `);
});

function golden(id: string): (typeof CASES)[number] {
  const found = CASES.find((each) => each.id === id);
  if (found === undefined) throw new Error(`there is no golden case ${id}`);
  return found;
}

function major(cents: number): string {
  return (cents / 100).toFixed(2);
}

/** The flags and pointers that a message names. */
function placesIn(stderr: string): string[] {
  return stderr.replace(/^paidup: /, '').split('; ').map((fault) => fault.split(': ')[0] ?? '');
}

/** The one JSON line that a question is answered with. */
async function answerTo(args: string[], input = ''): Promise<ReturnType<typeof JSON.parse>> {
  const { code, stdout, stderr } = await run([...args, '--json'], input);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^.+\n$/);
  return JSON.parse(stdout);
}

/** Runs `paidup calculate` with nothing of this environment, and what it is given on standard input. */
async function run(args: string[], input = ''): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [PROGRAM, 'calculate', ...args], { env: {}, stdio: ['pipe', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
  // A question by flags ends without reading its input.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve) => {
    child.on('close', resolve);
  });
  return { code, stdout, stderr };
}
