import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import type { AlertDefinition, LastFiring } from '../core/alert.js';
import type { AlertState } from '../core/alert-firing.js';
import { decimalText } from '../core/decimal.js';
import { FOREVER, instantText } from '../core/instant.js';
import { invalidInput, notFound } from '../core/problems.js';
import { listAlertFirings, type StoredFiring } from '../service/alert.js';
import { createAlert, deleteAlert, updateAlert } from '../service/alert-setting.js';
import { readState } from '../service/state.js';
import { commandsOf, customerOf, page, readCursor } from './answer.js';
import type { HttpContext } from './context.js';
import { CustomerPath, DecimalText, Done, InstantText, Nullable, PageOf, PageQuery, Words } from './schema.js';

const ThresholdView = Type.Union([
  Type.Object({ type: Type.Literal('percent'), percent: Type.String(), of: Words(['included', 'available'], { description: 'Of what the window includes, or of included and carried' }) }),
  Type.Object({ type: Type.Literal('quantity'), quantity: Type.String({ description: 'Sold units' }) }),
  Type.Object({ type: Type.Literal('forecast') }, { description: 'Included and carried run out before the window ends if it goes on like this; judged once a tenth of the window is over' }),
]);

const WindowView = Type.Object({ start: InstantText, end: Nullable(InstantText) });

export const AlertView = Type.Object({
  id: Type.String(),
  meter: Type.String(),
  threshold: ThresholdView,
  enabled: Type.Boolean(),
  email: Nullable(Type.String({ description: 'Handed on with each firing; Paidup sends no mail' })),
  name: Nullable(Type.String()),
  reference: Nullable(Type.String()),
  created_at: InstantText,
  changed_at: InstantText,
  last_fired: Nullable(Type.Object({ at: InstantText, subscription: Type.String(), price: Type.String(), window_start: InstantText, used: Type.String(), limit: Type.String(), percent: Type.String() })),
  windows: Type.Array(
    Type.Object({
      subscription: Type.String(),
      price: Type.String(),
      window: WindowView,
      used: Type.String(),
      limit: Nullable(Type.String({ description: 'What the threshold is held against; null when nothing limits it' })),
      progress: Nullable(Type.String({ description: 'Used in percent of the limit, cut to two decimal places' })),
      fired: Type.Boolean({ description: 'Whether it has fired in this window' }),
    }),
    { description: 'The usage windows in force that it watches' },
  ),
});

const FiringView = Type.Object({
  alert: Type.String(),
  name: Nullable(Type.String()),
  reference: Nullable(Type.String()),
  meter: Type.String(),
  threshold: ThresholdView,
  email: Nullable(Type.String()),
  subscription: Type.String(),
  price: Type.String(),
  window: WindowView,
  used: Type.String(),
  limit: Type.String({ description: 'What the threshold was held against' }),
  percent: Type.String({ description: 'Used in percent of the limit, cut to two decimal places' }),
  projected: Nullable(Type.String({ description: 'Of a forecast: what will have been used when the window ends' })),
  fired_at: InstantText,
  revision: Type.Integer(),
});

const AlertBody = Type.Object({
  meter: Type.String({ description: 'Code of the meter; every usage price that counts it is watched' }),
  threshold: Type.Union([
    Type.Object({
      type: Type.Literal('percent'),
      percent: { ...DecimalText, description: 'Above 0, up to 1000' },
      of: Type.Optional(Words(['included', 'available'], { description: 'Of what the window includes, or of included and carried; available unless told' })),
    }),
    Type.Object({ type: Type.Literal('quantity'), quantity: { ...DecimalText, description: 'Sold units, above 0' } }),
    Type.Object({ type: Type.Literal('forecast') }),
  ]),
  enabled: Type.Optional(Type.Boolean({ description: 'True unless told' })),
  email: Type.Optional(Nullable(Type.String({ description: 'Where you want it sent' }))),
  name: Type.Optional(Nullable(Type.String())),
  reference: Type.Optional(Nullable(Type.String({ description: "Your own name for it; each of a customer's alerts has another one" }))),
});

const AlertPath = Type.Object({ customer: CustomerPath.properties.customer, alert: Type.String() });
type Named = { Params: { customer: string; alert: string } };

const ADDRESS = '/v1/customers/:customer/alerts';

