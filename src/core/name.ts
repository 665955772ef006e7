import type { InputError } from './problems.js';

/** Longest code, external id or event id, in UTF-16 units. */
export const MAX_NAME_LENGTH = 255;

const PLAIN = /^[\x20-\x7e]*$/;
const CODE = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/;

/** Why `text` cannot name anything, or undefined. Names may hold any well-formed text but control characters. */
export function nameFault(text: string): string | undefined {
  if (text.length === 0) return 'must not be empty';
  if (text.length > MAX_NAME_LENGTH) return `must not be longer than ${MAX_NAME_LENGTH} characters`;
  // Nearly every name is plain ASCII; asking about Unicode's categories is slow.
  if (PLAIN.test(text)) return undefined;
  // Lone surrogates cannot be written as UTF-8; NUL cannot be stored; neither is part of any name.
  if (/[\p{Cc}\p{Cs}]/u.test(text)) return 'must not contain control characters or broken Unicode';
  return undefined;
}

/** Why `text` is not an e-mail address, or undefined. Whether anybody reads it there, nobody knows. */
export function emailFault(text: string): string | undefined {
  return nameFault(text) === undefined && /^[^\s@]+@[^\s@]+$/.test(text) ? undefined : 'is not an e-mail address';
}

/** Pushes an error when `text` is not a code: letters, digits, `_`, `.`, `-`, at most 100. */
export function checkCode(text: string, pointer: string, errors: InputError[]): void {
  if (!CODE.test(text)) errors.push({ pointer, detail: 'must be 1 to 100 letters, digits, "_", "." or "-", and begin with a letter or digit' });
}
