import { Refusal } from '../core/problems.js';
import { StoreUnavailable } from '../store/database.js';
import { SchemaMismatch } from '../store/migrate.js';

/** What the program ends with: a contract with scripts. */
export const EXIT = { done: 0, refused: 1, misused: 2, interrupted: 130 } as const;

/** The command line or the environment asks for something that cannot be meant; the message says what to write instead. */
export class Misuse extends Error {
  override readonly name = 'Misuse';
}

/** The command was understood and could not be carried out; the message is one line for people. */
export class Failed extends Error {
  override readonly name = 'Failed';
}

/** What to tell about an error and what to end with. Only for a bug is the stack told: everything else has a cause that people can act on. */
export function endingOf(error: unknown): { readonly message: string; readonly code: number } {
  if (error instanceof Misuse) return { message: error.message, code: EXIT.misused };
  if (isExpected(error)) return { message: oneLine(error.message), code: EXIT.refused };
  const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { message: `this is a fault of Paidup\n${told}`, code: EXIT.refused };
}

/** The text with its line ends taken out. */
export function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, '; ').trim();
}

function isExpected(error: unknown): error is Error {
  return [Failed, Refusal, StoreUnavailable, SchemaMismatch].some((kind) => error instanceof kind);
}
