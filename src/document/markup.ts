import { plainText } from './plain-text.js';

/** HTML that may stand in a page as it is; only `html` makes it. */
export class Markup {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  static join(parts: TemplateStringsArray, values: readonly Insert[]): Markup {
    return new Markup(parts.map((part, index) => part + (index < values.length ? insertText(values[index]) : '')).join(''));
  }

  toString(): string {
    return this.#text;
  }
}

/** What may be put between tags: a string is a text and is escaped. */
export type Insert = string | Markup | readonly Markup[] | null | undefined;

/** A template whose strings are escaped, so that no text becomes a tag or leaves its attribute. */
export function html(parts: TemplateStringsArray, ...values: readonly Insert[]): Markup {
  return Markup.join(parts, values);
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function insertText(value: Insert): string {
  if (value == null) return '';
  if (typeof value === 'string') return plainText(value).replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
  if (value instanceof Markup) return value.toString();
  return value.map((each) => each.toString()).join('');
}
