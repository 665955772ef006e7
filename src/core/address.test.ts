import { describe, expect, it } from 'vitest';
import { addressLines, parseAddress, type AddressInput } from './address.js';
import type { InputError } from './problems.js';

const NOTHING = { line1: null, line2: null, city: null, postalCode: null, state: null, country: null };

function parsed(input: AddressInput) {
  const errors: InputError[] = [];
  return { address: parseAddress(input, errors), errors };
}

describe('an address', () => {
  it.each<[AddressInput, object | null]>([
    [{ line1: ' Gran Via 1 ', city: 'Madrid', postal_code: '28013', country: 'es' }, { ...NOTHING, line1: 'Gran Via 1', city: 'Madrid', postalCode: '28013', country: 'ES' }],
    [{ line2: '', state: null, city: 'Łódź' }, { ...NOTHING, city: 'Łódź' }],
    [{}, null],
    [{ line1: '  ', country: '' }, null],
  ])('is read from %j, empty parts left out', (input, address) => {
    expect(parsed(input)).toEqual({ address, errors: [] });
  });

  it.each<[AddressInput, string]>([
    [{ country: 'Spain' }, '/address/country'],
    [{ country: '12' }, '/address/country'],
    [{ line1: 'a\nb' }, '/address/line1'],
    [{ postal_code: 'x'.repeat(256) }, '/address/postal_code'],
  ])('says what is wrong with %j', (input, pointer) => {
    expect(parsed(input).errors).toEqual([{ pointer, detail: expect.any(String) }]);
  });

  it.each([
    [{ ...NOTHING, line1: 'Gran Via 1', line2: '3 B', city: 'Madrid', postalCode: '28013', state: 'Madrid', country: 'ES' }, ['Gran Via 1', '3 B', '28013 Madrid', 'Madrid', 'Spain']],
    [{ ...NOTHING, city: 'Madrid' }, ['Madrid']],
    [{ ...NOTHING, line1: 'Gran Via 1', country: 'QZ' }, ['Gran Via 1', 'QZ']],
  ])('of %j is written as %j', (address, lines) => {
    expect(addressLines(address)).toEqual(lines);
  });
});