export function alertRoutes(app: FastifyInstance, { engine }: HttpContext): void {
  const command = commandsOf(engine);
  const tags = ['alerts'];
  const read = { right: 'state:read' } as const;
  const write = { right: 'settings:write' } as const;
  app.get<{ Params: { customer: string } }>(ADDRESS, { config: read, schema: { tags, summary: 'List usage alerts', params: CustomerPath, response: { 200: Type.Object({ data: Type.Array(AlertView) }) } } }, async (request) => ({
    data: (await readState(engine, customerOf(request))).alerts.map(alertView),
  }));
  app.post<{ Params: { customer: string }; Body: AlertDefinition }>(
    ADDRESS,
    { config: write, schema: { tags, summary: 'Add a usage alert', params: CustomerPath, body: AlertBody, response: { 201: AlertView } } },
    (request, reply) => command(request, reply, async (unit) => ({ status: 201, body: alertView(await createAlert(engine, unit, { customerId: customerOf(request), definition: request.body })) })),
  );
  app.get<Named>(`${ADDRESS}/:alert`, { config: read, schema: { tags, summary: 'Read a usage alert', params: AlertPath, response: { 200: AlertView } } }, async (request) => {
    const found = (await readState(engine, customerOf(request))).alerts.find(({ alert }) => alert.id === request.params.alert);
    if (found === undefined) throw notFound('alert', request.params.alert);
    return alertView(found);
  });
  app.patch<Named & { Body: Partial<AlertDefinition> }>(
    `${ADDRESS}/:alert`,
    { config: write, schema: { tags, summary: 'Change a usage alert', params: AlertPath, body: Type.Partial(AlertBody), response: { 200: AlertView } } },
    (request, reply) => command(request, reply, async (unit) => ({ status: 200, body: alertView(await updateAlert(engine, unit, { customerId: customerOf(request), alertId: request.params.alert, changes: request.body })) })),
  );
  app.delete<Named>(`${ADDRESS}/:alert`, { config: write, schema: { tags, summary: 'Delete a usage alert', params: AlertPath, response: { 204: Done } } }, (request, reply) =>
    command(request, reply, async (unit) => {
      await deleteAlert(engine, unit, { customerId: customerOf(request), alertId: request.params.alert });
      return { status: 204, body: null };
    }),
  );
  app.get<{ Params: { customer: string }; Querystring: { alert?: string; limit?: number; cursor?: string } }>(
    '/v1/customers/:customer/alert-firings',
    {
      config: read,
      schema: {
        tags, summary: 'What usage alerts have told, newest first', params: CustomerPath,
        querystring: Type.Intersect([PageQuery, Type.Object({ alert: Type.Optional(Type.String({ description: 'Of this alert only' })) })]),
        response: { 200: PageOf(FiringView, 'Firings') },
      },
    },
    async (request) => {
      const { alert: alertId, limit = 50, cursor } = request.query;
      const found = await listAlertFirings(engine, customerOf(request), { alertId, before: placeOf(cursor), limit: limit + 1 });
      const { items, nextCursor } = page(found, limit, ({ revision, position }) => `${revision} ${position}`);
      return { data: items.map(firingView), next_cursor: nextCursor };
    },
  );
}

function placeOf(cursor: string | undefined): { revision: number; position: number } | undefined {
  const text = readCursor(cursor);
  if (text === undefined) return undefined;
  const [, revision, position] = /^(\d{1,15}) (\d{1,4})$/.exec(text) ?? [];
  if (revision === undefined || position === undefined) throw invalidInput([{ pointer: 'querystring:/cursor', detail: 'is not a cursor of this list' }]);
  return { revision: Number(revision), position: Number(position) };
}

export function alertView({ alert, lastFiring, windows }: AlertState) {
  return {
    id: alert.id,
    meter: alert.meter,
    threshold: alert.threshold,
    enabled: alert.isEnabled,
    email: alert.email,
    name: alert.name,
    reference: alert.reference,
    created_at: instantText(alert.createdAt),
    changed_at: instantText(alert.changedAt),
    last_fired: lastFiring === null ? null : lastFiringView(lastFiring),
    windows: windows.map(({ usage, limit, percent, hasFired }) => ({
      subscription: usage.subscription.id,
      price: usage.price.code,
      window: { start: instantText(usage.window.startsAt), end: usage.window.endsAt === FOREVER ? null : instantText(usage.window.endsAt) },
      used: decimalText(usage.figures.used),
      limit: limit === null ? null : decimalText(limit),
      progress: percent === null ? null : decimalText(percent),
      fired: hasFired,
    })),
  };
}

function lastFiringView({ madeAt, subscriptionId, priceCode, windowStartsAt, used, limit, percent }: LastFiring) {
  return { at: instantText(madeAt), subscription: subscriptionId, price: priceCode, window_start: instantText(windowStartsAt), used, limit, percent };
}

function firingView({ firing, revision }: StoredFiring) {
  const { alertId, subscriptionId, priceCode, windowStartsAt, windowEndsAt, madeAt, ...rest } = firing;
  return {
    alert: alertId,
    name: rest.name,
    reference: rest.reference,
    meter: rest.meter,
    threshold: rest.threshold,
    email: rest.email,
    subscription: subscriptionId,
    price: priceCode,
    window: { start: instantText(windowStartsAt), end: windowEndsAt === null ? null : instantText(windowEndsAt) },
    used: rest.used,
    limit: rest.limit,
    percent: rest.percent,
    projected: rest.projected,
    fired_at: instantText(madeAt),
    revision,
  };
}
