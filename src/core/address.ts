import { nameFault } from './name.js';
import type { InputError } from './problems.js';

/** Where a customer is; null for parts that it does not have. */
export interface Address {
  readonly line1: string | null;
  readonly line2: string | null;
  readonly city: string | null;
  readonly postalCode: string | null;
  /** State, province or region. */
  readonly state: string | null;
  /** ISO 3166-1, two capital letters. */
  readonly country: string | null;
}

/** An address as the API takes it; what is left out, or is empty, is a part that it does not have. */
export interface AddressInput {
  readonly line1?: string | null | undefined;
  readonly line2?: string | null | undefined;
  readonly city?: string | null | undefined;
  readonly postal_code?: string | null | undefined;
  readonly state?: string | null | undefined;
  readonly country?: string | null | undefined;
}

/** The address; null when no part of it is left. Pushes what is wrong under `/address`. */
export function parseAddress(input: AddressInput, errors: InputError[]): Address | null {
  const part = (name: keyof AddressInput): string | null => {
    const text = input[name]?.trim() ?? '';
    if (text === '') return null;
    const wrong = nameFault(text) ?? (name === 'country' && !/^[A-Za-z]{2}$/.test(text) ? 'must be two letters of ISO 3166-1, such as ES' : undefined);
    if (wrong !== undefined) errors.push({ pointer: `/address/${name}`, detail: wrong });
    return text;
  };
  const address = { line1: part('line1'), line2: part('line2'), city: part('city'), postalCode: part('postal_code'), state: part('state'), country: part('country')?.toUpperCase() ?? null };
  return Object.values(address).every((text) => text === null) ? null : address;
}

/** The address as it stands on a letter, a line each; the country by its name in English. */
export function addressLines({ line1, line2, city, postalCode, state, country }: Address): string[] {
  const place = [postalCode, city].filter((text) => text !== null).join(' ');
  return [line1, line2, place === '' ? null : place, state, country === null ? null : countryName(country)].filter((line) => line !== null);
}

/** The code itself where nobody has given it a name. */
function countryName(code: string): string {
  return new Intl.DisplayNames(['en'], { type: 'region' }).of(code) ?? code;
}
