import { readFileSync } from 'node:fs';
import { Misuse } from './exit.js';

/**
 * Subjects as they are named on the command line: ids, `@file` or `-` (standard input) with one a line, or `all`, which is
 * undefined. @throws Misuse.
 */
export function subjectsOf(given: readonly string[]): string[] | undefined {
  if (given.includes('all')) {
    if (given.length > 1) throw new Misuse('--subjects takes "all", or names: not both');
    return undefined;
  }
  const names = given.flatMap((name) => (name === '-' ? linesOf(0) : name.startsWith('@') ? linesOf(name.slice(1)) : [name]));
  if (names.length === 0) throw new Misuse('--subjects must name a subject, a file as @file, - for standard input, or all');
  return names;
}

function linesOf(file: string | number): string[] {
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/).filter((line) => line.trim() !== '');
  } catch (error) {
    throw new Misuse(`--subjects: ${file === 0 ? 'standard input' : `"${file}"`} cannot be read: ${(error as Error).message}`);
  }
}
