import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { parseTaxSetting, type TaxSetting } from '../core/tax.js';
import { readTax, setTax } from '../service/tax.js';
import {
  chargeInvoice, creditInvoice, readInvoice, recordPayment, voidInvoice, writeOffInvoice, type DraftRead, type InvoiceRead,
} from '../service/invoice.js';
import { commandsOf, customerOf } from './answer.js';
import type { HttpContext } from './context.js';
import { invoiceDocument } from './invoice-document.js';
import { IssuedInvoiceView, creditNoteView, draftView, issuedInvoiceView, type ViewOptions } from './invoice-view.js';
import { CustomerPath, DecimalText, InstantText, Money, Nullable, Words } from './schema.js';

const InvoicePath = Type.Object({ invoice: Type.String() });
const ExplainQuery = Type.Object({ explain: Type.Optional(Type.Boolean({ description: 'Adds to each line why it is what it is' })) });
const ReasonBody = Nullable(Type.Object({ reason: Type.Optional(Nullable(Type.String({ maxLength: 1000 }))) }));
const PayBody = Nullable(Type.Object({ reference: Type.Optional(Nullable(Type.String({ maxLength: 255, description: 'Your name for the payment' }))) }));
const CreditBody = Nullable(
  Type.Object({
    amount: Type.Optional({ ...DecimalText, description: 'Without tax; its part of the tax is added. All that is left unless told' }),
    reason: Type.Optional(Nullable(Type.String({ maxLength: 1000 }))),
  }),
);
const CreditNoteView = Type.Object({ id: Type.String(), number: Type.String(), date: InstantText, reason: Nullable(Type.String()), subtotal: Money, tax: Money, total: Money, to_wallet: Money });
const DOCUMENTS = {
  html: { 200: { description: 'A page that needs nothing from elsewhere', content: { 'text/html': { schema: Type.String() } } } },
  pdf: { 200: { description: 'The bytes of a PDF', content: { 'application/pdf': { schema: Type.String({ contentMediaType: 'application/pdf' }) } } } },
};

const TaxBody = Type.Object({
  status: Type.Optional(Words(['taxable', 'exempt', 'reverse_charge'])),
  rates: Type.Optional(Type.Array(Type.Object({ name: Type.String({ examples: ['VAT'] }), percent: { ...DecimalText, examples: ['21'] }, inclusive: Type.Optional(Type.Boolean({ description: 'Whether prices hold the tax already' })) }))),
});
const TaxView = Type.Object({ status: Words(['taxable', 'exempt', 'reverse_charge']), rates: Type.Array(Type.Object({ name: Type.String(), percent: Type.String(), inclusive: Type.Boolean() })) });

interface InvoiceParams {
  Params: { invoice: string };
}

