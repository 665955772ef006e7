const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const LENGTH = 24;

/** What an id names, as its prefix. */
export type IdPrefix = 'cus' | 'sub' | 'plan' | 'plnv' | 'mtr' | 'feat' | 'txn' | 'pay' | 'key' | 'pm' | 'inv' | 'cn' | 'hold' | 'ref' | 'alr' | 'whe' | 'msg' | 'rcat' | 'stl' | 'stli' | 'ses';

/** Bytes of chance that an id needs. */
export const ID_BYTES = 32;

/**
 * An id such as `cus_` and 24 base-62 characters, from ID_BYTES random bytes that the caller passes.
 * Bytes that would favour some characters are passed over; should too few be left, the rest is filled from the
 * whole range (a bias that happens less than once in 10^9 ids).
 */
export function idFromBytes(prefix: IdPrefix, bytes: Uint8Array): string {
  const fair = [...bytes].filter((byte) => byte < 248);
  const characters = Array.from({ length: LENGTH }, (_, index) => ALPHABET[(fair[index] ?? bytes[index] ?? 0) % 62]);
  return `${prefix}_${characters.join('')}`;
}

/** True when `text` has the form of an id with this prefix. */
export function isId(prefix: IdPrefix, text: string): boolean {
  return text.startsWith(`${prefix}_`) && /^[0-9A-Za-z]{24}$/.test(text.slice(prefix.length + 1));
}
