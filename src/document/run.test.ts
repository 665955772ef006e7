import { describe, expect, it } from 'vitest';
import { Faces } from './font.js';
import { lineRuns } from './run.js';

/** The runs of a line from left to right, each with its face's name. */
function runs(line: string): string[] {
  return lineRuns(line, new Faces(), 'regular').map(({ text, face }) => `${face.name}: ${text}`);
}

describe('the runs of a line', () => {
  it.each([
    ['Łódź Ελλάδα Киев İstanbul Việt', ['Inter_400Regular: Łódź Ελλάδα Киев İstanbul Việt']],
    ['Հայաստան', ['DejaVuSans: Հայաստան']],
    ['Tel \u05d0\u05d1 15', ['Inter_400Regular: Tel ', 'Inter_400Regular: 15', 'DejaVuSans: \u05d0\u05d1 ']],
    ['\u05d0\u05d1 12 \u05d2 Ltd.', ['DejaVuSans:  \u05d2', 'Inter_400Regular: 12', 'DejaVuSans: \u05d0\u05d1 ', 'Inter_400Regular:  Ltd.']],
    ['\u05d0 (\u05d1 3) x', ['DejaVuSans: (', 'Inter_400Regular: 3', 'DejaVuSans: \u05d0 )\u05d1 ', 'Inter_400Regular:  x']],
  ])('of %s', (line, expected) => {
    expect(runs(line)).toEqual(expected);
  });

  it('show a box for what no face has, and remember what it stands for', () => {
    const [first, second] = lineRuns('東京 Tokyo', new Faces(), 'strong');
    expect([first?.text, first?.actual]).toEqual(['□□', '東京']);
    expect([second?.text, second?.actual]).toEqual([' Tokyo', undefined]);
  });

  it('leave an accent with its letter', () => {
    expect(runs('x\u0323y')).toEqual(['Inter_400Regular: x\u0323y']);
  });
});
