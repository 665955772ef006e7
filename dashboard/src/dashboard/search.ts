/** What stands behind the question mark of an address. It is read like any input: what does not fit is as if it were not there. */
export type Raw = Readonly<Record<string, unknown>>;

export function textIn<Name extends string>(raw: Raw, name: Name): { [Key in Name]?: string } {
  const value = raw[name];
  return (typeof value === 'string' && value !== '' ? { [name]: value } : typeof value === 'number' ? { [name]: String(value) } : {}) as { [Key in Name]?: string };
}

export function instantIn<Name extends string>(raw: Raw, name: Name): { [Key in Name]?: string } {
  const value = raw[name];
  return (typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? { [name]: value } : {}) as { [Key in Name]?: string };
}

export function oneOf<Name extends string, Word extends string>(raw: Raw, name: Name, words: readonly Word[]): { [Key in Name]?: Word } {
  const word = words.find((each) => each === raw[name]);
  return (word === undefined ? {} : { [name]: word }) as { [Key in Name]?: Word };
}
