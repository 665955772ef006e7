import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { decimalText } from '../core/decimal.js';
import { instantText } from '../core/instant.js';
import { notFound } from '../core/problems.js';
import { moneyText } from '../core/money.js';
import type { TopUpStatus } from '../core/top-up.js';
import type { TopUpSettings } from '../core/top-up-settings.js';
import { readState } from '../service/state.js';
import { setTopUpSettings } from '../service/top-up-settings.js';
import { commandsOf, customerOf } from './answer.js';
import type { HttpContext } from './context.js';
import { CustomerPath, DecimalText, Done, InstantText, Nullable, Words } from './schema.js';

export const TopUpView = Type.Object({
  enabled: Type.Boolean(),
  min_balance: Type.String({ description: 'Strictly below this, in major units, the wallet is filled' }),
  up_to_balance: Type.String({ description: 'What it is filled up to, in major units' }),
  currency: Type.String(),
  daily_ceiling: Type.String({ description: "The most that is charged by itself on one of the customer's local days, in major units" }),
  changed_at: InstantText,
  switched_off: Nullable(Type.String({ description: 'Why it switched itself off: what the provider said of the card' })),
});

/** The settings with what they are doing. */
export const TopUpStateView = Type.Object({
  ...TopUpView.properties,
  topped_up_today: Type.String({ description: "Charged by itself on the customer's local day, in major units" }),
  charging: Nullable(Type.Object({ payment: Type.String(), amount: Type.String(), since: InstantText }, { description: 'A charge that the provider has not answered yet' })),
  halted: Nullable(Type.Object({ reason: Words(['daily_ceiling', 'cool_off', 'payment_method_missing']), until: Nullable(InstantText) }, { description: 'Why a wallet that is low does not fill itself' })),
});

const TopUpBody = Type.Object({
  enabled: Type.Boolean(),
  min_balance: { ...DecimalText, description: 'A whole number from 5 to 1000' },
  up_to_balance: { ...DecimalText, description: 'A whole number from 6 to 5000, greater than min_balance' },
  currency: Type.Optional(Type.String({ description: "The customer's own unless told" })),
  daily_ceiling: Type.Optional({ ...DecimalText, description: 'A whole number, not below up_to_balance; ten times that unless told' }),
});

interface Body {
  enabled: boolean;
  min_balance: string;
  up_to_balance: string;
  currency?: string;
  daily_ceiling?: string;
}

const ADDRESS = '/v1/customers/:customer/top-up-settings';

export function topUpRoutes(app: FastifyInstance, { engine }: HttpContext): void {
  const command = commandsOf(engine);
  const tags = ['wallet'];
  app.get<{ Params: { customer: string } }>(
    ADDRESS,
    { config: { right: 'wallet:read' }, schema: { tags, summary: 'Read the settings of the automatic top-up', params: CustomerPath, response: { 200: TopUpStateView } } },
    async (request) => {
      const { topUp, topUpStatus } = await readState(engine, customerOf(request));
      if (topUp === null || topUpStatus === null) throw notFound('top-up settings of customer', request.params.customer);
      return topUpStateView(topUp, topUpStatus);
    },
  );
  app.put<{ Params: { customer: string }; Body: Body }>(
    ADDRESS,
    { config: { right: 'settings:write' }, schema: { tags, summary: 'Set the automatic top-up', params: CustomerPath, body: TopUpBody, response: { 200: TopUpView } } },
    (request, reply) =>
      command(request, reply, async (unit) => {
        const { enabled, min_balance: minBalance, up_to_balance: upToBalance, daily_ceiling: dailyCeiling, currency } = request.body;
        const { settings } = await setTopUpSettings(engine, unit, { customerId: customerOf(request), input: { enabled, minBalance, upToBalance, currency, dailyCeiling } });
        return { status: 200, body: settings === null ? null : topUpView(settings) };
      }),
  );
  app.delete<{ Params: { customer: string } }>(ADDRESS, { config: { right: 'settings:write' }, schema: { tags, summary: 'Forget the settings', params: CustomerPath, response: { 204: Done } } }, (request, reply) =>
    command(request, reply, async (unit) => {
      await setTopUpSettings(engine, unit, { customerId: customerOf(request), input: null });
      return { status: 204, body: null };
    }),
  );
}

export function topUpView(settings: TopUpSettings) {
  return {
    enabled: settings.isEnabled,
    min_balance: decimalText(settings.minBalance),
    up_to_balance: decimalText(settings.upToBalance),
    currency: settings.currency,
    daily_ceiling: decimalText(settings.dailyCeiling),
    changed_at: instantText(settings.changedAt),
    switched_off: settings.switchedOff,
  };
}

export function topUpStateView(settings: TopUpSettings, { toppedUpToday, charging, halted }: TopUpStatus) {
  return {
    ...topUpView(settings),
    topped_up_today: moneyText(toppedUpToday),
    charging: charging === null ? null : { payment: charging.id, amount: moneyText(charging.money), since: instantText(charging.requestedAt) },
    halted: halted === null ? null : { reason: halted.reason, until: halted.until === null ? null : instantText(halted.until) },
  };
}
