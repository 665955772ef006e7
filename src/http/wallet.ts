import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { instantText } from '../core/instant.js';
import { moneyText } from '../core/money.js';
import type { Wallet } from '../core/wallet.js';
import type { StoredTransaction } from '../core/ledger.js';
import { readDerivedState } from '../service/state.js';
import { depositToWallet, type Deposit } from '../service/payment.js';
import { readLedger } from '../service/wallet.js';
import { customerOf, pageOfAll, reservedOf } from './answer.js';
import type { HttpContext } from './context.js';
import { entityTag, isUnchanged } from './entity-tag.js';
import { moneyView } from './money.js';
import { CustomerPath, DecimalText, InstantText, Money, Nullable, PageOf, PageQuery, Unchanged } from './schema.js';

export const WalletView = Type.Object({
  currency: Type.String(),
  balance: Type.String({ description: 'Major units' }),
  held: Type.String({ description: 'Set aside by holds' }),
  accrued: Type.String({ description: 'What usage paid from the wallet has cost so far and is not posted yet' }),
  available: Type.String({ description: 'balance - held - accrued' }),
  last_credit: Nullable(Type.Object({ at: InstantText, amount: Type.String() })),
});

const DepositBody = Type.Object({ amount: DecimalText, currency: Type.Optional(Type.String({ description: "The customer's own unless told" })) });
const DepositView = Type.Object({ id: Type.String(), transaction: Type.String(), amount: Money, created_at: InstantText });

export const LedgerView = Type.Object({
  id: Type.String(),
  kind: Type.String(),
  description: Type.String(),
  reason: Type.Optional(Type.String({ description: 'Why it was given, corrected or refunded, as it was said' })),
  occurred_at: InstantText,
  revision: Type.Integer(),
  entries: Type.Array(Type.Object({ account: Type.String(), amount: Money })),
});

export function walletRoutes(app: FastifyInstance, { engine }: HttpContext): void {
  const reserved = reservedOf(engine);
  const tags = ['wallet'];
  app.get<{ Params: { customer: string } }>(
    '/v1/customers/:customer/wallet',
    { config: { right: 'wallet:read' }, schema: { tags, summary: 'Balances, one per currency', params: CustomerPath, response: { 200: Type.Object({ data: Type.Array(WalletView), revision: Type.Integer() }), 304: Unchanged } } },
    async (request, reply) => {
      const { derived, stamp } = await readDerivedState(engine, customerOf(request));
      if (isUnchanged(request, reply, entityTag(stamp))) return reply.send();
      return { data: derived.wallets.map(walletView), revision: derived.revision };
    },
  );
  app.post<{ Params: { customer: string }; Body: { amount: string; currency?: string } }>(
    '/v1/customers/:customer/top-ups',
    { config: { right: 'wallet:write' }, schema: { tags, summary: 'Charge the card on file and add the money to the wallet', params: CustomerPath, body: DepositBody, response: { 201: DepositView } } },
    // The payment bears the key itself, so the answer may be kept after it.
    (request, reply) =>
      reserved(request, reply, async (key) => {
        const { amount, currency } = request.body;
        return { status: 201, body: depositView(await depositToWallet(engine, customerOf(request), { amount, currency, idempotency: key })) };
      }),
  );
  app.get<{ Params: { customer: string }; Querystring: { limit?: number; cursor?: string } }>(
    '/v1/customers/:customer/ledger',
    { config: { right: 'wallet:read' }, schema: { tags, summary: 'Every movement of money, oldest first', params: CustomerPath, querystring: PageQuery, response: { 200: PageOf(LedgerView, 'Transactions') } } },
    async (request) => {
      const { items, nextCursor } = pageOfAll(await readLedger(engine, customerOf(request)), request.query);
      return { data: items.map(ledgerView), next_cursor: nextCursor };
    },
  );
}

export function walletView(wallet: Wallet) {
  return {
    currency: wallet.currency,
    balance: moneyText(wallet.balance),
    held: moneyText(wallet.held),
    accrued: moneyText(wallet.accrued),
    available: moneyText(wallet.available),
    last_credit: wallet.lastCredit === null ? null : { at: instantText(wallet.lastCredit.at), amount: moneyText(wallet.lastCredit.money) },
  };
}

export function ledgerView({ transaction, revision }: StoredTransaction) {
  const { id, kind, description, occurredAt, entries, details } = transaction;
  return { id, kind, description, ...(details?.reason === undefined ? {} : { reason: details.reason }), occurred_at: instantText(occurredAt), revision, entries: entries.map(({ account, money }) => ({ account, amount: moneyView(money) })) };
}

function depositView({ payment, transaction }: Deposit) {
  return { id: payment.id, transaction: transaction.id, amount: moneyView(payment.money), created_at: instantText(payment.requestedAt) };
}
