import { postAll, type StoredTransaction } from '../core/ledger.js';
import { withHoldChange, type Hold } from '../core/hold.js';
import type { IdPrefix } from '../core/id.js';
import { parseQuestion, type QuestionInput } from '../core/consume.js';
import { isPositive } from '../core/decimal.js';
import type { GateAnswer } from '../core/gate.js';
import { decideUnitsHold } from '../core/held-units.js';
import { invalidInput } from '../core/problems.js';
import { decideAdjustment, decideExtension, decideGrant, decideHold, decideRelease, decideSettlement, parseExpiry, type GrantInput, type HoldInput, type SettlementInput, type WalletDecision, type WalletSituation } from '../core/wallet-command.js';
import { updateStanding } from '../store/customer.js';
import { insertHoldChange } from '../store/hold.js';
import { insertTransaction, selectTransactions } from '../store/ledger.js';
import { loadUpToDate, nextLookAt } from './booking.js';
import { recordInUnit } from './record.js';
import { findCustomerId, lockCustomer } from './customer.js';
import type { Engine, Unit } from './engine.js';
import { topUpIfDue } from './top-up.js';

/** A command on a wallet as it was saved. */
export interface WalletChange {
  readonly decision: WalletDecision;
  readonly revision: number;
}

/** Gives the customer credit. @throws Refusal as decideGrant. */
export async function grantCredit(engine: Engine, unit: Unit, { customerId, ...input }: GrantInput & { customerId: string }): Promise<WalletChange> {
  return changeWallet(engine, unit, { customerId, prefix: 'txn', decide: (situation) => decideGrant(situation, input) });
}

/** Corrects the balance by hand. @throws Refusal as decideAdjustment. */
export async function adjustWallet(engine: Engine, unit: Unit, { customerId, ...input }: { customerId: string; amount: string; currency?: string | undefined; reason: string }): Promise<WalletChange> {
  return changeWallet(engine, unit, { customerId, prefix: 'txn', decide: (situation) => decideAdjustment(situation, input) });
}

/** Sets money aside. @throws Refusal as decideHold. */
export async function openHold(engine: Engine, unit: Unit, { customerId, ...input }: HoldInput & { customerId: string }): Promise<WalletChange> {
  return changeWallet(engine, unit, { customerId, prefix: 'hold', decide: (situation) => decideHold(situation, input) });
}

/** Units of a feature to be set aside, as the API takes them. */
export interface UnitsHoldInput extends Omit<QuestionInput, 'partial'> {
  /** Seconds from now. */
  readonly expiresIn: number;
  readonly description?: string | undefined;
  readonly reference?: string | null | undefined;
}

/** Sets units of a feature aside, if the gate allows their use; a "no" changes nothing. @throws Refusal as decideUnitsHold. */
export async function openUnitsHold(engine: Engine, unit: Unit, { customerId, expiresIn, description, reference = null, ...input }: UnitsHoldInput & { customerId: string }): Promise<{ answer: GateAnswer; revision: number; hold: Hold | null }> {
  await engine.catalog.refresh(unit.transaction);
  const question = parseQuestion(input, (code) => engine.catalog.feature(code) !== undefined);
  if (!isPositive(question.quantity)) throw invalidInput([{ pointer: '/quantity', detail: 'must be above zero' }]);
  let answer: GateAnswer | undefined;
  const { decision, revision } = await changeWallet(engine, unit, {
    customerId,
    prefix: 'hold',
    decide: ({ facts, at, newId }) => {
      const decided = decideUnitsHold(facts, { question, expiresAt: parseExpiry(expiresIn, at), description, reference }, { newId, at, metersOf: engine.catalog.metersOf.bind(engine.catalog) });
      answer = decided.answer;
      return { transactions: [], holds: decided.change === null ? [] : [decided.change], events: [] };
    },
  });
  if (answer === undefined) throw new Error('the gate was not asked');
  const [change] = decision.holds;
  return { answer, revision, hold: change?.type === 'opened' ? change.hold : null };
}

/** @throws Refusal as decideExtension. */
export async function extendHold(engine: Engine, unit: Unit, { customerId, ...input }: { customerId: string; holdId: string; expiresIn: number }): Promise<WalletChange> {
  return changeWallet(engine, unit, { customerId, prefix: 'hold', decide: (situation) => decideExtension(situation, input) });
}

/** @throws Refusal as decideSettlement. */
export async function settleHold(engine: Engine, unit: Unit, { customerId, ...input }: SettlementInput & { customerId: string }): Promise<WalletChange> {
  return changeWallet(engine, unit, { customerId, prefix: 'txn', decide: (situation) => decideSettlement(situation, input) });
}

/** @throws Refusal as decideRelease. */
export async function releaseHold(engine: Engine, unit: Unit, { customerId, holdId }: { customerId: string; holdId: string }): Promise<WalletChange> {
  return changeWallet(engine, unit, { customerId, prefix: 'hold', decide: (situation) => decideRelease(situation, holdId) });
}

/** The customer's ledger, oldest first. @throws Refusal `not_found`. */
export async function readLedger(engine: Engine, name: string): Promise<StoredTransaction[]> {
  return selectTransactions(engine.database, await findCustomerId(engine, name));
}

/** Load, decide, save: what every command on a wallet has in common. What is due is booked before. */
async function changeWallet(engine: Engine, unit: Unit, input: { customerId: string; prefix: IdPrefix; decide: (situation: WalletSituation) => WalletDecision }): Promise<WalletChange> {
  const { customerId, prefix, decide } = input;
  const { stored, standing: before, facts } = await loadUpToDate(engine, unit, await lockCustomer(unit, customerId));
  const decision = decide({ facts, at: unit.at, newId: engine.newId(prefix) });
  // Nothing decided, nothing counted.
  if (decision.transactions.length === 0 && decision.holds.length === 0) return { decision, revision: stored.revision };
  const revision = stored.revision + 1;
  for (const [position, transaction] of decision.transactions.entries()) await insertTransaction(unit.transaction, { customerId, revision, position, transaction });
  for (const [position, change] of decision.holds.entries()) await insertHoldChange(unit.transaction, { customerId, revision, position, change });
  const changed = { ...postAll(before, decision.transactions), holds: decision.holds.reduce(withHoldChange, before.holds) };
  const after = { ...facts, ...changed, revision };
  const standing = await topUpIfDue(engine, unit, { facts: after, standing: { ...before, ...changed } });
  await updateStanding(unit.transaction, { customerId, revision, standing, dueAt: nextLookAt({ ...after, payments: standing.payments }, unit.at) });
  if (decision.events.length === 0) return { decision, revision };
  await recordInUnit(engine, unit, decision.events.map((event) => ({ customerId, event })));
  return { decision, revision: revision + 1 };
}
