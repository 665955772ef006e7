import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { checkFiles } from './tidy/check.js';

/** Findings of a small project, as `path:line rule`; its rooms get the README they must have. */
function tidy(written: Record<string, string>): string[] {
  const files = new Map(Object.entries(written));
  for (const path of Object.keys(written)) {
    const room = /^src\/[^/]+(?=\/)/.exec(path)?.[0];
    if (room !== undefined && !files.has(`${room}/README.md`)) files.set(`${room}/README.md`, '# Room\n');
  }
  return checkFiles(files).map(({ path, line, rule }) => `${path}:${line} ${rule}`);
}

/** Findings of one line of code in one file. */
function tidyLine(path: string, line: string): string[] {
  return tidy({ [path]: `${line}\n` });
}

const lines = (count: number): string => 'export {};\n'.repeat(count);
const functionOf = (count: number): string => `export function derive(): void {\n${'\n'.repeat(count - 2)}}\n`;

describe('rooms', () => {
  it.each([
    ['src/core/wallet.ts', '../store/wallet.js'],
    ['src/store/wallet.ts', '../service/wallet.js'],
    ['src/provider/port.ts', '../store/wallet.js'],
    ['src/service/wallet.ts', '../provider/stripe.js'],
    ['src/service/wallet.ts', '../http/wallet.js'],
    ['src/http/wallet.ts', '../store/wallet.js'],
    ['src/worker/renew.ts', '../store/wallet.js'],
    ['src/reader/lark.ts', '../service/wallet.js'],
    ['src/document/pdf.ts', '../store/wallet.js'],
    ['src/document/pdf.ts', '../service/wallet.js'],
    ['src/service/invoice.ts', '../document/pdf.js'],
    ['src/cli/main.ts', '../../test/world.js'],
    ['src/cli/main.ts', '@paidup/sdk'],
    ['src/http/surfaces/lark/state.ts', '../diga/state.js'],
    ['src/http/surfaces/lark/state.ts', '../../../store/wallet.js'],
    ['sdk/src/client.ts', '../../src/core/wallet.js'],
    ['sdk/src/client.ts', 'undici'],
    ['sdk/src/client.ts', 'node:http'],
    ['dashboard/src/page.tsx', '../../src/core/wallet.js'],
  ])('%s may not import %s', (path, specifier) => {
    expect(tidyLine(path, `import { a } from '${specifier}';`)).toEqual([`${path}:1 room`]);
  });

  it.each([
    ['src/core/wallet.ts', './money.js'],
    ['src/store/wallet.ts', '../core/wallet.js'],
    ['src/service/wallet.ts', '../provider/port.js'],
    ['src/http/wallet.ts', '../service/wallet.js'],
    ['src/http/surfaces/lark/state.ts', '../../problem.js'],
    ['src/http/surfaces/lark/state.ts', './view.js'],
    ['src/http/app.ts', './surfaces/lark/state.js'],
    ['src/worker/renew.ts', '../provider/stripe.js'],
    ['src/reader/lark.ts', '../core/wallet.js'],
    ['src/document/pdf.ts', '../core/money.js'],
    ['src/http/invoice.ts', '../document/pdf.js'],
    ['src/cli/invoice.ts', '../document/html.js'],
    ['src/cli/main.ts', '../worker/renew.js'],
    ['src/cli/main.ts', '../core/wallet.js'],
    ['src/core/wallet.test.ts', '../store/wallet.js'],
    ['test/e2e/wallet.test.ts', '@paidup/sdk'],
    ['bench/main.ts', '../src/store/wallet.js'],
    ['sdk/src/client.ts', './problem.js'],
    ['sdk/src/client.test.ts', 'vitest'],
    ['dashboard/src/page.tsx', '@paidup/sdk'],
  ])('%s may import %s', (path, specifier) => {
    expect(tidyLine(path, `import { a } from '${specifier}';`)).toEqual([]);
  });

  it.each([
    "import type { Row } from '../store/wallet.js';",
    "export * from '../store/wallet.js'; export const a = 1;",
    "export type Row = import('../store/wallet.js').Row;",
    "export const row = import('../store/wallet.js');",
  ])('sees every form of import: %s', (line) => {
    expect(tidyLine('src/http/wallet.ts', line)).toEqual(['src/http/wallet.ts:1 room']);
  });

  it('refuses a file of src that is in no room', () => {
    expect(tidyLine('src/main.ts', 'start();')).toEqual(['src/main.ts:1 room']);
    expect(tidyLine('src/shared/wallet.ts', 'start();')).toEqual(['src/shared/wallet.ts:1 room']);
  });

  it('asks every room for a README of at most 100 lines', () => {
    const absent = checkFiles(new Map([['src/core/tsconfig.json', '{}']]));
    expect(absent.map(({ path, rule }) => `${path} ${rule}`)).toEqual(['src/core/README.md readme']);
    expect(tidy({ 'src/core/README.md': 'word\n'.repeat(101) })).toEqual(['src/core/README.md:101 readme']);
    expect(tidy({ 'src/core/README.md': 'word\n'.repeat(100) })).toEqual([]);
  });
});

