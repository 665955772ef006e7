import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { instantText } from '../core/instant.js';
import { readSandboxClock, setSandboxClock } from '../service/sandbox.js';
import { instantParameter, reservedOf } from './answer.js';
import type { HttpContext } from './context.js';
import { InstantText } from './schema.js';

const COUNT = Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 }));
const ClockBody = Type.Object(
  {
    set: Type.Optional(InstantText),
    advance: Type.Optional(Type.Object({ years: COUNT, months: COUNT, weeks: COUNT, days: COUNT, hours: COUNT, minutes: COUNT, seconds: COUNT }, { additionalProperties: false, description: 'On the calendar of UTC' })),
  },
  { description: 'Either set or advance; never backwards' },
);
const ClockView = Type.Object({ now: InstantText });

export function sandboxRoutes(app: FastifyInstance, { engine }: HttpContext): void {
  const reserved = reservedOf(engine);
  const tags = ['sandbox'];
  app.get('/v1/sandbox/clock', { config: { right: 'sandbox:write' }, schema: { tags, summary: "What the sandbox's clock says", response: { 200: ClockView } } }, async () => ({ now: instantText(readSandboxClock(engine)) }));
  app.post<{ Body: { set?: string; advance?: Record<string, number> } }>(
    '/v1/sandbox/clock',
    { config: { right: 'sandbox:write' }, schema: { tags, summary: "Move the sandbox's clock; everything that falls due on the way is done, in order", body: ClockBody, response: { 200: ClockView } } },
    // Moved once per key: an advance that is asked for again by the same key has been done.
    (request, reply) => reserved(request, reply, async () => ({ status: 200, body: { now: instantText(await setSandboxClock(engine, { set: instantParameter(request.body.set, '/set'), advance: request.body.advance })) } })),
  );
}
