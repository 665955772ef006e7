import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { instantText } from '../core/instant.js';
import { moneyText } from '../core/money.js';
import type { TransactionKind } from '../core/ledger.js';
import type { Statement, StatementRow } from '../core/statement.js';
import { statementCsv, statementXlsx, type StatementDocument } from '../document/statement.js';
import { readStatement } from '../service/statement.js';
import { customerOf, instantParameter, pageOfAll } from './answer.js';
import type { HttpContext } from './context.js';
import { CustomerPath, InstantText, Nullable, PageQuery, Words } from './schema.js';

const KINDS = ['deposit', 'top_up', 'grant', 'adjustment', 'expiry', 'wallet_charge', 'wallet_credit', 'refund', 'refund_failed', 'credit_note'] as const satisfies readonly TransactionKind[];

const FILTER = {
  currency: Type.Optional(Type.String({ description: "The customer's own unless told" })),
  from: Type.Optional({ ...InstantText, description: 'The first moment' }),
  to: Type.Optional({ ...InstantText, description: 'The moment after the last' }),
  kind: Type.Optional(Words(KINDS)),
  direction: Type.Optional(Words(['credit', 'debit'])),
  participant: Type.Optional(Type.String()),
  service: Type.Optional(Type.String({ description: 'Code of a price: only what was bought by it' })),
};

const RowView = Type.Object({
  id: Type.String(),
  date: InstantText,
  kind: Type.String(),
  description: Type.String(),
  service: Nullable(Type.String()),
  quantity: Nullable(Type.String()),
  unit: Nullable(Type.String()),
  participant: Nullable(Type.String()),
  reason: Nullable(Type.String()),
  credit: Type.String(),
  debit: Type.String(),
  balance: Type.String({ description: 'Of the wallet after it, whatever rows a filter leaves out' }),
});

const StatementView = Type.Object({
  currency: Type.String(),
  opening_balance: Type.String({ description: 'Major units' }),
  closing_balance: Type.String({ description: 'opening_balance + credits - debits' }),
  credits: Type.String(),
  debits: Type.String(),
  data: Type.Array(RowView),
  next_cursor: Nullable(Type.String()),
});

interface Query {
  currency?: string;
  from?: string;
  to?: string;
  kind?: TransactionKind;
  direction?: 'credit' | 'debit';
  participant?: string;
  service?: string;
}

const ADDRESS = '/v1/customers/:customer/statement';

export function statementRoutes(app: FastifyInstance, { engine }: HttpContext): void {
  const tags = ['wallet'];
  const read = (customer: string, { from, to, kind, ...query }: Query): Promise<Statement> =>
    readStatement(engine, customer, {
      ...query,
      kinds: kind === undefined ? undefined : [kind],
      from: instantParameter(from, 'querystring:/from'),
      to: instantParameter(to, 'querystring:/to'),
    });
  app.get<{ Params: { customer: string }; Querystring: Query & { limit?: number; cursor?: string } }>(
    ADDRESS,
    { config: { right: 'wallet:read' }, schema: { tags, summary: 'Every movement of a wallet with its balance, oldest first', params: CustomerPath, querystring: Type.Object({ ...FILTER, ...PageQuery.properties }), response: { 200: StatementView } } },
    async (request) => {
      const { limit, cursor, ...query } = request.query;
      const statement = await read(customerOf(request), query);
      const { items, nextCursor } = pageOfAll(statement.rows, { limit, cursor });
      const sums = { opening_balance: moneyText(statement.opening), closing_balance: moneyText(statement.closing), credits: moneyText(statement.credits), debits: moneyText(statement.debits) };
      return { currency: statement.currency, ...sums, data: items.map(rowView), next_cursor: nextCursor };
    },
  );
  for (const format of ['csv', 'xlsx'] as const) {
    app.get<{ Params: { customer: string }; Querystring: Query }>(
      `${ADDRESS}.${format}`,
      { config: { right: 'wallet:read' }, schema: { tags, summary: `The statement as a file (${format})`, params: CustomerPath, querystring: Type.Object(FILTER), response: { 200: { description: 'The file', content: { [TYPES[format]]: { schema: Type.String({ contentMediaType: TYPES[format] }) } } } } } },
      async (request, reply) => {
        const document = statementDocument(await read(customerOf(request), request.query));
        const name = `statement-${document.currency}.${format}`;
        void reply.header('content-disposition', `attachment; filename="${name}"`).type(TYPES[format]);
        return reply.send(format === 'csv' ? statementCsv(document) : await statementXlsx(document));
      },
    );
  }
}

const TYPES = { csv: 'text/csv; charset=utf-8', xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' } as const;

function rowView({ id, at, kind, description, credit, debit, balance, details }: StatementRow) {
  const { service, participant, reason } = details;
  return {
    id,
    date: instantText(at),
    kind,
    description,
    service: service?.priceCode ?? null,
    quantity: service?.quantity ?? null,
    unit: service?.unit ?? null,
    participant: participant ?? null,
    reason: reason ?? null,
    credit: moneyText(credit),
    debit: moneyText(debit),
    balance: moneyText(balance),
  };
}

/** A statement as a file tells it: nothing where there is nothing. */
export function statementDocument({ currency, opening, closing, rows }: Statement): StatementDocument {
  return {
    currency,
    opening: moneyText(opening),
    closing: moneyText(closing),
    rows: rows.map((row) => {
      const { id: _id, service, quantity, unit, participant, reason, ...rest } = rowView(row);
      const text = { service: service ?? '', quantity: quantity ?? '', unit: unit ?? '', participant: participant ?? '', reason: reason ?? '' };
      return { ...rest, ...text, credit: row.credit.minor === 0n ? '' : rest.credit, debit: row.debit.minor === 0n ? '' : rest.debit };
    }),
  };
}
