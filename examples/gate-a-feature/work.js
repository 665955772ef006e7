/** The first sentence: a short summary. */
export function summarise(text) {
  return /^[^.!?]*[.!?]?/.exec(text.trim())?.[0] ?? '';
}

/** The most tokens that a text can have: one for every character. */
export function mostTokens(text) {
  return text.length;
}

/** Into Pig Latin, and how many tokens it took: one a word. @throws when there is no word in it. */
export function translate(text) {
  const words = text.match(/[a-z]+/gi);
  if (words === null) throw new TypeError('there is nothing to translate');
  return { result: words.map(piglatin).join(' '), took: words.length };
}

function piglatin(word) {
  const [, consonants, rest] = /^([^aeiou]*)(.*)$/i.exec(word);
  return consonants === '' ? `${word}way` : `${rest}${consonants}ay`;
}
