import { Command } from 'commander';
import { readVersion } from '../http/version.js';
import type { CalculateFlags } from './calculate.js';
import { HELP } from './help.js';
import type { ImportFlags } from './import.js';
import type { KeysCreateFlags, KeysListFlags, KeysRevokeFlags } from './keys.js';
import type { MigrateFlags } from './migrate.js';
import { QUESTIONS, type QuestionName } from './question.js';
import type { ReportFlags } from './report.js';
import type { ServeFlags } from './serve.js';
import type { ShadowFlags } from './shadow.js';
import type { VerifyFlags } from './verify.js';

/**
 * The commands and their flags; what they mean is said in help.ts. A command that ends with a code of its own tells it
 * by `end`. Each one is loaded when it is called, so that help need not wait for a database that nobody asked for.
 */
export function commands(end: (code: number) => void): Command {
  const program = new Command('paidup');
  program
    .exitOverride()
    .configureHelp({ formatHelp: (command) => HELP[fullName(command)] ?? '' })
    .configureOutput({ outputError: (text, write) => write(`paidup: ${text.replace(/^error: /, '')}`) })
    .showHelpAfterError('For what it takes: add --help')
    .version(readVersion(), '--version')
    .helpOption('--help');
  withStore(program.command('serve'))
    .option('--port <n>')
    .option('--host <h>')
    .option('--demo')
    .option('--json')
    .option('--log-level <l>')
    .option('--cors-origin <o...>')
    .option('--embed-origin <o...>')
    .option('--sandbox')
    .option('--provider <p>')
    .option('--trust-proxy')
    .option('--webhook-allow <cidr...>')
    .action(async (flags: ServeFlags) => (await import('./serve.js')).serve(flags));
  program
    .command('report')
    .option('--from <dialect>')
    .option('--url <url>')
    .option('--key <key>')
    .option('--subject <s>')
    .option('--json')
    .action(async (flags: ReportFlags) => end(await (await import('./report.js')).report(flags)));
  withSides(program.command('import'))
    .option('--subjects <s...>')
    .option('--customer <id>')
    .option('--timezone <zone>')
    .option('--dry-run')
    .option('--json')
    .action(async (flags: ImportFlags) => end(await (await import('./import.js')).importCustomers(flags)));
  withSides(program.command('shadow'))
    .option('--subjects <s...>')
    .option('--json')
    .action(async (flags: ShadowFlags) => end(await (await import('./shadow.js')).shadow(flags)));
  addCalculate(program.command('calculate'));
  addKeys(program.command('keys'));
  withStore(program.command('migrate'))
    .option('--json')
    .action(async (flags: MigrateFlags) => (await import('./migrate.js')).migrateStore(flags));
  withStore(program.command('verify'))
    .option('--repair')
    .option('--json')
    .action(async (flags: VerifyFlags) => end(await (await import('./verify.js')).verify(flags)));
  return program;
}

function addCalculate(calculate: Command): void {
  for (const name of Object.keys(QUESTIONS) as QuestionName[]) {
    const command = calculate.command(name).argument('[input]').option('--json-input <json>').option('--json');
    for (const { flag } of QUESTIONS[name]) command.option(flag);
    command.action(async (input: string | undefined, flags: CalculateFlags) => (await import('./calculate.js')).calculate(name, input, flags));
  }
}

function addKeys(keys: Command): void {
  withStore(keys.command('create'))
    .option('--kind <kind>')
    .option('--customer <id>')
    .option('--name <n>')
    .option('--scope <s...>')
    .option('--json')
    .action(async (flags: KeysCreateFlags) => (await import('./keys.js')).createKey(flags));
  withStore(keys.command('list'))
    .option('--customer <id>')
    .option('--json')
    .action(async (flags: KeysListFlags) => (await import('./keys.js')).listKeys(flags));
  withStore(keys.command('revoke'))
    .argument('<id>')
    .option('--json')
    .action(async (id: string, flags: KeysRevokeFlags) => (await import('./keys.js')).revokeKey(id, flags));
}

/** A system of a vendor, and a running Paidup. */
function withSides(command: Command): Command {
  return command.option('--from <dialect>').option('--url <url>').option('--key <key>').option('--to <url>').option('--to-key <key>');
}

function withStore(command: Command): Command {
  return command.option('--data <dir>').option('--database-url <url>');
}

function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`;
}
