import { describe, expect, it } from 'vitest';
import { byteStep, formatBytes, formatQuantity } from './quantity.js';

describe('a quantity in words', () => {
  it.each([
    ['1400', 'minute', '1,400 minutes'],
    ['1', 'minute', '1 minute'],
    ['0.5', 'hour', '0.5 hours'],
    ['12', 'GB', '12 GB'],
    ['3', null, '3'],
    ['unlimited', 'minute', 'unlimited'],
    ['123456789012345678901.5', null, '123,456,789,012,345,678,901.5'],
    ['104857600', 'byte', '100 MB'],
  ])('%s of %s is %s', (quantity, unit, words) => {
    expect(formatQuantity(quantity, unit, 'en-GB')).toBe(words);
  });
});

describe('a size', () => {
  it.each([
    ['0', '0 B'],
    ['1023', '1,023 B'],
    ['1024', '1 kB'],
    ['44302336', '42.25 MB'],
    ['2791728742400', '2.54 TB'],
    ['unlimited', 'unlimited'],
  ])('%s bytes are %s', (bytes, words) => {
    expect(formatBytes(bytes, 'en-GB')).toBe(words);
  });

  it('takes the unit of the largest of several', () => {
    expect(byteStep(['0', '512', '3145728'])).toEqual({ size: 1024 ** 2, unit: 'MB' });
    expect(byteStep([])).toEqual({ size: 1, unit: 'B' });
  });
});
