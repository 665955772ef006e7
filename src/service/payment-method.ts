import { factsOfStanding } from '../core/history.js';
import type { PaymentMethod } from '../core/payment-method.js';
import { Refusal, invalidInput } from '../core/problems.js';
import { withSetting, type SettingChange } from '../core/standing.js';
import { selectCustomer, updateStanding } from '../store/customer.js';
import { insertSettingChange } from '../store/setting.js';
import { fromStandingText } from '../store/standing.js';
import { loadUpToDate, nextLookAt } from './booking.js';
import { completeCheckout } from './checkout.js';
import { performCommand } from './command.js';
import { findCustomerId, lockCustomer } from './customer.js';
import { inUnit, type Engine, type Unit } from './engine.js';
import { knownProviderReference, providerReference } from './provider-customer.js';
import { trialsAwaiting } from './subscription.js';
import { topUpIfDue } from './top-up.js';

/** Where the customer's browser goes from the page on which it puts a card on file. */
export interface SetupReturn {
  readonly successUrl: string;
  readonly backUrl: string;
  /** Where that browser reaches this Paidup. */
  readonly ownUrl: string;
}

const LONGEST_URL = 2000;
const REFRESH_ATTEMPTS = 3;

/** The address of a page on which the customer puts a card on file. @throws Refusal `invalid_request`, `not_found`. */
export async function createSetupLink(engine: Engine, name: string, { successUrl, backUrl, ownUrl }: SetupReturn): Promise<string> {
  const errors = [{ pointer: '/success_url', url: successUrl }, { pointer: '/back_url', url: backUrl }].filter(({ url }) => !isWebAddress(url));
  if (errors.length > 0) throw invalidInput(errors.map(({ pointer }) => ({ pointer, detail: `must be an address that begins with https:// or http://, of at most ${LONGEST_URL} characters` })));
  const customerId = await findLiveCustomer(engine, name);
  const customerReference = await providerReference(engine, customerId);
  const { url } = await engine.provider.createSetupLink({ customerReference, customerId, successUrl, backUrl, ownUrl, at: engine.clock.now() });
  return url;
}

/** Keeps a card for later charges. @throws Refusal `invalid_request`, `not_found`, `payment_declined`. */
export async function setPaymentMethod(engine: Engine, name: string, token: string): Promise<{ method: PaymentMethod; revision: number }> {
  const customerId = await findLiveCustomer(engine, name);
  const customerReference = await providerReference(engine, customerId);
  const method = await engine.provider.attachPaymentMethod({ customerReference, customerId, token });
  const revision = await inUnit(engine, (unit) => savePaymentMethod(engine, unit, { customerId, method }));
  return { method, revision };
}

/** Forgets the customer's card, at the provider too: else the next refresh would bring it back. */
export async function removePaymentMethod(engine: Engine, name: string): Promise<void> {
  const customerId = await findLiveCustomer(engine, name);
  const customerReference = await knownProviderReference(engine, customerId);
  if (customerReference !== undefined) await engine.provider.removePaymentMethods(customerReference);
  await inUnit(engine, (unit) => savePaymentMethod(engine, unit, { customerId, method: null }));
}

/** Reads the customer's cards from the provider again and keeps the one to be charged, if it is another. @throws Refusal `not_found`. */
export async function refreshPaymentMethod(engine: Engine, name: string): Promise<PaymentMethod | null> {
  const customerId = await findCustomerId(engine, name);
  for (let attempt = 0; attempt < REFRESH_ATTEMPTS; attempt += 1) {
    const before = await readPaymentMethod(engine, customerId);
    const customerReference = await knownProviderReference(engine, customerId);
    if (customerReference === undefined) return before;
    const [method = null] = await engine.provider.listPaymentMethods(customerReference);
    if (isSameMethod(before, method)) return before;
    if (await inUnit(engine, (unit) => replacePaymentMethod(engine, unit, { customerId, before, method }))) return method;
  }
  return readPaymentMethod(engine, customerId);
}

/** False when the card on file is not the one that was there before the provider was asked: then its answer may be the older one. */
async function replacePaymentMethod(engine: Engine, unit: Unit, change: { customerId: string; before: PaymentMethod | null; method: PaymentMethod | null }): Promise<boolean> {
  const { standingText } = await lockCustomer(unit, change.customerId);
  if (!isSameMethod(fromStandingText(standingText).paymentMethod, change.before)) return false;
  await savePaymentMethod(engine, unit, change);
  return true;
}

/** The card is a fact; a trial that waited for one goes on, and one that loses it ends with itself. */
async function savePaymentMethod(engine: Engine, unit: Unit, change: { customerId: string; method: PaymentMethod | null }): Promise<number> {
  const { customerId, method } = change;
  const { stored, standing: before, facts } = await loadUpToDate(engine, unit, await lockCustomer(unit, customerId));
  const revision = stored.revision + 1;
  const setting: SettingChange = { setting: 'payment_method', value: method };
  await insertSettingChange(unit.transaction, { customerId, revision, madeAt: unit.at, change: setting });
  const changed = withSetting(before, setting);
  const after = { ...facts, ...factsOfStanding(changed), revision };
  const standing = await topUpIfDue(engine, unit, { facts: after, standing: changed });
  await updateStanding(unit.transaction, { customerId, revision, standing, dueAt: nextLookAt({ ...after, payments: standing.payments }, unit.at) });
  const { revision: last } = await performCommand(engine, unit, { customerId, decide: trialsAwaiting(method) });
  return method === null ? last : ((await completeCheckout(engine, unit, customerId)) ?? last);
}

async function readPaymentMethod(engine: Engine, customerId: string): Promise<PaymentMethod | null> {
  const stored = await selectCustomer(engine.database, customerId);
  if (stored === undefined) throw noCustomer();
  return fromStandingText(stored.standingText).paymentMethod;
}

/** The provider is not asked about a customer that was deleted. */
async function findLiveCustomer(engine: Engine, name: string): Promise<string> {
  const customerId = await findCustomerId(engine, name);
  if ((await selectCustomer(engine.database, customerId)) === undefined) throw noCustomer();
  return customerId;
}

function noCustomer(): Refusal {
  return new Refusal('not_found', 'There is no such customer.');
}

function isSameMethod(left: PaymentMethod | null, right: PaymentMethod | null): boolean {
  if (left === null || right === null) return left === right;
  return (['id', 'provider', 'brand', 'last4', 'expiryMonth', 'expiryYear'] as const).every((field) => left[field] === right[field]);
}

/** Whether a browser can be sent there. */
export function isWebAddress(text: string): boolean {
  return text.length <= LONGEST_URL && /^https?:\/\/[^\s\u0000-\u001f\u007f]+$/i.test(text) && URL.canParse(text);
}
