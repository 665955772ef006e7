import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { paginate } from './paginate.js';

describe('rows on pages', () => {
  it.each([
    ['fills a page before the next', { heights: [4, 4, 4, 4], firstRoom: 8, room: 10, roomBelow: 0 }, [[0, 1], [2, 3]]],
    ['begins a new page when the first row does not fit', { heights: [5], firstRoom: 4, room: 10, roomBelow: 0 }, [[], [0]]],
    ['takes the last row along to what follows', { heights: [3, 3, 3], firstRoom: 10, room: 10, roomBelow: 4 }, [[0, 1], [2]]],
    ['takes even an only row along', { heights: [3], firstRoom: 4, room: 10, roomBelow: 4 }, [[], [0]]],
    ['leaves the last row where taking it along would not help', { heights: [3, 8], firstRoom: 20, room: 10, roomBelow: 10 }, [[0, 1]]],
    ['has a page for no rows', { heights: [], firstRoom: 4, room: 10, roomBelow: 5 }, [[]]],
  ])('%s', (_, stack, pages) => {
    expect(paginate(stack)).toEqual(pages);
  });

  it('keep their order, fit their page, and leave none empty but the first', () => {
    const part = fc.integer({ min: 1, max: 20 });
    const stacks = fc.record({ heights: fc.array(part, { maxLength: 60 }), firstRoom: part, room: fc.constant(20), roomBelow: part });
    fc.assert(fc.property(stacks, (stack) => {
      const pages = paginate(stack);
      expect(pages.flat()).toEqual(stack.heights.map((_, index) => index));
      const used = pages.map((page) => page.reduce((sum, index) => sum + (stack.heights[index] ?? 0), 0));
      used.forEach((height, page) => expect(height).toBeLessThanOrEqual(page === 0 ? stack.firstRoom : stack.room));
      expect(pages.slice(1).every((page) => page.length > 0)).toBe(true);
    }));
  });
});
