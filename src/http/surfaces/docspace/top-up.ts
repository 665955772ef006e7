import { decimalText, type Decimal } from '../../../core/decimal.js';
import { instantText } from '../../../core/instant.js';
import type { BillingState } from '../../../core/state.js';
import { TOP_UP_BOUNDS } from '../../../core/top-up-settings.js';
import { perform } from '../../../service/idempotency.js';
import { readState } from '../../../service/state.js';
import { setTopUpSettings, type TopUpInput } from '../../../service/top-up-settings.js';
import { idempotencyKeyOf } from '../../answer.js';
import { accountingCurrency } from './accounting.js';
import { toBalance } from './balance.js';
import { BodyReader, readBody } from './body.js';
import { toCustomerInfo } from './customer-info.js';
import { absenceFault, argumentFault } from './fault.js';
import type { Call } from './route.js';

/** When the wallet fills itself: contracts/docspace.md section 5.5. */
export interface TopUpSettingsView {
  readonly enabled: boolean;
  readonly minBalance: number;
  readonly upToBalance: number;
  readonly currency: string | undefined;
  readonly lastModified: string;
}

/** Never set: off, with zeros, no currency, and changed at the moment of reading, as the vendor's server has it. */
export function toTopUpSettings(state: BillingState): TopUpSettingsView {
  const { topUp, asOf } = state;
  if (topUp === null) return { enabled: false, minBalance: 0, upToBalance: 0, currency: undefined, lastModified: instantText(asOf) };
  return {
    enabled: topUp.isEnabled,
    minBalance: wholeNumber(topUp.minBalance),
    upToBalance: wholeNumber(topUp.upToBalance),
    currency: topUp.currency,
    lastModified: instantText(topUp.changedAt),
  };
}

/**
 * The same settings where the vendor's OpenAPI file and SDKs look for them: beside `response`, as `settings`. Its
 * Python SDK refuses bounds that are not set when they are zero, so there they are left out (section 1.1).
 */
export function toSettingsAlias(settings: TopUpSettingsView) {
  return {
    ...settings,
    minBalance: settings.minBalance === 0 ? undefined : settings.minBalance,
    upToBalance: settings.upToBalance === 0 ? undefined : settings.upToBalance,
  };
}

function wholeNumber(value: Decimal): number {
  return Number(decimalText(value));
}

/**
 * Stores what the body says, in `settings` or without it; a body that says nothing takes the settings back.
 * Contracts/docspace.md section 3, `POST topupsettings`.
 */
export async function saveTopUpSettings(call: Call): Promise<TopUpSettingsView> {
  const { engine, customerId, request } = call;
  const input = readSettings(request.body);
  const state = await call.state();
  if (toCustomerInfo(state) === undefined) throw absenceFault('Customer');
  if (input !== null && toBalance(state) === undefined) throw absenceFault('Balance');
  const currency = input?.currency === undefined ? state.customer.currency : accountingCurrency(state, await call.plans(), input.currency);
  if (currency === undefined) throw argumentFault('Unsupported currency');
  await perform(engine, idempotencyKeyOf(request), async (unit) => {
    await setTopUpSettings(engine, unit, { customerId, input: input === null ? null : { ...input, currency } });
    return { status: 200, body: null };
  });
  return toTopUpSettings(await readState(engine, customerId));
}

/** Null when the settings are to be taken back. @throws Refusal `invalid_request`. */
function readSettings(body: unknown): TopUpInput | null {
  const reader = readBody(body);
  const wrapped = reader?.field('settings');
  if (reader === undefined || (wrapped !== undefined && wrapped.value === null)) return null;
  if (wrapped === undefined && !SETTINGS.some((name) => reader.field(name) !== undefined)) return null;
  const settings = wrapped === undefined ? reader : new BodyReader(wrapped);
  const { minBalance: leastAllowed, upToBalance: mostAllowed } = TOP_UP_BOUNDS;
  const enabled = settings.flag('enabled');
  const minBalance = settings.integer('minBalance', leastAllowed);
  const upToBalance = settings.integer('upToBalance', mostAllowed);
  const currency = settings.text('currency');
  settings.done();
  // The vendor's own pages hold to this; its server does not.
  if (upToBalance <= minBalance) settings.fault('upToBalance', `must be between ${minBalance + 1} and ${mostAllowed.most}.`);
  settings.done();
  return { enabled, minBalance: String(minBalance), upToBalance: String(upToBalance), currency };
}

const SETTINGS = ['enabled', 'minBalance', 'upToBalance', 'currency'];
