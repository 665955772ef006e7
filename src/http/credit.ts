import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import type { Credit } from '../core/credit.js';
import { FOREVER, instantText } from '../core/instant.js';
import type { LedgerTransaction } from '../core/ledger.js';
import { adjustWallet, grantCredit, type WalletChange } from '../service/wallet.js';
import { readState } from '../service/state.js';
import { commandsOf, customerOf } from './answer.js';
import type { HttpContext } from './context.js';
import { moneyView } from './money.js';
import { CustomerPath, DecimalText, InstantText, Money, Nullable, Words } from './schema.js';
import { LedgerView, ledgerView } from './wallet.js';

const CreditView = Type.Object({
  id: Type.String({ description: 'Of the ledger transaction that brought it' }),
  kind: Words(['granted', 'purchased']),
  priority: Type.Integer({ description: 'Lower goes first' }),
  remaining: Money,
  expires_at: Nullable(InstantText),
  created_at: InstantText,
});

const GrantBody = Type.Object({
  amount: DecimalText,
  currency: Type.Optional(Type.String({ description: "The customer's own unless told" })),
  kind: Type.Optional(Words(['granted', 'purchased'], { description: 'purchased: it was paid for elsewhere; granted unless told' })),
  priority: Type.Optional(Type.Integer({ description: '0, used first, to 100; 50 unless told' })),
  expires_at: Type.Optional(Nullable(InstantText)),
  reason: Type.String({ maxLength: 500 }),
});

const AdjustmentBody = Type.Object({
  amount: { ...DecimalText, description: 'Added to the balance; below zero it is taken off, as far as money is available' },
  currency: Type.Optional(Type.String({ description: "The customer's own unless told" })),
  reason: Type.String({ maxLength: 500 }),
});

interface Grant {
  amount: string;
  currency?: string;
  kind?: Credit['kind'];
  priority?: number;
  expires_at?: string | null;
  reason: string;
}

/** Credit by hand, and corrections: for the merchant alone. */
export function creditRoutes(app: FastifyInstance, { engine }: HttpContext): void {
  const command = commandsOf(engine);
  const tags = ['wallet'];
  app.get<{ Params: { customer: string } }>(
    '/v1/customers/:customer/credits',
    { config: { right: 'wallet:read' }, schema: { tags, summary: 'What the balances are made of, in the order in which it is used up', params: CustomerPath, response: { 200: Type.Object({ data: Type.Array(CreditView), revision: Type.Integer() }) } } },
    async (request) => {
      const { wallets, revision } = await readState(engine, customerOf(request));
      return { data: wallets.flatMap(({ credits }) => credits).map(creditView), revision };
    },
  );
  app.post<{ Params: { customer: string }; Body: Grant }>(
    '/v1/customers/:customer/credits',
    { config: { right: 'credits:write' }, schema: { tags, summary: 'Give the customer credit', params: CustomerPath, body: GrantBody, response: { 201: LedgerView } } },
    (request, reply) =>
      command(request, reply, async (unit) => {
        const { expires_at: expiresAt, ...body } = request.body;
        return posted(await grantCredit(engine, unit, { customerId: customerOf(request), ...body, expiresAt }));
      }),
  );
  app.post<{ Params: { customer: string }; Body: { amount: string; currency?: string; reason: string } }>(
    '/v1/customers/:customer/adjustments',
    { config: { right: 'credits:write' }, schema: { tags, summary: 'Correct a balance by hand', params: CustomerPath, body: AdjustmentBody, response: { 201: LedgerView } } },
    (request, reply) => command(request, reply, async (unit) => posted(await adjustWallet(engine, unit, { customerId: customerOf(request), ...request.body }))),
  );
}

function posted({ decision, revision }: WalletChange): { status: number; body: unknown } {
  const [transaction] = decision.transactions as readonly [LedgerTransaction];
  return { status: 201, body: ledgerView({ transaction, revision }) };
}

export function creditView({ id, kind, priority, remaining, expiresAt, createdAt }: Credit) {
  // What usage had used up when the rest expired has no expiry any more, and goes before everything else.
  return { id, kind, priority: Math.max(priority, 0), remaining: moneyView(remaining), expires_at: expiresAt === FOREVER ? null : instantText(expiresAt), created_at: instantText(createdAt) };
}
