/** Invisible characters that steer direction or ask for a break, and control characters other than a line's end. */
const UNWANTED = /[\p{Cc}\p{Cf}\ufe00-\ufe0f]/gu;

/** Joiners, which shape Persian and Indic words. */
const KEPT = '\n\u200c\u200d';

const LONE_SURROGATE = /\p{Cs}/gu;

/**
 * `text` as it may stand on a page: no control characters, no marks that turn the direction of what follows (a name
 * must not rearrange the amounts beside it), no halves of characters. Lines may end with \n.
 */
export function plainText(text: string): string {
  return text
    .normalize('NFC')
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replace(/\t/g, ' ')
    .replace(UNWANTED, (character) => (KEPT.includes(character) ? character : ''))
    .replace(LONE_SURROGATE, '\ufffd');
}