describe('core purity', () => {
  it.each([
    "import { readFile } from 'node:fs';",
    "import pg from 'pg';",
    "import 'temporal-polyfill/global';",
    'export const at = Date.now();',
    "export const at = Date['now']();",
    'const { now } = Date; export { now };',
    'export const at = new Date();',
    'export const at = new Date;',
    'export const at = Date();',
    'export const chance = Math.random();',
    'export const at = Temporal.Now.instant();',
    'export const start = performance.now();',
    'export const home = process.env.HOME;',
    'declare const process: { env: object }; export const all = process.env;',
    'export const all = { process };',
    'export const id = crypto.randomUUID();',
    'setTimeout(wake, 10);',
    'setInterval(wake, 10);',
    'export const page = fetch(url);',
    "console.log('here');",
    'export const random = globalThis.crypto;',
    'export const wait = async () => 1;',
    'export function wait(answer: Promise<number>): void { answer; }',
    'export const all = Promise.all([]);',
    'export const value = await later;',
  ])('is broken by %s', (line) => {
    const found = tidyLine('src/core/wallet.ts', line);
    expect(found.length).toBeGreaterThan(0);
    expect(new Set(found)).toEqual(new Set(['src/core/wallet.ts:1 core-purity']));
  });

  it.each([
    "import Big from 'big.js';",
    "import { Temporal } from 'temporal-polyfill';",
    'export const at = new Date(0);',
    'export const day = Date.UTC(2026, 0, 31);',
    'export const floor = Math.floor(1.5);',
    'export const step = plan.process;',
    'export const plan = { fetch: 1, performance: 2 };',
    'export interface Plan { readonly process: string }',
    'export function run(process: string): string { return process; }',
    '// performance, Promise and Date.now() may be spoken of.',
    "export const text = 'console.log';",
  ])('is kept by %s', (line) => {
    expect(tidyLine('src/core/wallet.ts', line)).toEqual([]);
  });

  it('is asked of core only, and not of its tests', () => {
    expect(tidyLine('src/core/wallet.test.ts', 'export const at = Date.now();')).toEqual([]);
    expect(tidyLine('src/service/wallet.ts', 'export const at = Date.now();')).toEqual([]);
  });
});

describe('SQL', () => {
  it.each([
    "const statement = 'select 1';",
    "const statement = '  SELECT id from wallets';",
    'const statement = `\n-- the wallets\nselect id\nfrom wallets`;',
    'const statement = `select ${columns} from wallets`;',
    "const statement = 'select id, name ' + 'from wallets';",
    "const statement = 'insert into wallets (id) values ($1)';",
    "const statement = 'update wallets set name = $1';",
    "const statement = 'update wallets as w set name = $1';",
    "const statement = 'delete from wallets';",
    "const statement = 'with due as (select id from wallets) select id from due';",
    "const statement = 'with recursive due (id) as materialized (select 1) select id from due';",
  ])('is refused outside of the store: %s', (line) => {
    const found = tidy({ 'src/service/wallet.ts': `${line}\n` });
    expect(found).toEqual(['src/service/wallet.ts:1 sql-place']);
    expect(tidy({ 'src/store/wallet.ts': `${line}\n`, 'bench/wallet.ts': `${line}\n` })).toEqual([]);
    expect(tidy({ 'src/service/wallet.test.ts': `${line}\n` })).toEqual([]);
  });

  it.each(['Select a plan first', 'selected', 'Update the card', 'with care', 'insert a card', 'delete'])(
    'is not seen in the words "%s"',
    (words) => {
      expect(tidyLine('src/http/wallet.ts', `export const label = '${words}';`)).toEqual([]);
    },
  );

  it.each(['select * from wallets', 'select w.* from wallets w', 'select id, w.* from wallets w', 'delete from a returning *'])(
    'names its columns: %s',
    (statement) => {
      expect(tidyLine('src/store/wallet.ts', `const statement = '${statement}';`)).toEqual([
        'src/store/wallet.ts:1 select-star',
      ]);
    },
  );

  it.each(['select count(*) from wallets', 'select amount * 2 from wallets', 'select id from wallets -- not select *'])(
    'may count and multiply: %s',
    (statement) => {
      expect(tidyLine('src/store/wallet.ts', `const statement = '${statement}';`)).toEqual([]);
    },
  );

  it('says first why a migration is there', () => {
    const statement = 'create table wallets (id text primary key);\n';
    expect(tidy({ 'migrations/0001_wallet.sql': statement })).toEqual(['migrations/0001_wallet.sql:1 migration-comment']);
    expect(tidy({ 'migrations/0001_wallet.sql': `-- Wallets hold prepaid money.\n${statement}` })).toEqual([]);
  });
});

