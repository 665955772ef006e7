import { createHash } from 'node:crypto';
import { decimal, decimalText } from '../../../core/decimal.js';
import { usagePrices, type Plan } from '../../../core/plan.js';
import { Refusal } from '../../../core/problems.js';
import type { BillingState } from '../../../core/state.js';
import { createCustomer } from '../../../service/customer.js';
import { inUnit } from '../../../service/engine.js';
import { perform } from '../../../service/idempotency.js';
import { setServices } from '../../../service/service-setting.js';
import { readState } from '../../../service/state.js';
import { adjustWallet, grantCredit } from '../../../service/wallet.js';
import { idempotencyKeyOf } from '../../answer.js';
import { accountingCurrency } from './accounting.js';
import { balanceAccount, toBalance, type Balance } from './balance.js';
import { readNeededBody } from './body.js';
import { toCustomerInfo } from './customer-info.js';
import { absenceFault, argumentFault } from './fault.js';
import { jsonNumber } from './feature.js';
import { DOCSPACE_PREFIX } from './metadata.js';
import { AI_CREDIT } from './operation.js';
import { isNumbered, quotaIdOf } from './plan.js';
import type { Call } from './route.js';
import { isAiService, serviceNameOf, serviceUnitOf } from './wallet-service.js';

/**
 * What a portal has prepaid for AI is the wallet of a customer of its own: money moves there out of the portal's wallet
 * by two corrections that cancel out, in one transaction, and nothing is earned until it is used.
 */
export function aiAccountName(customerId: string): string {
  return `${customerId}.ai`;
}

const MOST = 999_999;
const LEAST = 0.01;
const AI_TOOLS = -13;

/** The AI account beside the wallet's; zero as long as nothing was put into it. */
export async function aiBalance(call: Call): Promise<Balance | undefined> {
  const state = await call.state();
  if (toCustomerInfo(state) === undefined) return undefined;
  const account = await aiAccount(call);
  const balance = account === undefined ? undefined : toBalance(account);
  const own = balanceAccount(state);
  return { ...own, subAccountNumber: own.subAccountNumber + 1, subAccounts: balance?.subAccounts ?? [{ currency: state.customer.currency, amount: 0 }], lastCredit: balance?.lastCredit };
}

/** Moves money from the wallet to the AI account. */
export async function creditAi(call: Call): Promise<{ operationId: number; amount: number; currency: string; quantity: number }> {
  const { engine, customerId, request } = call;
  const body = readNeededBody(request.body);
  const amount = body.amount('amount', { least: LEAST, most: MOST });
  const named = body.text('currency');
  body.done();
  const state = await call.state();
  if (toCustomerInfo(state) === undefined) throw absenceFault('Customer');
  if (toBalance(state) === undefined) throw absenceFault('Balance');
  const currency = named === undefined ? state.customer.currency : accountingCurrency(state, await call.plans(), named);
  if (currency === undefined) throw argumentFault('Unsupported currency');
  const account = await openAiAccount(call);
  const moved = { amount: decimalText(decimal(amount)), currency, reason: AI_CREDIT };
  const { body: operationId } = await perform(engine, idempotencyKeyOf(request), async (unit) => {
    // The portal first, always: two that move money wait for each other.
    const { decision } = await adjustWallet(engine, unit, { customerId, ...moved, amount: `-${moved.amount}` });
    await grantCredit(engine, unit, { customerId: account, ...moved, kind: 'purchased' });
    return { status: 200, body: operationNumber(decision.transactions[0]?.id ?? '') };
  });
  return { operationId: operationId as number, amount, currency, quantity: 1 };
}

/** What AI costs: one for each price by use of the AI services, and for each model where prices tell them apart. */
export interface AiPrice {
  readonly service: string;
  readonly model: string | undefined;
  readonly unit: string | undefined;
  readonly price: number;
  readonly currency: string;
}

export function toAiPrices(plans: readonly Plan[]): AiPrice[] {
  return aiPlans(plans).flatMap((plan) =>
    usagePrices(plan).flatMap((price): AiPrice[] => {
      const common = { service: serviceNameOf(plan), unit: serviceUnitOf(plan) ?? price.meter.unit ?? undefined, currency: plan.currency };
      const rates = price.model.type === 'dimensional' ? price.model.cells.map(({ values, model }) => ({ model: values.join(' '), rate: model })) : [{ model: undefined, rate: price.model }];
      return rates.flatMap(({ model, rate }) => (rate.type === 'per_unit' ? [{ ...common, model, price: jsonNumber(rate.amount) }] : []));
    }),
  );
}

/** Which models the portal lets its users work with; none named: all of them. */
export function toAiRestrictions(state: BillingState, plans: readonly Plan[]): { models: readonly string[] } {
  const { code } = aiToolsOf(plans);
  return { models: state.services?.allowed[code] ?? [] };
}

export async function saveAiRestrictions(call: Call): Promise<{ models: readonly string[] }> {
  const { engine, customerId, request } = call;
  const body = readNeededBody(request.body);
  const models = [...new Set(body.texts('models'))];
  body.done();
  const plans = await call.plans();
  if (toCustomerInfo(await call.state()) === undefined) throw absenceFault('Customer');
  const { code } = aiToolsOf(plans);
  await perform(engine, idempotencyKeyOf(request), async (unit) => {
    await setServices(unit, customerId, (before) => {
      const { [code]: _replaced, ...others } = before?.allowed ?? {};
      return { enabled: before?.enabled ?? [], allowed: models.length === 0 ? others : { ...others, [code]: models } };
    });
    return { status: 200, body: null };
  });
  return toAiRestrictions(await readState(engine, customerId), plans);
}

function aiPlans(plans: readonly Plan[]): Plan[] {
  return plans.filter((plan) => isNumbered(plan) && isAiService(plan));
}

/** @throws Fault 404 where no AI tools are sold. */
function aiToolsOf(plans: readonly Plan[]): Plan {
  const plan = aiPlans(plans).find((candidate) => quotaIdOf(candidate) === AI_TOOLS);
  if (plan === undefined) throw absenceFault('Service');
  return plan;
}

async function aiAccount({ engine, customerId }: Call): Promise<BillingState | undefined> {
  try {
    return await readState(engine, aiAccountName(customerId));
  } catch (error) {
    if (error instanceof Refusal && error.slug === 'not_found') return undefined;
    throw error;
  }
}

/** The id of the AI account, which is opened with the first money. */
async function openAiAccount(call: Call): Promise<string> {
  const { engine, customerId } = call;
  const known = await aiAccount(call);
  if (known !== undefined) return known.customer.id;
  const { customer } = await call.state();
  try {
    const opened = await inUnit(engine, (unit) =>
      createCustomer(engine, unit, {
        externalId: aiAccountName(customerId), name: `${customer.name ?? customer.externalId ?? customer.id}, AI`, currency: customer.currency, timezone: customer.zone, metadata: { [`${DOCSPACE_PREFIX}account_of`]: customerId },
      }),
    );
    return opened.customer.id;
  } catch (error) {
    // Somebody else has opened it meanwhile.
    const opened = error instanceof Refusal && error.slug === 'already_exists' ? await aiAccount(call) : undefined;
    if (opened === undefined) throw error;
    return opened.customer.id;
  }
}

/** A number for a transaction, the same always: the vendor's are whole numbers. */
function operationNumber(transactionId: string): number {
  return createHash('sha256').update(transactionId).digest().readUIntBE(0, 6);
}
