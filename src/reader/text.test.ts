import { describe, expect, it } from 'vitest';
import type { Json } from './json.js';
import type { Report } from './report.js';
import { reportJson, reportText } from './text.js';

function reportOf(...sections: Report['sections']): Report {
  return { dialect: 'docspace', url: 'http://127.0.0.1:4610', subject: null, sections };
}

function bodyOf(value: Json): string {
  return reportText(reportOf({ name: 'part', ok: true, value })).split('\n').slice(2).join('\n');
}

describe('reportText', () => {
  it('aligns the fields of a section under its name', () => {
    const text = bodyOf({ id: '-9', due_date: '2026-12-14T08:30:00', trial: false, payer: null, tags: [] });
    expect(text).toBe(
      ['part', '  id        -9', '  due date  2026-12-14T08:30:00', '  trial     no', '  payer     -', '  tags      none', ''].join(
        '\n',
      ),
    );
  });

  it.each<[Json, string]>([
    [{ amount: '200', currency: 'USD' }, '200.00 USD'],
    [{ amount: '186.4', currency: 'USD' }, '186.40 USD'],
    [{ amount: '0.140', currency: 'USD' }, '0.140 USD'],
    [{ amount: '9.999', currency: null }, '9.999'],
    [{ amount: '-4.83', currency: 'EUR' }, '-4.83 EUR'],
    [{ bytes: '2791728742400' }, '2791728742400 bytes (2.54 TB)'],
    [{ bytes: '1073741824' }, '1073741824 bytes (1 GB)'],
    [{ bytes: '1048575' }, '1048575 bytes (1 MB)'],
    [{ bytes: '0' }, '0 bytes'],
    [{ start: '2026-01-01T00:00:00Z', end: null }, '2026-01-01T00:00:00Z to -'],
    [[{ amount: '1', currency: 'USD' }, { amount: '2', currency: 'EUR' }], '1.00 USD, 2.00 EUR'],
  ])('writes %j as %s', (value, line) => {
    expect(bodyOf({ it: value })).toBe(`part\n  it  ${line}\n`);
  });

  it('writes a list of objects as a table, numbers to the right', () => {
    const text = bodyOf([
      { id: 'a', price: { amount: '20', currency: 'USD' }, features: [{ x: 1 }] },
      { id: 'bcd', price: { amount: '0.14', currency: 'USD' }, note: 'new' },
    ]);
    expect(text.split('\n')).toEqual([
      'part',
      '  id       price  features  note',
      '  a    20.00 USD  1 item    -',
      '  bcd   0.14 USD  -         new',
      '',
    ]);
  });

  it('writes a list that is too wide for a table as one block per item', () => {
    const text = bodyOf([{ a: 'x'.repeat(80), b: 'y'.repeat(80) }, { a: 'z', b: { c: { d: 1 } } }]);
    expect(text.split('\n').map((line) => line.slice(0, 12))).toEqual([
      'part',
      '  - a  xxxxx',
      '    b  yyyyy',
      '  - a  z',
      '    b',
      '      c',
      '        d  1',
      '',
    ]);
  });

  it('says why a section failed, and none where there is nothing', () => {
    const text = reportText(
      reportOf(
        { name: 'customer info', ok: false, status: 403, message: 'Access denied' },
        { name: 'balance', ok: false, status: null, message: 'no answer within 30 s' },
        { name: 'current plan', ok: true, value: null },
      ),
    );
    expect(text).toBe(
      'docspace report from http://127.0.0.1:4610\n\n! customer info: 403 Access denied\n\n' +
        '! balance: no answer within 30 s\n\ncurrent plan\n  none\n',
    );
  });

  it('lets nothing that was read steer the terminal', () => {
    const text = bodyOf({ 'na\u001b[2Jme': 'a\u001b]0;x\u0007\r\n\u202eb\u009b' });
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });
});

describe('reportJson', () => {
  it('is the report as a plain object that says whether every section was read', () => {
    const ok = { name: 'a', ok: true as const, value: { n: '1' } };
    const failed = { name: 'b', ok: false as const, status: null, message: 'gone' };
    expect(reportJson(reportOf(ok, failed))).toEqual({
      dialect: 'docspace',
      url: 'http://127.0.0.1:4610',
      subject: null,
      ok: false,
      sections: [ok, failed],
    });
    expect(reportJson(reportOf(ok))).toMatchObject({ ok: true });
  });
});
