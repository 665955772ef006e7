import type { Face, Faces, Weight } from './font.js';

/** A piece of a line that one face draws. */
export interface Run {
  readonly face: Face;
  readonly text: string;
  /** What the piece says, where `text` only marks its characters' places because no face has them. */
  readonly actual: string | undefined;
}

/** Stands for a character that no face has. */
const ABSENT = '\u25a1';

const RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
const LETTER = /\p{L}/u;
const DIGIT = /\p{Nd}/u;
const NUMBER = /(\p{Nd}(?:[\p{Nd}.,:/]*\p{Nd})?)/u;
const OPENING = '([{<«';
const CLOSING = ')]}>»';
const MIRRORED: Readonly<Record<string, string>> = { '(': ')', ')': '(', '[': ']', ']': '[', '{': '}', '}': '{', '<': '>', '>': '<', '«': '»', '»': '«' };

/**
 * The runs of one line in the order they stand in from left to right. The line itself runs from left to right; a
 * stretch of Hebrew or Arabic in it is turned, its numbers are not. That is what the Unicode bidirectional algorithm
 * (UAX #9) comes to for names and sentences of one direction with words of the other in them; deeper nesting is not told apart.
 */
export function lineRuns(line: string, faces: Faces, weight: Weight): Run[] {
  return directions([...line]).flatMap(({ text, isTurned }) => {
    if (!isTurned) return straightRuns(text, faces, weight);
    const pieces = text.split(NUMBER).filter((piece) => piece !== '');
    return pieces.reverse().flatMap((piece) => (DIGIT.test(piece) ? straightRuns(piece, faces, weight) : turnedRun(piece, faces, weight)));
  });
}

/**
 * Stretches from the first letter of a right-to-left script to the last such letter, number, or bracket closed before
 * another letter, and what is between them.
 */
function directions(characters: readonly string[]): { text: string; isTurned: boolean }[] {
  const stretches: { text: string; isTurned: boolean }[] = [];
  let from = 0;
  while (from < characters.length) {
    const isTurned = RIGHT_TO_LEFT.test(characters[from] ?? '');
    const length = isTurned ? turnedLength(characters.slice(from)) : straightLength(characters.slice(from));
    stretches.push({ text: characters.slice(from, from + length).join(''), isTurned });
    from += length;
  }
  return stretches;
}

function straightLength(characters: readonly string[]): number {
  const end = characters.findIndex((character) => RIGHT_TO_LEFT.test(character));
  return end === -1 ? characters.length : end;
}

function turnedLength(characters: readonly string[]): number {
  let length = 0;
  let open = 0;
  for (const [index, character] of characters.entries()) {
    const isRightToLeft = RIGHT_TO_LEFT.test(character);
    if (!isRightToLeft && LETTER.test(character)) break;
    const isClosed = CLOSING.includes(character) && open > 0;
    if (OPENING.includes(character)) open += 1;
    if (isClosed) open -= 1;
    if (isRightToLeft || isClosed || DIGIT.test(character)) length = index + 1;
  }
  return length;
}

/** The shaper turns letters itself; brackets it leaves as they are. */
function turnedRun(text: string, faces: Faces, weight: Weight): Run[] {
  const face = faces.forRightToLeft(weight);
  const mirrored = [...text].map((character) => MIRRORED[character] ?? character).join('');
  return [...mirrored].every((character) => face.font.hasGlyphForCodePoint(character.codePointAt(0) ?? 0))
    ? [{ face, text: mirrored, actual: undefined }]
    : straightRuns(text, faces, weight);
}

function straightRuns(text: string, faces: Faces, weight: Weight): Run[] {
  const runs: { face: Face; text: string; actual: string | undefined }[] = [];
  for (const character of text) {
    const last = runs.at(-1);
    const { face, shown } = choose({ character, faces, weight, last: last?.face });
    const isAbsent = shown !== character;
    if (last !== undefined && last.face === face && (last.actual !== undefined) === isAbsent) {
      last.text += shown;
      if (last.actual !== undefined) last.actual += character;
    } else {
      runs.push({ face, text: shown, actual: isAbsent ? character : undefined });
    }
  }
  return runs;
}

/** A mark stays with the letter it stands on if that letter's face has it. */
function choose(asked: { character: string; faces: Faces; weight: Weight; last: Face | undefined }): { face: Face; shown: string } {
  const { character, faces, weight, last } = asked;
  if (last !== undefined && /\p{M}/u.test(character) && last.font.hasGlyphForCodePoint(character.codePointAt(0) ?? 0)) return { face: last, shown: character };
  const face = faces.having(character, weight);
  if (face !== undefined) return { face, shown: character };
  const instead = faces.having(ABSENT, weight);
  if (instead === undefined) throw new Error('no face has the sign for an absent character');
  return { face: instead, shown: ABSENT };
}
