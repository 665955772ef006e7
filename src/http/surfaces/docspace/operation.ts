import type { Currency } from '../../../core/currency.js';
import { ZERO, decimal, decimalText, roundTo, sum, type Decimal } from '../../../core/decimal.js';
import { FOREVER, latest, type Instant } from '../../../core/instant.js';
import type { LedgerTransaction, TransactionKind } from '../../../core/ledger.js';
import { addMoney, negateMoney, subtractMoney, zeroMoney, type Money } from '../../../core/money.js';
import type { Plan } from '../../../core/plan.js';
import type { BillingState } from '../../../core/state.js';
import { statementOf, type StatementRow } from '../../../core/statement.js';
import { billingPeriodAt, phaseAt, type Subscription } from '../../../core/subscription.js';
import { amountLeft, moneyNumber } from './balance.js';
import { zonedDateTime } from './date-time.js';
import { docspaceText } from './metadata.js';
import { isAiService, operationTitleOf, serviceNameOf, serviceUnitOf } from './wallet-service.js';

export const OPERATION_STATUSES = ['Pending', 'Completed', 'Rejected', 'Canceled'] as const;
export type OperationStatus = (typeof OPERATION_STATUSES)[number];

/** The vendor's words for what a movement is (contracts/docspace.md section 6.6), as far as there are such movements here. */
export type OperationType = 'Deposit' | 'ServicePayment' | 'PackagePayment' | 'AiServicePayment' | 'AiCredit' | 'Refund' | 'GoodwillCredit';

/** A movement of the wallet, or one that is asked for. */
export interface Operation {
  readonly at: Instant;
  readonly status: OperationStatus;
  readonly type: OperationType;
  /** The plan that was used or bought. */
  readonly plan: Plan | undefined;
  readonly unit: string | undefined;
  readonly description: string;
  readonly details: string;
  readonly quantity: Decimal;
  /** Above zero: into the wallet; below: out of it. */
  readonly money: Money;
  readonly participant: string | undefined;
  /** Whether the balance is with it: what was declined or is not answered yet never touched it. */
  readonly isInBalance: boolean;
}

/** A payment that the card was asked for. */
interface CardPayment {
  readonly payment: { readonly purpose: string; readonly money: Money; readonly requestedAt: Instant; readonly participant: string | null };
  readonly result: { readonly outcome: 'succeeded' | 'declined'; readonly reason: string | null } | null;
}

/** What a portal's operations follow from. */
export interface OperationFacts {
  readonly state: BillingState;
  /** Oldest first. */
  readonly transactions: readonly LedgerTransaction[];
  readonly payments: readonly CardPayment[];
}

const TYPES: Partial<Record<TransactionKind, OperationType>> = {
  deposit: 'Deposit', top_up: 'Deposit', grant: 'GoodwillCredit', adjustment: 'GoodwillCredit', expiry: 'GoodwillCredit',
  wallet_charge: 'ServicePayment', wallet_credit: 'PackagePayment', refund: 'Refund', refund_failed: 'Refund', credit_note: 'Refund',
};

export const TOP_UP_TITLE = 'Balance top-up';
const AUTOMATIC_TOP_UP = 'Automatic top up';
const AUTOMATIC_RENEWAL = 'Automatic renewal';
/** Why money left the wallet for the AI account (ai-credit.ts). */
export const AI_CREDIT = 'AI credit';

/**
 * All operations of the portal in order of time. Those in the balance add up to it: what was posted, and what usage has
 * cost and no window has settled, one operation a window, at the moment of reading.
 */
export function operationsOf({ state, transactions, payments }: OperationFacts): Operation[] {
  const posted = state.wallets.flatMap(({ currency }) => postedIn(state, transactions, currency));
  const all = [...posted, ...pendingUsage(state, posted), ...payments.flatMap(unfinished)];
  return all.map((operation, index) => ({ operation, index })).sort((left, right) => left.operation.at - right.operation.at || left.index - right.index).map(({ operation }) => operation);
}

function postedIn(state: BillingState, transactions: readonly LedgerTransaction[], currency: Currency): Operation[] {
  const { rows } = statementOf(transactions, { currency, from: 0 as Instant, to: FOREVER });
  const groups = new Map<string, StatementRow[]>();
  for (const row of rows) groups.set(groupOf(row), [...(groups.get(groupOf(row)) ?? []), row]);
  return [...groups.values()].map((group) => toOperation(state, group));
}

/** What one invoice takes for one price is one operation: of a change, the old quantity given back and the new one charged. */
function groupOf({ id, details: { service, invoiceId } }: StatementRow): string {
  return service === undefined || invoiceId === undefined ? id : `${invoiceId} ${service.subscriptionId} ${service.priceCode}`;
}

function toOperation(state: BillingState, rows: readonly StatementRow[]): Operation {
  const [row] = rows;
  if (row === undefined) throw new Error('an operation is of something');
  const { at, kind, details: { service, participant, reason } } = row;
  const money = rows.map(({ credit, debit }) => subtractMoney(credit, debit)).reduce(addMoney);
  const common = { at, status: 'Completed', isInBalance: true, money, participant } as const;
  const subscription = state.subscriptions.find((one) => one.subscription.id === service?.subscriptionId)?.subscription;
  if (service !== undefined && subscription !== undefined) {
    const { plan } = phaseAt(subscription, at < subscription.endsAt ? at : ((subscription.endsAt - 1) as Instant));
    return { ...common, ...ofService(plan, service.unit), type: money.minor > 0n ? 'Refund' : paymentType(plan), details: renewalText(subscription, plan, { at, priceCode: service.priceCode }), quantity: quantityOf(rows) };
  }
  const isMoved = reason === AI_CREDIT;
  const description = kind === 'deposit' || kind === 'top_up' ? TOP_UP_TITLE : isMoved ? AI_CREDIT : row.description;
  const type = isMoved ? 'AiCredit' : kind === 'wallet_credit' && money.minor > 0n ? 'Refund' : (TYPES[kind] ?? 'ServicePayment');
  const told = kind === 'top_up' ? AUTOMATIC_TOP_UP : kind === 'wallet_charge' || isMoved ? '' : (reason ?? '');
  return { ...common, type, plan: undefined, unit: undefined, description, details: told, quantity: ZERO };
}

