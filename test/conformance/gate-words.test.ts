import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { GATE_REASONS, GATE_RULES } from '../../src/core/gate.js';

/** The first column of the table under a head. */
function documented(head: string): string[] {
  const guide = readFileSync(new URL('../../docs/guides/gate.md', import.meta.url), 'utf8');
  const table = guide.slice(guide.indexOf(`| \`${head}\` |`)).split('\n\n')[0] ?? '';
  return [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, word]) => word ?? '').slice(1);
}

it('the guide lists every reason and every rule of the gate, and no other', () => {
  expect(documented('reason').sort()).toEqual([...GATE_REASONS].sort());
  expect(documented('rule').sort()).toEqual([...GATE_RULES].sort());
});
