import { createHash } from 'node:crypto';

const PREFIX = 'import:';

/** As long as a code may be, less what makes it the only one. */
const LONGEST = 60;

/** A code that follows from a name and what it belongs to: the same for ever, and its own. */
export function codeOf(name: string, from: readonly string[]): string {
  const slug = name.normalize('NFKD').toLowerCase().replaceAll(/[^a-z0-9]+/g, '_').replaceAll(/^_+|_+$/g, '').slice(0, LONGEST);
  return `${slug === '' ? 'moved' : slug}.${digest(from).slice(0, 8)}`;
}

/** What the same thing is known by in every run: the key under which a command is carried out once. */
export function keyOf(...parts: readonly unknown[]): string {
  return `${PREFIX}${digest(parts)}`;
}

/** Whether an id was made so. */
export function isImported(id: string): boolean {
  return id.startsWith(PREFIX);
}

function digest(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
