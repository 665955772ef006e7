import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import type { CouponDefinition } from '../core/coupon.js';
import { archiveCoupon, getCoupon, listCoupons, putCoupon, type Coupon } from '../service/coupon.js';
import { commandsOf, pageOfAll } from './answer.js';
import type { HttpContext } from './context.js';
import { CodePath, DecimalText, Done, Nullable, PageOf, PageQuery } from './schema.js';

const Duration = Type.Union([Type.Literal('once'), Type.Literal('forever'), Type.Object({ periods: Type.Integer({ minimum: 1, maximum: 1000 }) })], {
  description: 'How many billing periods it covers: once is one; once unless told',
});
const CouponBody = Type.Object({
  name: Type.Optional(Type.String({ maxLength: 255 })),
  percent_off: Type.Optional(Nullable({ ...DecimalText, description: 'Of every charge for a covered period, before minimum and maximum' })),
  amount_off: Type.Optional(Nullable({ ...DecimalText, description: 'Of the fixed prices of each covered period, never more than they cost' })),
  currency: Type.Optional(Nullable(Type.String({ description: 'Of amount_off' }))),
  duration: Type.Optional(Duration),
});
const CouponView = Type.Object({ code: Type.String(), name: Type.String(), percent_off: Nullable(Type.String()), amount_off: Nullable(Type.String()), currency: Nullable(Type.String()), duration: Duration, archived: Type.Boolean() });

interface Code {
  code: string;
}

export function couponRoutes(app: FastifyInstance, { engine }: HttpContext): void {
  const command = commandsOf(engine);
  const tags = ['catalog'];
  const read = { right: 'catalog:read' } as const;
  const write = { right: 'catalog:write' } as const;
  app.get<{ Querystring: { limit?: number; cursor?: string } }>(
    '/v1/coupons',
    { config: read, schema: { tags, summary: 'List coupons', querystring: PageQuery, response: { 200: PageOf(CouponView, 'Coupons') } } },
    async (request) => {
      const { items, nextCursor } = pageOfAll(await listCoupons(engine), request.query);
      return { data: items.map(couponView), next_cursor: nextCursor };
    },
  );
  app.get<{ Params: Code }>('/v1/coupons/:code', { config: read, schema: { tags, summary: 'Read a coupon', params: CodePath, response: { 200: CouponView } } }, async (request) =>
    couponView(await getCoupon(engine, request.params.code)),
  );
  app.put<{ Params: Code; Body: CouponDefinition }>(
    '/v1/coupons/:code',
    { config: write, schema: { tags, summary: 'Define a coupon; it never changes', params: CodePath, body: CouponBody, response: { 200: CouponView } } },
    (request, reply) => command(request, reply, async (unit) => ({ status: 200, body: couponView(await putCoupon(unit, { code: request.params.code, definition: request.body })) })),
  );
  app.delete<{ Params: Code }>(
    '/v1/coupons/:code',
    { config: write, schema: { tags, summary: 'Give the coupon no more; who has it keeps it', params: CodePath, response: { 204: Done } } },
    (request, reply) =>
      command(request, reply, async (unit) => {
        await archiveCoupon(engine, unit, request.params.code);
        return { status: 204, body: null };
      }),
  );
}

function couponView({ terms, isArchived }: Coupon) {
  const { code, name, percentOff, amountOff, currency, periods } = terms;
  const duration = periods === null ? 'forever' : periods === 1 ? 'once' : { periods };
  return { code, name, percent_off: percentOff, amount_off: amountOff, currency, duration, archived: isArchived };
}
