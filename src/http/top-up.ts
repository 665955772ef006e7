import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { decimalText } from '../core/decimal.js';
import { instantText } from '../core/instant.js';
import { notFound } from '../core/problems.js';
import type { TopUpSettings } from '../core/top-up.js';
import { readState } from '../service/state.js';
import { setTopUpSettings } from '../service/top-up.js';
import { commandsOf, customerOf } from './answer.js';
import type { HttpContext } from './context.js';
import { CustomerPath, DecimalText, Done, InstantText } from './schema.js';

export const TopUpView = Type.Object({
  enabled: Type.Boolean(),
  min_balance: Type.String({ description: 'Strictly below this, in major units, the wallet is filled' }),
  up_to_balance: Type.String({ description: 'What it is filled up to, in major units' }),
  currency: Type.String(),
  changed_at: InstantText,
});

const TopUpBody = Type.Object({
  enabled: Type.Boolean(),
  min_balance: { ...DecimalText, description: 'A whole number from 5 to 1000' },
  up_to_balance: { ...DecimalText, description: 'A whole number from 6 to 5000, greater than min_balance' },
  currency: Type.Optional(Type.String({ description: "The customer's own unless told" })),
});

interface Body {
  enabled: boolean;
  min_balance: string;
  up_to_balance: string;
  currency?: string;
}

const ADDRESS = '/v1/customers/:customer/top-up-settings';

export function topUpRoutes(app: FastifyInstance, { engine }: HttpContext): void {
  const command = commandsOf(engine);
  const tags = ['wallet'];
  app.get<{ Params: { customer: string } }>(
    ADDRESS,
    { config: { right: 'wallet:read' }, schema: { tags, summary: 'Read the settings of the automatic top-up', params: CustomerPath, response: { 200: TopUpView } } },
    async (request) => {
      const { topUp } = await readState(engine, customerOf(request));
      if (topUp === null) throw notFound('top-up settings of customer', request.params.customer);
      return topUpView(topUp);
    },
  );
  app.put<{ Params: { customer: string }; Body: Body }>(
    ADDRESS,
    { config: { right: 'settings:write' }, schema: { tags, summary: 'Set the automatic top-up', params: CustomerPath, body: TopUpBody, response: { 200: TopUpView } } },
    (request, reply) =>
      command(request, reply, async (unit) => {
        const { enabled, min_balance: minBalance, up_to_balance: upToBalance, currency } = request.body;
        const { settings } = await setTopUpSettings(unit, customerOf(request), { enabled, minBalance, upToBalance, currency });
        return { status: 200, body: settings === null ? null : topUpView(settings) };
      }),
  );
  app.delete<{ Params: { customer: string } }>(ADDRESS, { config: { right: 'settings:write' }, schema: { tags, summary: 'Forget the settings', params: CustomerPath, response: { 204: Done } } }, (request, reply) =>
    command(request, reply, async (unit) => {
      await setTopUpSettings(unit, customerOf(request), null);
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
    changed_at: instantText(settings.changedAt),
  };
}