describe('size', () => {
  it('allows a file 400 lines, and a file of tests 600', () => {
    expect(tidy({ 'src/core/wallet.ts': lines(401) })).toEqual(['src/core/wallet.ts:401 file-length']);
    expect(tidy({ 'src/core/wallet.ts': lines(400) })).toEqual([]);
    expect(tidy({ 'src/core/wallet.test.ts': lines(601) })).toEqual(['src/core/wallet.test.ts:601 file-length']);
    expect(tidy({ 'test/sim/model.ts': lines(600) })).toEqual([]);
  });

  it('allows a generated file its length, if the script that writes it exists', () => {
    const generated = `// Generated by scripts/currencies.ts; do not edit.\n${lines(500)}`;
    expect(tidy({ 'src/core/currency.ts': generated })).toEqual(['src/core/currency.ts:401 file-length']);
    expect(tidy({ 'src/core/currency.ts': generated, 'scripts/currencies.ts': '' })).toEqual([]);
  });

  it('allows a function 70 lines, except in tests and the dashboard', () => {
    expect(tidy({ 'src/core/wallet.ts': functionOf(71) })).toEqual(['src/core/wallet.ts:1 function-length']);
    expect(tidy({ 'src/core/wallet.ts': functionOf(70) })).toEqual([]);
    expect(tidy({ 'src/core/wallet.test.ts': functionOf(71), 'dashboard/src/page.tsx': functionOf(71) })).toEqual([]);
  });

  it.each([
    ['an arrow function', 'export const derive = () => {BODY};'],
    ['a method', 'export class Lane { run(): void {BODY} }'],
    ["an object's method", 'export const lane = { run() {BODY} };'],
    ['a constructor', 'export class Lane { constructor() {BODY} }'],
    ['a callback', 'lane.each(function () {BODY});'],
  ])('counts the lines of %s', (_kind, text) => {
    const long = text.replace('BODY', '\n'.repeat(70));
    expect(tidy({ 'src/store/wallet.ts': long })).toEqual(['src/store/wallet.ts:1 function-length']);
  });

  it.each([
    'export function rate(a: A, b: B, c: C, d: D): void {}',
    'export const rate = (a: A, b: B, c: C, d: D): void => {};',
    'const rate = (a: A, b: B, c: C, d: D): void => {}; export { rate };',
    'function rate(a: A, b: B, c: C, d: D): void {} export default rate;',
  ])('asks for an object instead of a fourth parameter: %s', (line) => {
    expect(tidyLine('src/core/rating.ts', line)).toEqual(['src/core/rating.ts:1 parameters']);
  });

  it('leaves three parameters, and what is not exported, alone', () => {
    expect(tidyLine('src/core/rating.ts', 'export function rate(this: A, b: B, c: C, d: D): void {}')).toEqual([]);
    expect(tidyLine('src/core/rating.ts', 'function rate(a: A, b: B, c: C, d: D): void {}')).toEqual([]);
  });
});