function ofService(plan: Plan, unit: string | null): Pick<Operation, 'plan' | 'unit' | 'description'> {
  return { plan, unit: serviceUnitOf(plan) ?? unit ?? undefined, description: operationTitleOf(plan) };
}

function paymentType(plan: Plan): OperationType {
  return isAiService(plan) ? 'AiServicePayment' : 'ServicePayment';
}

/** A fixed price that is taken as a period begins, but for the first one, was taken by itself. */
function renewalText(subscription: Subscription, plan: Plan, { at, priceCode }: { at: Instant; priceCode: string }): string {
  const isFixed = plan.prices.some((price) => price.code === priceCode && price.type === 'fixed');
  const isTurn = at > subscription.startsAt && at < subscription.endsAt && billingPeriodAt(subscription, at).startsAt === at;
  return isFixed && isTurn ? AUTOMATIC_RENEWAL : '';
}

/** What was charged less what was given back: that is below zero. */
function quantityOf(rows: readonly StatementRow[]): Decimal {
  return sum(rows.map(({ details }) => decimal(details.service?.quantity ?? '0'))).abs();
}

/** What usage has cost and is not posted: one operation for each open window, and one for what is left, such as usage that was reported late. */
function pendingUsage(state: BillingState, posted: readonly Operation[]): Operation[] {
  const common = { at: state.asOf, status: 'Pending', details: '', participant: undefined, isInBalance: true } as const;
  const open = state.usage.filter(({ price, amount }) => price.paidFrom === 'wallet' && amount.minor !== 0n).map(({ phase: { plan }, price, window, figures, amount }): Operation => ({
    ...common, ...ofService(plan, price.meter.unit), at: latest(state.asOf, window.startsAt), type: paymentType(plan), quantity: figures.used, money: negateMoney(amount),
  }));
  const rest = state.wallets.flatMap((wallet): Operation[] => {
    const told = [...posted, ...open].filter(({ money }) => money.currency === wallet.currency).reduce((total, { money }) => addMoney(total, money), zeroMoney(wallet.currency));
    const money = subtractMoney(amountLeft(wallet), told);
    return money.minor === 0n ? [] : [{ ...common, type: 'ServicePayment', plan: undefined, unit: undefined, description: 'Usage', quantity: ZERO, money }];
  });
  return [...open, ...rest];
}

/** A deposit that was declined, or that nobody has answered yet. */
function unfinished({ payment, result }: CardPayment): Operation[] {
  const { purpose, money, requestedAt, participant } = payment;
  if (purpose === 'invoice' || result?.outcome === 'succeeded') return [];
  const common = { at: requestedAt, status: result === null ? 'Pending' : 'Rejected', plan: undefined, unit: undefined, quantity: ZERO, participant: participant ?? undefined, isInBalance: false } as const;
  if (purpose === 'refund') return [{ ...common, type: 'Refund', description: 'Refund', details: result?.reason ?? '', money: negateMoney(money) }];
  return [{ ...common, type: 'Deposit', description: TOP_UP_TITLE, details: purpose === 'top_up' ? AUTOMATIC_TOP_UP : '', money }];
}

/** An operation as the vendor writes it: contracts/docspace.md section 5.7. */
export interface OperationView {
  readonly date: string;
  readonly service: string | undefined;
  readonly description: string;
  readonly details: string;
  readonly serviceUnit: string | undefined;
  readonly quantity: number;
  readonly currency: string;
  readonly credit: number;
  readonly debit: number;
  readonly participantName: string | undefined;
  readonly participantDisplayName: string | undefined;
  readonly type: OperationType;
}

export function toOperationView(operation: Operation, state: BillingState): OperationView {
  const { plan, money, participant } = operation;
  const zero = zeroMoney(money.currency);
  const isIn = money.minor > 0n;
  return {
    date: zonedDateTime(operation.at, state.customer.zone),
    service: plan === undefined ? undefined : serviceNameOf(plan),
    description: operation.description,
    details: operation.details,
    serviceUnit: operation.unit,
    // Whole, as the vendor has it: of what is used in parts the figure is rounded, never the money.
    quantity: Number(decimalText(roundTo(operation.quantity, 0, 'half_away_from_zero'))),
    currency: money.currency,
    credit: moneyNumber(isIn ? money : zero),
    debit: moneyNumber(isIn ? zero : negateMoney(money)),
    participantName: participant,
    participantDisplayName: participant === undefined ? undefined : displayNameOf(state, participant),
    type: operation.type,
  };
}

/** The only user of the portal that is known here is the one who pays. */
function displayNameOf({ customer }: BillingState, participant: string): string | undefined {
  return docspaceText(customer.metadata, 'payer_id') === participant ? (docspaceText(customer.metadata, 'payer_name') ?? customer.name ?? undefined) : undefined;
}
