import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { receiveWebhook } from '../service/provider-event.js';
import type { HttpContext } from './context.js';

/** Events of a provider are some kilobytes; whoever sends more has no signature anyway. */
const MAX_WEBHOOK_BYTES = 256 * 1024;

const Received = Type.Object({ received: Type.Boolean() }, { description: 'Taken; what it hints at has been read from the provider' });

/** Where the payment provider sends its webhooks. The signature over the very bytes is what authenticates them. */
export function providerRoutes(app: FastifyInstance, { engine }: HttpContext): void {
  void app.register((raw, _options, done) => {
    raw.removeAllContentTypeParsers();
    raw.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => parsed(null, body));
    raw.post<{ Body: Buffer | undefined }>(
      '/v1/provider/webhook',
      {
        bodyLimit: MAX_WEBHOOK_BYTES,
        config: { right: 'open' },
        schema: { tags: ['provider'], summary: 'Take a webhook of the payment provider', security: [], response: { 200: Received } },
      },
      async (request) => {
        await receiveWebhook(engine, { rawBody: request.body ?? Buffer.alloc(0), headers: request.headers });
        return { received: true };
      },
    );
    done();
  });
}
