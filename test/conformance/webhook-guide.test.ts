import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { MESSAGE_TYPES } from '../../src/core/webhook-endpoint.js';

it('the guide of webhooks describes every type of message, and no other', () => {
  const guide = readFileSync(new URL('../../docs/guides/webhooks.md', import.meta.url), 'utf8');
  const rows = [...guide.matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, types = '']) => [...types.matchAll(/`([^`]+)`/g)].map(([, type]) => type));

  expect(rows).toEqual([...MESSAGE_TYPES]);
});
