import { describe, expect, it } from 'vitest';
import { Turns } from '../../src/service/turns.js';
import { Overloaded } from '../../src/store/batcher.js';

/** A promise that is settled from outside. */
function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe('commands on one customer', () => {
  it('go one after the other, in the order in which they came, whatever becomes of them; others do not wait', async () => {
    const turns = new Turns();
    const told: string[] = [];
    const first = gate();
    const one = turns.take('a', async () => {
      await first.opened;
      told.push('first');
      throw new Error('failed');
    });
    const two = turns.take('a', async () => void told.push('second'));
    await turns.take('b', async () => void told.push('other'));
    first.open();

    await expect(one).rejects.toThrow('failed');
    await two;
    expect(told).toEqual(['other', 'first', 'second']);
  });

  it('are refused when too many wait, and taken again afterwards', async () => {
    const turns = new Turns();
    const first = gate();
    const waiting = Array.from({ length: 5_000 }, () => turns.take('a', () => first.opened));

    await expect(turns.take('a', () => Promise.resolve())).rejects.toThrow(Overloaded);
    first.open();
    await Promise.all(waiting);
    await expect(turns.take('a', () => Promise.resolve('done'))).resolves.toBe('done');
  });
});
