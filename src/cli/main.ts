#!/usr/bin/env node
import { CommanderError } from 'commander';
import { EXIT, endingOf } from './exit.js';
import { commands } from './program.js';

/** Runs the program with the arguments after its name and gives the exit code. Whatever goes wrong is told on stderr. */
async function main(args: readonly string[]): Promise<number> {
  let code: number = EXIT.done;
  const program = commands((ended) => {
    code = ended;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    // Commander has told its own refusals already; help that was asked for ends with 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.misused;
    const ending = endingOf(error);
    process.stderr.write(`paidup: ${ending.message}\n`);
    return ending.code;
  }
}

// Whoever read our output has read enough, as `head` does: no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await main(process.argv.slice(2));
