import { dialects, hasSubject, isDialect, readReport } from '../reader/report.js';
import { toAddress } from '../reader/call.js';
import { isWhole } from '../reader/section.js';
import { reportJson, reportText } from '../reader/text.js';
import { EXIT, Misuse } from './exit.js';
import { settingOf } from './setting.js';

/** Flags of `paidup report`, as they were written. */
export interface ReportFlags {
  readonly from?: string;
  readonly url?: string;
  readonly key?: string;
  readonly subject?: string;
  readonly json?: true;
}

/** Prints what a live system says about one customer; the exit code tells whether every call was answered. @throws Misuse. */
export async function report(flags: ReportFlags): Promise<number> {
  const dialect = flags.from;
  if (dialect === undefined || !isDialect(dialect)) throw new Misuse(`--from must be one of ${dialects.join(', ')}`);
  const { url } = flags;
  if (url === undefined || toAddress(url) === null) throw new Misuse('--url must be an http or https address, such as http://127.0.0.1:4610');
  const key = settingOf({ flag: '--key', variable: 'PAIDUP_KEY' }, flags.key)?.value.trim() ?? '';
  if (key === '') throw new Misuse('a key is needed: set PAIDUP_KEY, or give --key (which others on this machine may see)');
  if (hasSubject(dialect) && (flags.subject ?? '') === '') throw new Misuse(`--subject must name the customer to report on: a key of ${dialect} may see many`);
  const read = await readReport({ dialect, url, key, subject: flags.subject });
  process.stdout.write(flags.json === true ? `${JSON.stringify(reportJson(read))}\n` : reportText(read));
  return isWhole(read.sections) ? EXIT.done : EXIT.refused;
}
