import { parseArgs } from 'node:util';

/** What `npm run bench -- ...` was asked for. */
export interface Options {
  /** Measured time of each side of a row. */
  readonly seconds: number;
  /** Names of rows; all of them when empty. */
  readonly only: readonly string[];
  /** Tenfold events and fivefold requests in the rows that are about size. */
  readonly isLarge: boolean;
  /** Write docs/benchmarks.md. */
  readonly isWritten: boolean;
  /** Exit with 1 when a bar is missed. */
  readonly isStrict: boolean;
  /** Folder for CPU profiles of the servers. */
  readonly profileFolder: string | undefined;
  readonly customers: number;
}

const HELP = `npm run bench -- [flags]

  --seconds N        measured time of each side of a row (5)
  --only NAMES       rows, comma between: state, check, event, bulk, call, consume, growth, list, memory, embedded
  --customers N      customers in each store (2000)
  --large            10^7 events in growth, 10^6 customers in list, 10^6 requests in memory
  --profile FOLDER   write a CPU profile of each server there
  --write            write docs/benchmarks.md
  --strict           exit with 1 when a bar is missed
`;

export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '5' },
      only: { type: 'string', default: '' },
      customers: { type: 'string', default: '2000' },
      large: { type: 'boolean', default: false },
      profile: { type: 'string' },
      write: { type: 'boolean', default: false },
      strict: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    process.exit(0);
  }
  if (values.write && values.only !== '') throw new Error('--write writes the whole table: leave --only out');
  return {
    seconds: positive('--seconds', values.seconds),
    only: values.only.split(',').filter((name) => name !== ''),
    isLarge: values.large,
    isWritten: values.write,
    isStrict: values.strict,
    profileFolder: values.profile,
    customers: Math.ceil(positive('--customers', values.customers)),
  };
}

function positive(flag: string, text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new Error(`${flag} must be a number above zero`);
  return number;
}