describe('cycles', () => {
  it('are told once, the whole way round', () => {
    const files = new Map([
      ['src/core/README.md', '# Core\n'],
      ['src/core/entry.ts', "import { a } from './price.js';\n"],
      ['src/core/plan.ts', "import type { a } from './wallet.js';\n"],
      ['src/core/price.ts', "// Prices.\nimport { a } from './plan.js';\n"],
      ['src/core/wallet.ts', "import { a } from './price.js';\n"],
    ]);
    const way = 'src/core/plan.ts -> src/core/wallet.ts -> src/core/price.ts -> src/core/plan.ts';
    expect(checkFiles(files)).toEqual([
      { path: 'src/core/plan.ts', line: 1, rule: 'cycle', sentence: `Import cycle: ${way}.` },
    ]);
  });

  it('are not seen where two files import a third', () => {
    const shared = "import { a } from './money.js';\n";
    const found = tidy({ 'sdk/src/plan.ts': shared, 'sdk/src/price.ts': shared, 'sdk/src/money.ts': 'export const a = 1;\n' });
    expect(found).toEqual([]);
  });
});

describe('names', () => {
  it.each(['utils.ts', 'helpers.ts', 'common.ts', 'misc.ts', 'types.ts', 'index.ts', 'utils.test.ts', 'helpers/money.ts'])(
    '%s names nothing',
    (name) => {
      expect(tidyLine(`src/core/${name}`, 'export const a = 1;')).toEqual([`src/core/${name}:1 name`]);
    },
  );

  it('refuses a barrel under any name, but for the entrance of the SDK', () => {
    const barrel = "export * from './money.js';\nexport { a } from './price.js';\n";
    expect(tidy({ 'src/core/everything.ts': barrel })).toEqual(['src/core/everything.ts:1 barrel']);
    expect(tidy({ 'sdk/src/index.ts': barrel, 'sdk/src/money.ts': 'export const a = 1;\n' })).toEqual([]);
  });

  it.each(['./money', './money.ts', '.', '../core'])('ask for .js in %s', (specifier) => {
    expect(tidyLine('src/core/wallet.ts', `export { a } from '${specifier}'; f();`)).toContain(
      'src/core/wallet.ts:1 js-ending',
    );
  });

  it('ask for .js of relative code only', () => {
    expect(tidyLine('test/world.ts', "import cases from './cases.json' with { type: 'json' };")).toEqual([]);
    expect(tidyLine('src/core/wallet.ts', "import { a } from './money.js';")).toEqual([]);
  });
});

describe('what is left to do', () => {
  it.each(['// TODO round', 'f(); // FIXME', '/* one\n TODO two */', '/** TODO: say more */', 'f(); /** TODO at the end */'])(
    'has an issue: %s',
    (text) => {
      expect(tidy({ 'src/core/wallet.ts': text })[0]).toMatch(/^src\/core\/wallet.ts:\d todo$/);
      expect(tidy({ 'src/core/wallet.ts': text.replace(/TODO|FIXME/, '$& (#12)') })).toEqual([]);
    },
  );

  it('is read in comments of programs and of SQL, not in code', () => {
    expect(tidyLine('src/core/wallet.ts', "const word = 'TODO';")).toEqual([]);
    expect(tidy({ 'migrations/0001_a.sql': "-- Why.\nselect 'TODO'; -- TODO\n" })).toEqual(['migrations/0001_a.sql:2 todo']);
  });
});

describe('the command', () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });

  function run(written: Record<string, string>): { status: number | null; stdout: string } {
    const folder = mkdtempSync(join(tmpdir(), 'tidy-'));
    folders.push(folder);
    for (const [path, text] of Object.entries(written)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const script = fileURLToPath(new URL('tidy.ts', import.meta.url));
    return spawnSync(process.execPath, ['--import', 'tsx', script, folder], { encoding: 'utf8' });
  }

  it('prints each finding with its place and exits 1', () => {
    const { status, stdout } = run({ 'src/core/README.md': '# Core\n', 'src/core/wallet.ts': '\nDate.now();\n' });
    expect(stdout).toBe('src/core/wallet.ts:2: core-purity: core may not use Date.now; the caller passes it in.\n');
    expect(status).toBe(1);
  });

  it('exits 0 over a tidy folder, and reads neither built nor installed files', () => {
    const bad = "import { a } from './money';\n";
    const { status, stdout } = run({
      'sdk/src/index.ts': 'export const a = 1;\n',
      'sdk/dist/index.ts': bad,
      'node_modules/big.js/index.ts': bad,
      '.paidup/index.ts': bad,
    });
    expect(stdout).toBe('tidy: 1 files, nothing to say\n');
    expect(status).toBe(0);
  });
});
