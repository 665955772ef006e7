import { FOREVER, type Instant } from '../../../core/instant.js';
import { invalidInput } from '../../../core/problems.js';
import type { BillingState } from '../../../core/state.js';
import { listPayments } from '../../../service/payment-list.js';
import { readLedger } from '../../../service/wallet.js';
import { readBody } from './body.js';
import { toCustomerInfo } from './customer-info.js';
import { readDateTime } from './date-time.js';
import { OPERATION_STATUSES, operationsOf, toOperationView, type Operation, type OperationStatus, type OperationView } from './operation.js';
import { queryText } from './query.js';
import type { Call } from './route.js';
import { isServiceNamed } from './wallet-service.js';

/** A page of a report: contracts/docspace.md section 5.7. */
export interface Report<Item> {
  readonly collection: readonly Item[];
  readonly offset: number;
  readonly limit: number;
  readonly totalQuantity: number;
  readonly totalPage: number;
  readonly currentPage: number;
}

/** Which operations are asked for, and in which order. */
export interface OperationFilter {
  readonly service: string | undefined;
  /** First and last millisecond. */
  readonly from: Instant;
  readonly until: Instant;
  readonly participant: string | undefined;
  readonly isCreditWanted: boolean;
  readonly isDebitWanted: boolean;
  readonly type: string | undefined;
  readonly status: OperationStatus | undefined;
  readonly orderBy: keyof OperationView;
  readonly isDescending: boolean;
}

/** Gives the text that a request has under a name, in any letter case; undefined when it has none. */
export type Texts = (name: string) => string | undefined;

const COLUMNS = ['date', 'service', 'description', 'details', 'serviceUnit', 'quantity', 'currency', 'credit', 'debit', 'participantName', 'participantDisplayName', 'type'] as const satisfies ReadonlyArray<keyof OperationView>;
const ORDERS = ['Ascending', 'Descending'] as const;
const INT32_MOST = 2 ** 31 - 1;
const LIMIT = 25;

/** The operations that the query asks for; nothing where billing knows nobody. */
export async function listOperations(call: Call): Promise<Report<OperationView> | undefined> {
  const state = await call.state();
  const texts = queryTexts(call);
  const filter = readOperationFilter(texts, state);
  const page = readPage(texts);
  if (toCustomerInfo(state) === undefined) return undefined;
  return toReport(await readOperationViews(call, filter), page);
}

/** The operations that a filter leaves, in its order. */
export async function readOperationViews(call: Call, filter: OperationFilter): Promise<OperationView[]> {
  const state = await call.state();
  const views = (await readOperations(call)).filter((operation) => isWanted(operation, filter)).map((operation) => toOperationView(operation, state));
  const ordered = filter.orderBy === 'date' ? views : views.map((view, index) => ({ view, index })).sort((left, right) => compare(left.view[filter.orderBy], right.view[filter.orderBy]) || left.index - right.index).map(({ view }) => view);
  return filter.isDescending ? ordered.reverse() : ordered;
}

/** All operations of the portal, oldest first. */
export async function readOperations(call: Call): Promise<Operation[]> {
  const { engine, customerId } = call;
  const [state, ledger, payments] = await Promise.all([call.state(), readLedger(engine, customerId), listPayments(engine, customerId)]);
  return operationsOf({ state, transactions: ledger.map(({ transaction }) => transaction), payments });
}

export function queryTexts({ request }: Call): Texts {
  return (name) => queryText(request, name);
}

/** The same out of a body: every value as text. */
export function bodyTexts({ request }: Call): Texts {
  const body = readBody(request.body);
  return (name) => {
    const value = body?.field(name)?.value;
    return typeof value === 'number' || typeof value === 'boolean' ? String(value) : typeof value === 'string' && value !== '' ? value : undefined;
  };
}

