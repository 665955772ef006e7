import { Type } from 'typebox';
import { listOperations } from './operation-report.js';
import { reportFileRoutes } from './report-file.js';
import type { Route } from './route.js';
import { listMonthlyUsage, listUsage, monthlyTable, operationsTable, usageTable } from './usage-report.js';

const PAGE_QUERY = { offset: Type.Optional(Type.Integer({ minimum: 0 })), limit: Type.Optional(Type.Integer({ minimum: 1, description: '25 unless told' })) };
const FILTER = {
  ServiceName: Type.Optional(Type.String()),
  StartDate: Type.Optional(Type.String({ description: 'A moment or a date; without a zone in that of the portal' })),
  EndDate: Type.Optional(Type.String({ description: 'The same; of a date the whole day' })),
  ParticipantName: Type.Optional(Type.String()),
  Credit: Type.Optional(Type.Boolean()),
  Debit: Type.Optional(Type.Boolean()),
  Type: Type.Optional(Type.String({ description: 'Deposit, ServicePayment, ...' })),
  Status: Type.Optional(Type.String({ description: 'Pending, Completed, Rejected or Canceled; what is in the balance unless told' })),
  OrderBy: Type.Optional(Type.String({ description: 'A field of an operation; date unless told' })),
  OrderType: Type.Optional(Type.String({ description: 'Ascending or Descending, which is so unless told' })),
};
const QUERY = { ...PAGE_QUERY, ...FILTER };
const BODY = Type.Optional(Type.Object(FILTER));

/** What moved the wallet, and what services have cost: contracts/docspace.md section 3. */
export const REPORT_ROUTES: readonly Route[] = [
  { method: 'GET', path: '/payment/customer/operations', who: 'admin', needsBilling: true, right: 'wallet:read', summary: 'What moved the wallet', query: QUERY, answer: listOperations },
  ...reportFileRoutes({ path: '/payment/customer/operationsreport', noun: 'the operations', body: BODY, table: operationsTable }),
  { method: 'GET', path: '/payment/customer/usage', who: 'admin', needsBilling: true, right: 'wallet:read', summary: 'What each service has cost', query: QUERY, answer: listUsage },
  ...reportFileRoutes({ path: '/payment/customer/usage/report', noun: 'what each service has cost', body: BODY, table: usageTable }),
  { method: 'GET', path: '/payment/customer/usage/monthly', who: 'admin', needsBilling: true, right: 'wallet:read', summary: 'What services have cost by month', query: FILTER, answer: (call) => listMonthlyUsage(call) },
  ...reportFileRoutes({ path: '/payment/customer/usage/monthly/report', noun: 'what services have cost by month', body: BODY, table: monthlyTable }),
];
