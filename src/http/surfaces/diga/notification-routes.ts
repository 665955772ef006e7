import type { FastifyInstance } from 'fastify';
import { Refusal } from '../../../core/problems.js';
import { putAlert } from '../../../service/alert-setting.js';
import type { Engine } from '../../../service/engine.js';
import { readState } from '../../../service/state.js';
import { commandsOf, customerOf } from '../../answer.js';
import { ERRORS, atAddress } from './route.js';
import { currentFreePlan } from './catalog.js';
import { minutesMeter } from './project.js';
import { ErrorSchema, UsageAlertBody, UsageAlertSchema, ValidationErrorSchema, type DigaUsageAlertInput } from './schema.js';
import { fromDigaUsageAlert, toDigaUsageAlert } from './usage-alert.js';

const tags = ['diga'];

/** What stands under /v1/notification (contracts/diga.md section 1). */
export function notificationRoutes(app: FastifyInstance, engine: Engine): void {
  const command = commandsOf(engine);
  atAddress(app, { url: '/usage_alert', taken: ['GET', 'POST'], sentence: 'The usage alert can be read and set.' }, ({ url, hide }) => {
    app.get(url, { config: { right: 'notifications.view' }, schema: { tags, summary: "The project's usage alert", hide, response: { 200: UsageAlertSchema, ...ERRORS } } }, async (request) => {
      const { customer, alerts } = await readState(engine, customerOf(request));
      return toDigaUsageAlert(customer, alerts.map(({ alert }) => alert));
    });
    app.post<{ Body: DigaUsageAlertInput }>(
      url,
      {
        config: { right: 'notifications.update' },
        schema: { tags, summary: "Set the project's usage alert", hide, body: UsageAlertBody, response: { 200: UsageAlertSchema, 400: ErrorSchema, ...ERRORS, 404: ErrorSchema, 422: ValidationErrorSchema } },
      },
      async (request, reply) => {
        const state = await readState(engine, customerOf(request));
        const { customer } = state;
        const meter = minutesMeter(state, await currentFreePlan(engine));
        if (meter === undefined) throw new Refusal('not_found', 'No plan of this project counts minutes.');
        return command(request, reply, async (unit) => {
          const { alert } = await putAlert(engine, unit, { customerId: customer.id, definition: fromDigaUsageAlert(request.body, meter) });
          return { status: 200, body: toDigaUsageAlert(customer, [alert]) };
        });
      },
    );
  });
}
