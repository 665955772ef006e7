import { ZERO, add, decimalText, type Decimal } from '../../../core/decimal.js';
import { addMoney, negateMoney, zeroMoney, type Money } from '../../../core/money.js';
import { localDateText } from '../../../core/period.js';
import type { Table } from '../../../document/table.js';
import { moneyNumber } from './balance.js';
import { toCustomerInfo } from './customer-info.js';
import { bodyTexts, isWanted, queryTexts, readOperationFilter, readOperations, readOperationViews, readPage, toReport, type Report, type Texts } from './operation-report.js';
import type { Operation, OperationType, OperationView } from './operation.js';
import type { Call } from './route.js';
import { serviceNameOf } from './wallet-service.js';

/** What services have cost, each in all: contracts/docspace.md section 3, `GET customer/usage`. */
export interface ServiceUsage {
  readonly service: string | undefined;
  readonly title: string;
  readonly serviceUnit: string | undefined;
  readonly currency: string;
  readonly totalQuantity: number;
  readonly totalAmount: number;
  readonly operationCount: number;
}

/** What all services have cost in a calendar month of the portal's zone: `GET customer/usage/monthly`. */
export interface MonthlyUsage {
  readonly year: number;
  readonly month: number;
  readonly currency: string;
  readonly totalAmount: number;
  readonly operationCount: number;
}

interface Group {
  readonly first: Operation;
  readonly quantity: Decimal;
  /** What went out. */
  readonly money: Money;
  readonly count: number;
}

const USED: ReadonlySet<OperationType> = new Set<OperationType>(['ServicePayment', 'AiServicePayment']);

/** The services of a time, the dearest first; nothing where billing knows nobody. */
export async function listUsage(call: Call): Promise<Report<ServiceUsage> | undefined> {
  const texts = queryTexts(call);
  const page = readPage(texts);
  const usage = await readUsage(call, texts);
  return toCustomerInfo(await call.state()) === undefined ? undefined : toReport(usage, page);
}

/** Month by month, the oldest first; months without use are left out. */
export async function listMonthlyUsage(call: Call, texts: Texts = queryTexts(call)): Promise<MonthlyUsage[]> {
  const { zone } = (await call.state()).customer;
  const groups = grouped(await usedOperations(call, texts), ({ at, money }) => `${localDateText(at, zone).slice(0, 7)} ${money.currency}`);
  return groups.map(({ first, money, count }) => {
    const [year = 0, month = 0] = localDateText(first.at, zone).split('-').map(Number);
    return { year, month, currency: money.currency, totalAmount: moneyNumber(money), operationCount: count };
  });
}

async function readUsage(call: Call, texts: Texts): Promise<ServiceUsage[]> {
  const groups = grouped(await usedOperations(call, texts), ({ plan, description, money }) => `${plan === undefined ? description : serviceNameOf(plan)} ${money.currency}`);
  const views = groups.map(({ first, quantity, money, count }): ServiceUsage => ({
    service: first.plan === undefined ? undefined : serviceNameOf(first.plan),
    title: first.description,
    serviceUnit: first.unit,
    currency: money.currency,
    totalQuantity: Number(decimalText(quantity)),
    totalAmount: moneyNumber(money),
    operationCount: count,
  }));
  return views.sort((left, right) => right.totalAmount - left.totalAmount);
}

async function usedOperations(call: Call, texts: Texts): Promise<Operation[]> {
  const filter = readOperationFilter(texts, await call.state());
  return (await readOperations(call)).filter((operation) => isWanted(operation, filter) && (USED.has(operation.type) || (operation.type === 'Refund' && operation.plan !== undefined)));
}

function grouped(operations: readonly Operation[], keyOf: (operation: Operation) => string): Group[] {
  const groups = new Map<string, Group>();
  for (const operation of operations) {
    const { money: { currency }, quantity } = operation;
    const before = groups.get(keyOf(operation)) ?? { first: operation, quantity: ZERO, money: zeroMoney(currency), count: 0 };
    // What is given back was used the less.
    const used = operation.type === 'Refund' ? quantity.neg() : quantity;
    groups.set(keyOf(operation), { ...before, quantity: add(before.quantity, used), money: addMoney(before.money, negateMoney(operation.money)), count: before.count + 1 });
  }
  return [...groups.values()];
}

export async function operationsTable(call: Call): Promise<Table> {
  const filter = readOperationFilter(bodyTexts(call), await call.state());
  const fields: ReadonlyArray<readonly [keyof OperationView, string, number]> = [
    ['date', 'Date', 32], ['type', 'Type', 18], ['description', 'Description', 24], ['details', 'Details', 24], ['service', 'Service', 16], ['quantity', 'Quantity', 12],
    ['serviceUnit', 'Unit', 12], ['credit', 'Credit', 14], ['debit', 'Debit', 14], ['currency', 'Currency', 10], ['participantDisplayName', 'Contact', 24], ['participantName', 'Contact id', 38],
  ];
  return tableOf('Operations', fields, await readOperationViews(call, filter));
}

export async function usageTable(call: Call): Promise<Table> {
  const fields: ReadonlyArray<readonly [keyof ServiceUsage, string, number]> = [
    ['title', 'Service', 24], ['service', 'Name', 16], ['totalQuantity', 'Quantity', 14], ['serviceUnit', 'Unit', 12], ['totalAmount', 'Amount', 14], ['currency', 'Currency', 10], ['operationCount', 'Operations', 12],
  ];
  return tableOf('Usage', fields, await readUsage(call, bodyTexts(call)));
}

export async function monthlyTable(call: Call): Promise<Table> {
  const fields: ReadonlyArray<readonly [keyof MonthlyUsage, string, number]> = [['year', 'Year', 10], ['month', 'Month', 10], ['totalAmount', 'Amount', 14], ['currency', 'Currency', 10], ['operationCount', 'Operations', 12]];
  return tableOf('Usage by month', fields, await listMonthlyUsage(call, bodyTexts(call)));
}

function tableOf<Row>(sheet: string, fields: ReadonlyArray<readonly [keyof Row, string, number]>, rows: ReadonlyArray<Row & { readonly [field in keyof Row]: string | number | undefined }>): Table {
  return { sheet, columns: fields.map(([, title, width]) => ({ title, width })), rows: rows.map((row) => fields.map(([field]) => row[field])) };
}
