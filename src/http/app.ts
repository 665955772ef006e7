import { randomBytes } from 'node:crypto';
import cookie from '@fastify/cookie';
import swagger from '@fastify/swagger';
import Fastify, { LogController, type FastifyInstance, type FastifyReply, type FastifyRequest, type FastifyServerOptions } from 'fastify';
import type { Engine } from '../service/engine.js';
import { alertRoutes } from './alert.js';
import { apiKeyRoutes } from './api-key.js';
import { authorizeNative } from './auth.js';
import { calculateRoutes } from './calculate.js';
import { catalogRoutes } from './catalog.js';
import { changeRoutes } from './change.js';
import { NO_SELLER, STREAM_SETTINGS, type HttpContext, type Seller, type StreamSettings } from './context.js';
import { couponRoutes } from './coupon.js';
import { customerListRoutes } from './customer-list.js';
import { customerRoutes } from './customer.js';
import { closingOf } from './ending.js';
import { entitlementRoutes } from './entitlement.js';
import { eventListRoutes } from './event-list.js';
import { eventRoutes } from './event.js';
import { forecastRoutes } from './forecast.js';
import { gateRoutes } from './gate.js';
import { healthRoutes, observe } from './health.js';
import { invoiceListRoutes } from './invoice-list.js';
import { invoiceRoutes } from './invoice.js';
import { overviewRoutes } from './overview.js';
import { pageRoutes } from './pages.js';
import { paymentMethodRoutes } from './payment-method.js';
import { planChangeRoutes } from './plan-change.js';
import { sendProblem } from './problem.js';
import { providerRoutes } from './provider.js';
import { sandboxRoutes } from './sandbox.js';
import { setupPageRoutes } from './setup-page.js';
import { stateRoutes } from './state.js';
import { streamRoutes } from './stream.js';
import { subscriptionCommandRoutes } from './subscription-command.js';
import { subscriptionRoutes } from './subscription.js';
import { digaRoutes } from './surfaces/diga/routes.js';
import { docspaceRoutes } from './surfaces/docspace/routes.js';
import { larkRoutes } from './surfaces/lark/routes.js';
import { topUpRoutes } from './top-up.js';
import { answerUnknown } from './unknown.js';
import { usageRoutes } from './usage.js';
import { validatorCompiler } from './validate.js';
import { creditRoutes } from './credit.js';
import { holdRoutes } from './hold.js';
import { hostedInvoiceRoutes } from './hosted-invoice.js';
import { statementRoutes } from './statement.js';
import { paymentRoutes } from './payment.js';
import { portalLinkRoutes } from './portal-link.js';
import { sessionRoutes } from './session.js';
import { walletRoutes } from './wallet.js';
import { webhookDeliveryRoutes } from './webhook-delivery.js';
import { webhookEndpointRoutes } from './webhook-endpoint.js';

export interface AppOptions {
  readonly engine: Engine;
  readonly logger?: FastifyServerOptions['logger'];
  /** Origins that a browser may read the Diga surface from; Lark's billing state is open to all. */
  readonly corsOrigins?: readonly string[];
  /** Origins whose pages may hold the portal in a frame. */
  readonly embedOrigins?: readonly string[];
  /** Whether a proxy in front says the host and protocol that the client used (X-Forwarded-…). */
  readonly trustProxy?: boolean;
  /** Who stands at the head of an invoice. */
  readonly seller?: Seller;
  readonly streams?: Partial<StreamSettings>;
}

/** Largest body taken: 1,000 events of some size. */
export const MAX_BODY_BYTES = 4 * 1024 * 1024;

/** The server of all surfaces, not yet listening. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const app = Fastify({
    logger: options.logger ?? false,
    // One line per answer is written by observe.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: MAX_BODY_BYTES,
    routerOptions: { maxParamLength: 1000, ignoreTrailingSlash: false },
    requestIdHeader: false,
    genReqId: requestIds(),
    // What is wrong before any route is found, such as a broken percent escape.
    frameworkErrors: (error, request, reply) => void sendProblem(error, request as FastifyRequest, reply as unknown as FastifyReply),
    trustProxy: options.trustProxy ?? false,
    forceCloseConnections: 'idle',
  });
  const context: HttpContext = { engine: options.engine, seller: options.seller ?? NO_SELLER, closing: closingOf(app), streams: { ...STREAM_SETTINGS, ...options.streams }, embedOrigins: options.embedOrigins ?? [] };
  app.decorateRequest('principal', null);
  app.decorateRequest('customerId', null);
  app.setValidatorCompiler(validatorCompiler);
  // Schemas of answers describe; they do not drop fields. A test holds answers against them.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.setErrorHandler(sendProblem);
  answerUnknown(app);
  observe(app, context);
  await app.register(swagger, { openapi: OPENAPI });
  await app.register(native(context));
  await app.register(docspaceRoutes(context), { prefix: '/api/2.0' });
  await app.register(digaRoutes(context, { corsOrigins: options.corsOrigins ?? [] }));
  await app.register(larkRoutes(context));
  return app;
}

/** Ids that stay apart over restarts and processes: some chance, then a count. */
function requestIds(): () => string {
  const prefix = randomBytes(6).toString('hex');
  let count = 0;
  return () => {
    count += 1;
    return `req_${prefix}_${count.toString(36)}`;
  };
}

/** The native API, a noun each, and the pages. */
const NATIVE = [
  healthRoutes,
  pageRoutes,
  catalogRoutes,
  couponRoutes,
  customerRoutes,
  customerListRoutes,
  subscriptionRoutes,
  subscriptionCommandRoutes,
  planChangeRoutes,
  invoiceRoutes,
  invoiceListRoutes,
  eventRoutes,
  eventListRoutes,
  usageRoutes,
  forecastRoutes,
  overviewRoutes,
  stateRoutes,
  streamRoutes,
  gateRoutes,
  entitlementRoutes,
  walletRoutes,
  paymentRoutes,
  creditRoutes,
  holdRoutes,
  statementRoutes,
  topUpRoutes,
  alertRoutes,
  paymentMethodRoutes,
  providerRoutes,
  setupPageRoutes,
  apiKeyRoutes,
  calculateRoutes,
  sandboxRoutes,
  changeRoutes,
  webhookEndpointRoutes,
  webhookDeliveryRoutes,
  hostedInvoiceRoutes,
  sessionRoutes,
  portalLinkRoutes,
];

function native(context: HttpContext) {
  return async (app: FastifyInstance): Promise<void> => {
    // Reads no cookie by itself: whoever asks is found out before.
    await app.register(cookie, { hook: false });
    app.addHook('onRequest', authorizeNative(context.engine));
    for (const routes of NATIVE) {
      routes(app, context);
    }
  };
}

const OPENAPI = {
  openapi: '3.1.0' as const,
  info: {
    title: 'Paidup',
    version: '1',
    description: 'Billing state of every customer: what they have, have used, owe and may do. Amounts are decimal strings in major units; instants are RFC 3339 in UTC.',
  },
  components: {
    securitySchemes: {
      key: { type: 'http' as const, scheme: 'bearer' },
      larkKey: { type: 'apiKey' as const, in: 'header' as const, name: 'X-API-Key', description: "For Lark's paths" },
    },
  },
  security: [{ key: [] as string[] }],
};
