import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { importCustomers, type ImportFlags } from '../../src/cli/import.js';
import { progressOn } from '../../src/cli/progress.js';
import { shadow, type ShadowFlags } from '../../src/cli/shadow.js';
import { subjectsOf } from '../../src/cli/subjects.js';

/** What the commands take, and how they tell of themselves; what they do is tested over real connections. */

const NOBODY = 'http://127.0.0.1:9';
const folder = mkdtempSync(join(tmpdir(), 'paidup-import-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  vi.stubEnv('PAIDUP_KEY', 'source-key');
  vi.stubEnv('PAIDUP_TO', NOBODY);
  vi.stubEnv('PAIDUP_TO_KEY', 'paidup-key');
});
afterEach(() => vi.unstubAllEnvs());

const lark: ImportFlags = { from: 'lark', url: NOBODY };

describe('import', () => {
  test.each<[string, ImportFlags, Record<string, string>, string]>([
    ['no source', { url: NOBODY }, {}, '--from must be one of lark, diga, docspace'],
    ['a source that it does not know', { ...lark, from: 'stripe' }, {}, '--from must be one of lark, diga, docspace'],
    ['no address', { from: 'lark' }, {}, '--url must be an http or https address'],
    ['no key', lark, { PAIDUP_KEY: '' }, 'a key is needed: set PAIDUP_KEY'],
    ['no Paidup', lark, { PAIDUP_TO: '' }, '--to must be the http or https address of a running Paidup'],
    ['a Paidup that is no address', lark, { PAIDUP_TO: 'ftp://x' }, 'PAIDUP_TO must be the http or https address'],
    ["no key of Paidup's", lark, { PAIDUP_TO_KEY: ' ' }, "Paidup's secret key is needed: set PAIDUP_TO_KEY"],
    ['a zone that there is not', { ...lark, timezone: 'Mars/Olympus' }, {}, '--timezone must be an IANA time zone'],
    ['a customer of Lark', { ...lark, customer: 'acme' }, {}, '--customer is for diga and docspace'],
    ['no customer of Diga', { ...lark, from: 'diga' }, {}, '--customer must say what you call the customer'],
    ['subjects of DocSpace', { ...lark, from: 'docspace', customer: 'acme', subjects: ['a'] }, {}, '--subjects is for lark'],
  ])('with %s is misused', async (_name, flags, variables, says) => {
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    await expect(importCustomers(flags)).rejects.toMatchObject({ name: 'Misuse', message: expect.stringContaining(says) });
  });
});

describe('shadow', () => {
  test.each<[string, ShadowFlags, string]>([
    ['another source', { ...lark, from: 'diga', subjects: ['a'] }, '--from must be lark'],
    ['no subjects', { from: 'lark', url: NOBODY }, '--subjects must name a subject'],
  ])('with %s is misused', async (_name, flags, says) => {
    await expect(shadow(flags)).rejects.toMatchObject({ name: 'Misuse', message: expect.stringContaining(says) });
  });
});

describe('subjects', () => {
  test('are names, files with one a line, or all', () => {
    const file = join(folder, 'subjects.txt');
    writeFileSync(file, 'früh@example.com\r\n\na b/c\n');
    expect(subjectsOf(['acme', `@${file}`])).toEqual(['acme', 'früh@example.com', 'a b/c']);
    expect(subjectsOf(['all'])).toBeUndefined();
  });

  test.each([
    [['all', 'acme'], 'not both'],
    [['@/there/is/no/such/file'], 'cannot be read'],
  ])('%j are misused', (given, says) => {
    expect(() => subjectsOf(given)).toThrow(says);
  });
});

describe('progress', () => {
  const told = (isTTY: boolean, total: number): string => {
    let text = '';
    const stream = { isTTY, write: (more: string) => (text += more) } as unknown as NodeJS.WriteStream;
    const { tell, end } = progressOn(stream, 'subjects');
    for (let done = 0; done <= total; done += 1) tell({ done, total });
    end();
    return text;
  };

  test('is a bar that fills on a terminal, and leaves it on a new line', () => {
    const lines = told(true, 4).split('\r');
    expect(lines[1]).toBe(`[${' '.repeat(30)}] 0 of 4 subjects`);
    expect(lines[3]).toBe(`[${'#'.repeat(15)}${' '.repeat(15)}] 2 of 4 subjects`);
    expect(lines.at(-1)).toBe(`[${'#'.repeat(30)}] 4 of 4 subjects\n`);
  });

  test('is a few plain lines elsewhere', () => {
    const lines = told(false, 500).split('\n');
    expect(lines).toHaveLength(12);
    expect([lines[0], lines[10], lines[11]]).toEqual(['0 of 500 subjects', '500 of 500 subjects', '']);
    expect(told(false, 0)).toBe('0 of 0 subjects\n');
  });
});
