import { dialects, hasSubject, isDialect, readReport } from '../reader/report.js';
import { isWhole } from '../reader/section.js';
import { reportJson, reportText } from '../reader/text.js';
import { sourceOf } from './endpoint.js';
import { EXIT, Misuse } from './exit.js';

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
  const { url, key } = sourceOf(flags);
  if (hasSubject(dialect) && (flags.subject ?? '') === '') throw new Misuse(`--subject must name the customer to report on: a key of ${dialect} may see many`);
  const read = await readReport({ dialect, url, key, subject: flags.subject });
  process.stdout.write(flags.json === true ? `${JSON.stringify(reportJson(read))}\n` : reportText(read));
  return isWhole(read.sections) ? EXIT.done : EXIT.refused;
}
