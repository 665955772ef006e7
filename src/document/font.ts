import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { create, type Font } from 'fontkit';

export type Weight = 'regular' | 'strong';

/** An opened font under a name of its own. */
export interface Face {
  readonly name: string;
  readonly font: Font;
}

/** Inter for Latin, Greek and Cyrillic; DejaVu for the other alphabets it knows (Hebrew, Arabic, Armenian, Georgian ...). */
const FILES: Readonly<Record<Weight, readonly string[]>> = {
  regular: ['@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf', 'dejavu-fonts-ttf/ttf/DejaVuSans.ttf'],
  strong: ['@expo-google-fonts/inter/600SemiBold/Inter_600SemiBold.ttf', 'dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf'],
};

const locate = createRequire(import.meta.url);
const contents = new Map<string, Buffer>();

/**
 * The fonts of one document. Each document opens its own: an opened font remembers which character it first drew a
 * shape for, and would carry that from one document into the bytes of the next. The files are read once.
 */
export class Faces {
  readonly #open = new Map<string, Face>();

  /** The face that has `character`, the first choice first; undefined if none has. */
  having(character: string, weight: Weight): Face | undefined {
    const point = character.codePointAt(0) ?? 0;
    for (const file of FILES[weight]) {
      const face = this.#face(file);
      if (face.font.hasGlyphForCodePoint(point)) return face;
    }
    return undefined;
  }

  /** The face for scripts written from right to left. */
  forRightToLeft(weight: Weight): Face {
    return this.#face(FILES[weight][1] ?? '');
  }

  #face(file: string): Face {
    const known = this.#open.get(file);
    if (known !== undefined) return known;
    const font = create(contentOf(file));
    if (!('layout' in font)) throw new Error(`not a single font: ${file}`);
    const face = { name: file.replace(/^.*\/|\.ttf$/g, ''), font };
    this.#open.set(file, face);
    return face;
  }
}

function contentOf(file: string): Buffer {
  const known = contents.get(file);
  if (known !== undefined) return known;
  const content = readFileSync(locate.resolve(file));
  contents.set(file, content);
  return content;
}
