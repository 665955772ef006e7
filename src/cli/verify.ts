import { verifyStore, type Difference, type Verification } from '../service/verify.js';
import { EXIT } from './exit.js';
import { withEngine, type StoreFlags } from './store.js';

/** Flags of `paidup verify`, as they were written. */
export interface VerifyFlags extends StoreFlags {
  readonly repair?: true;
  readonly json?: true;
}

/** What verify found, and what is left of it after a repair. */
interface Finding {
  readonly found: Verification;
  /** Undefined when nothing had to be, or was to be, repaired. */
  readonly afterRepair: Verification | undefined;
}

/** More would bury the first ones, which tell what is wrong. */
const SHOWN = 100;

/** Derives everything from the facts, compares, and tells; the exit code says whether the store is right now. @throws what openStore throws. */
export async function verify(flags: VerifyFlags): Promise<number> {
  const isRepair = flags.repair === true;
  const finding = await withEngine(flags, { isExisting: true, whenLocked: 'stop the server that has it open, then verify' }, async (engine): Promise<Finding> => {
    const found = await verifyStore(engine, { isRepair });
    const isLookedAtAgain = isRepair && found.differences.length > 0;
    return { found, afterRepair: isLookedAtAgain ? await verifyStore(engine, { isRepair: false }) : undefined };
  });
  process.stdout.write(flags.json === true ? `${JSON.stringify(findingJson(finding))}\n` : findingText(finding, isRepair));
  return remaining(finding).length === 0 ? EXIT.done : EXIT.refused;
}

function remaining({ found, afterRepair }: Finding): readonly Difference[] {
  return (afterRepair ?? found).differences;
}

function findingJson(finding: Finding): object {
  const { found, afterRepair } = finding;
  const { customers, events, windows, transactions, invoices, differences } = found;
  return {
    ok: remaining(finding).length === 0,
    customers,
    events,
    windows,
    transactions,
    invoices,
    difference_count: differences.length,
    differences: differences.slice(0, SHOWN).map(({ customerId, what, detail }) => ({ customer: customerId, what, detail })),
    repaired_count: afterRepair === undefined ? 0 : differences.length - afterRepair.differences.length,
  };
}

function findingText(finding: Finding, isRepair: boolean): string {
  const { found } = finding;
  const { differences } = found;
  const counted = `checked ${found.customers} customers, ${found.events} events, ${found.windows} usage windows, ${found.transactions} ledger transactions, ${found.invoices} invoices\n`;
  if (differences.length === 0) return `${counted}everything kept follows from the facts\n`;
  const lines = differences.slice(0, SHOWN).map(({ customerId, what, detail }) => `  ${customerId ?? 'store'} ${what}: ${detail}\n`);
  const more = differences.length > SHOWN ? `  and ${differences.length - SHOWN} more\n` : '';
  return `${counted}${differences.length} differences:\n${lines.join('')}${more}${outcomeText(finding, isRepair)}`;
}

function outcomeText(finding: Finding, isRepair: boolean): string {
  const left = remaining(finding).length;
  if (!isRepair) return 'to write what differs anew from the facts: paidup verify --repair\n';
  return left === 0 ? 'repaired: everything kept follows from the facts now\n' : `repaired what can be; ${left} differences are left, for facts are never changed\n`;
}