/** @throws Refusal `invalid_request`. */
export function readOperationFilter(texts: Texts, { customer: { zone } }: BillingState): OperationFilter {
  const [credit, debit] = [flag(texts, 'Credit'), flag(texts, 'Debit')];
  // One of them leaves the other out; both alike leave nothing out.
  const isSaid = credit !== debit;
  const orderBy = texts('OrderBy');
  return {
    service: texts('ServiceName'),
    from: moment(texts, 'StartDate', zone)?.from ?? (0 as Instant),
    until: moment(texts, 'EndDate', zone)?.until ?? FOREVER,
    participant: texts('ParticipantName'),
    isCreditWanted: !isSaid || (credit ?? debit === false),
    isDebitWanted: !isSaid || (debit ?? credit === false),
    type: texts('Type'),
    status: word(texts, 'Status', OPERATION_STATUSES),
    orderBy: COLUMNS.find((column) => column.toLowerCase() === orderBy?.toLowerCase()) ?? 'date',
    isDescending: word(texts, 'OrderType', ORDERS) !== 'Ascending',
  };
}

/** @throws Refusal `invalid_request`. */
export function readPage(texts: Texts): { offset: number; limit: number } {
  return { offset: integer(texts, 'Offset', 0) ?? 0, limit: integer(texts, 'Limit', 1) ?? LIMIT };
}

export function toReport<Item>(items: readonly Item[], { offset, limit }: { offset: number; limit: number }): Report<Item> {
  return {
    collection: items.slice(offset, offset + limit),
    offset,
    limit,
    totalQuantity: items.length,
    totalPage: Math.ceil(items.length / limit),
    currentPage: Math.floor(offset / limit) + 1,
  };
}

/** Without a status, what is in the balance: nothing tells a client that a deposit was declined. */
export function isWanted(operation: Operation, filter: OperationFilter): boolean {
  const { at, money, plan, participant, status, type, isInBalance } = operation;
  if (at < filter.from || at > filter.until) return false;
  if (filter.status === undefined ? !isInBalance : status !== filter.status) return false;
  if (money.minor > 0n ? !filter.isCreditWanted : !filter.isDebitWanted) return false;
  if (filter.type !== undefined && type.toLowerCase() !== filter.type.trim().toLowerCase()) return false;
  if (filter.participant !== undefined && participant?.toLowerCase() !== filter.participant.toLowerCase()) return false;
  return filter.service === undefined || (plan !== undefined && isServiceNamed(plan, filter.service));
}

function compare(left: string | number | undefined, right: string | number | undefined): number {
  if (left === right) return 0;
  if (left === undefined || right === undefined) return left === undefined ? -1 : 1;
  return left < right ? -1 : 1;
}

function flag(texts: Texts, name: string): boolean | undefined {
  const text = texts(name)?.trim().toLowerCase();
  if (text === undefined || text === 'true' || text === 'false') return text === undefined ? undefined : text === 'true';
  throw notValid(name, text);
}

/** A word in any letter case, or its number. */
function word<const Word extends string>(texts: Texts, name: string, words: readonly Word[]): Word | undefined {
  const text = texts(name)?.trim();
  if (text === undefined) return undefined;
  const found = words.find((candidate, number) => candidate.toLowerCase() === text.toLowerCase() || String(number) === text);
  if (found === undefined) throw notValid(name, text);
  return found;
}

function integer(texts: Texts, name: string, least: number): number | undefined {
  const text = texts(name)?.trim();
  if (text === undefined) return undefined;
  if (!/^-?\d{1,15}$/.test(text)) throw notValid(name, text);
  const number = Number(text);
  if (number < least || number > INT32_MOST) throw invalidInput([{ pointer: `/${name}`, detail: `The field ${name} must be between ${least} and ${INT32_MOST}.` }]);
  return number;
}

function moment(texts: Texts, name: string, zone: string): { from: Instant; until: Instant } | undefined {
  const text = texts(name);
  if (text === undefined) return undefined;
  const read = readDateTime(text, zone);
  if (read === undefined) throw notValid(name, text);
  return read;
}

function notValid(name: string, text: string): Error {
  return invalidInput([{ pointer: `/${name}`, detail: `The value '${text}' is not valid.` }]);
}
