import type { Hold, HoldChange } from '../core/hold.js';
import type { Money } from '../core/money.js';
import { notFound } from '../core/problems.js';
import { selectCustomer } from '../store/customer.js';
import type { Queryable } from '../store/database.js';
import { selectHoldChanges } from '../store/hold.js';
import { fromStandingText } from '../store/standing.js';
import type { Engine } from './engine.js';

/** What was taken in the end: money, and of units how many. */
export interface HoldEnding {
  readonly type: 'settled' | 'released';
  readonly money: Money | null;
  readonly quantity: string | null;
}

/** A hold with how it ended; null while it is open or has expired. */
export interface HoldRead {
  readonly hold: Hold;
  readonly ending: HoldEnding | null;
}

/** The hold as all that happened to it left it. @throws Refusal `not_found`. */
export async function readHold(queryable: Queryable, customerId: string, holdId: string): Promise<HoldRead> {
  const changes = (await selectHoldChanges(queryable, customerId, holdId)).map(({ change }) => change);
  const [opened] = changes;
  if (opened?.type !== 'opened') throw notFound('hold', holdId);
  const hold = changes.reduce<Hold>((before, change) => (change.type === 'extended' ? { ...before, expiresAt: change.expiresAt } : before), opened.hold);
  const end = changes.find((change): change is Extract<HoldChange, { type: 'settled' | 'released' }> => change.type === 'settled' || change.type === 'released');
  if (end === undefined) return { hold, ending: null };
  return { hold, ending: end.type === 'settled' ? { type: end.type, money: end.money, quantity: end.quantity ?? null } : { type: end.type, money: null, quantity: null } };
}

/** The customer's holds that have not been settled or released, by expiry. @throws Refusal `not_found`. */
export async function readHolds(engine: Engine, customerId: string): Promise<readonly Hold[]> {
  const stored = await selectCustomer(engine.database, customerId);
  if (stored === undefined) throw notFound('customer', customerId);
  return fromStandingText(stored.standingText).holds;
}
