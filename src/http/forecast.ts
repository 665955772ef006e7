import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { decimalText } from '../core/decimal.js';
import { forecast, type Forecast } from '../core/forecast.js';
import { instantText } from '../core/instant.js';
import { readState } from '../service/state.js';
import { customerOf } from './answer.js';
import type { HttpContext } from './context.js';
import { CustomerPath, InstantText, Nullable, Words } from './schema.js';
import { usageView } from './state.js';

const ForecastView = Type.Object({
  subscription: Type.String(),
  price: Type.String(),
  name: Type.String(),
  meter: Type.String(),
  unit: Nullable(Type.String()),
  window: Type.Object({ start: InstantText, end: Nullable(InstantText) }),
  used: Type.String(),
  available: Nullable(Type.String({ description: 'Included and carried; null when it is only counted' })),
  projected: Nullable(Type.String({ description: 'Used by the end of the window, rounded to two decimal places; null while there is no forecast' })),
  runs_out_at: Nullable(Type.String({ description: 'When nothing is left of what is available; null unless the outlook is runs_out' })),
  outlook: Words(['lasts', 'runs_out', 'used_up', 'unlimited', 'too_early', 'no_end'], {
    description: 'too_early: less than a tenth of the window is over; no_end: the window never ends; unlimited: nothing is included that could run out',
  }),
});
const ForecastsView = Type.Object({ as_of: InstantText, data: Type.Array(ForecastView) });

export function forecastRoutes(app: FastifyInstance, { engine }: HttpContext): void {
  app.get<{ Params: { customer: string } }>(
    '/v1/customers/:customer/forecast',
    { config: { right: 'usage:read' }, schema: { tags: ['forecast'], summary: 'Where the present usage windows are going, at the rate of each so far', params: CustomerPath, response: { 200: ForecastsView } } },
    async (request) => {
      const { asOf, usage } = await readState(engine, customerOf(request));
      return { as_of: instantText(asOf), data: usage.map((one) => forecastView(forecast(one, asOf))) };
    },
  );
}

function forecastView({ usage, outlook, projected, available, runsOutAt }: Forecast) {
  const { subscription, price, name, meter, unit, window, used } = usageView(usage);
  return {
    subscription, price, name, meter, unit, window, used, outlook,
    available: available === null ? null : decimalText(available),
    projected: projected === null ? null : decimalText(projected),
    runs_out_at: runsOutAt === null ? null : instantText(runsOutAt),
  };
}