export function invoiceRoutes(app: FastifyInstance, context: HttpContext): void {
  const { engine } = context;
  const command = commandsOf(engine);
  const tags = ['invoices'];
  const read = { right: 'state:read' } as const;
  const write = { right: 'invoices:write' } as const;
  const one = { tags, params: InvoicePath };

  app.get<InvoiceParams & { Querystring: { explain?: boolean } }>(
    '/v1/invoices/:invoice',
    { config: read, schema: { ...one, summary: 'Read an invoice', querystring: ExplainQuery, response: { 200: IssuedInvoiceView } } },
    async (request) => readView(await readInvoice(engine, request.params.invoice), request.query.explain ?? false),
  );
  documentRoutes(app, context);
  app.post<InvoiceParams & { Body: { reference?: string | null } | null }>(
    '/v1/invoices/:invoice/pay',
    { config: write, schema: { ...one, summary: 'Record that what is open was paid, outside of Paidup', body: PayBody, response: { 200: IssuedInvoiceView } } },
    (request, reply) =>
      command(request, reply, async (unit) => ({ status: 200, body: readView(await recordPayment(engine, unit, { invoiceId: request.params.invoice, reference: request.body?.reference ?? null }), false) })),
  );
  app.post<InvoiceParams>(
    '/v1/invoices/:invoice/charge',
    { config: write, schema: { ...one, summary: 'Charge what is open to the card on file; the answer does not wait for it', response: { 200: IssuedInvoiceView } } },
    (request, reply) => command(request, reply, async (unit) => ({ status: 200, body: readView(await chargeInvoice(engine, unit, request.params.invoice), false) })),
  );
  const ending = { void: voidInvoice, 'write-off': writeOffInvoice };
  for (const [path, summary] of [['void', 'Take an open invoice back'], ['write-off', 'Give up on an open invoice being paid']] as const) {
    app.post<InvoiceParams & { Body: { reason?: string | null } | null }>(
      `/v1/invoices/:invoice/${path}`,
      { config: write, schema: { ...one, summary, body: ReasonBody, response: { 200: IssuedInvoiceView } } },
      (request, reply) => command(request, reply, async (unit) => ({ status: 200, body: readView(await ending[path](engine, unit, { invoiceId: request.params.invoice, reason: request.body?.reason ?? null }), false) })),
    );
  }
  app.post<InvoiceParams & { Body: { amount?: string; reason?: string | null } | null }>(
    '/v1/invoices/:invoice/credit-notes',
    { config: write, schema: { ...one, summary: 'Give part of an invoice back, or all that is left', body: CreditBody, response: { 201: CreditNoteView } } },
    (request, reply) =>
      command(request, reply, async (unit) => {
        const { creditNote } = await creditInvoice(engine, unit, { invoiceId: request.params.invoice, amount: request.body?.amount, reason: request.body?.reason ?? null });
        return { status: 201, body: creditNoteView(creditNote) };
      }),
  );
  taxRoutes(app, engine);
}

/** The invoice for people to read and to keep. */
function documentRoutes(app: FastifyInstance, { engine, seller }: HttpContext): void {
  const read = { right: 'state:read' } as const;
  const one = { tags: ['invoices'], params: InvoicePath };
  for (const format of ['html', 'pdf'] as const) {
    app.get<InvoiceParams>(
      `/v1/invoices/:invoice/${format}`,
      { config: read, schema: { ...one, summary: `The invoice as ${format.toUpperCase()}`, response: DOCUMENTS[format] } },
      async (request, reply) => {
        const found = await readInvoice(engine, request.params.invoice);
        const { type, body, name } = await invoiceDocument(engine, { found, format, seller });
        return reply.type(type).header('content-disposition', `inline; filename="${name}"`).header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'").send(body);
      },
    );
  }
}

function taxRoutes(app: FastifyInstance, engine: HttpContext['engine']): void {
  const command = commandsOf(engine);
  const tags = ['customers'];
  app.put<{ Params: { customer: string }; Body: Parameters<typeof parseTaxSetting>[0] }>(
    '/v1/customers/:customer/tax',
    { config: { right: 'customers:write' }, schema: { tags, summary: "How the customer's invoices are taxed from now on", params: CustomerPath, body: TaxBody, response: { 200: TaxView } } },
    (request, reply) =>
      command(request, reply, async (unit) => {
        const tax = parseTaxSetting(request.body);
        await setTax(engine, unit, { customerId: customerOf(request), tax });
        return { status: 200, body: taxView(tax) };
      }),
  );
  app.get<{ Params: { customer: string } }>(
    '/v1/customers/:customer/tax',
    { config: { right: 'customers:read' }, schema: { tags, summary: "How the customer's invoices are taxed", params: CustomerPath, response: { 200: TaxView } } },
    async (request) => taxView((await readTax(engine, customerOf(request))) ?? { status: 'taxable', rates: [] }),
  );
}

function taxView({ status, rates }: TaxSetting) {
  return { status, rates: rates.map(({ name, percent, isInclusive }) => ({ name, percent, inclusive: isInclusive })) };
}

/** An invoice as it was read, issued or in draft. */
export function readView(found: InvoiceRead | DraftRead, isExplained: boolean) {
  const options: ViewOptions = { isExplained, customerId: found.customerId };
  return 'draft' in found ? draftView(found.draft, found.id, options) : issuedInvoiceView(found, options);
}
