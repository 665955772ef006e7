import type { FastifyInstance, FastifyRequest } from 'fastify';
import { notFound } from '../../../core/problems.js';
import type { Engine } from '../../../service/engine.js';
import { readState } from '../../../service/state.js';
import { customerOf, reservedOf } from '../../answer.js';
import { ERRORS, atAddress } from './route.js';
import { updateDigaCustomer } from './customer.js';
import { asInvalidBody, noPaidSubscription } from './fault.js';
import { toDigaPaymentMethods } from './payment-method.js';
import { needsFreePlan } from './project.js';
import { currentFreePlan } from './catalog.js';
import {
  CustomerBody, CustomerSchema, ErrorSchema, PaymentMethodsSchema, SubscriptionSchema, UpcomingInvoiceSchema, ValidationErrorSchema, type DigaCustomerInput, type DigaSubscription,
} from './schema.js';
import { hasUnspeakablePhase, toDigaSubscription } from './subscription.js';
import { toDigaUpcomingInvoice } from './upcoming-invoice.js';

const tags = ['diga'];
const view = { right: 'billing.view' } as const;

/** What stands under /v1/billing (contracts/diga.md section 1). */
export function billingRoutes(app: FastifyInstance, engine: Engine): void {
  atAddress(app, { url: '/subscription/', taken: ['GET'], sentence: 'The subscription can only be read.' }, ({ url, hide }) =>
    app.get(
      url,
      { config: view, schema: { tags, summary: "The project's subscription", hide, response: { 200: SubscriptionSchema, ...ERRORS, 404: ErrorSchema } } },
      (request) => readSubscription(engine, request),
    ),
  );
  atAddress(app, { url: '/subscription/upcoming-invoice', taken: ['GET'], sentence: 'The upcoming invoice can only be read.' }, ({ url, hide }) =>
    app.get(
      url,
      { config: view, schema: { tags, summary: "The project's upcoming invoice", hide, response: { 200: UpcomingInvoiceSchema, ...ERRORS, 404: ErrorSchema } } },
      async (request) => {
        const invoice = toDigaUpcomingInvoice(await readState(engine, customerOf(request)));
        if (invoice === undefined) throw noPaidSubscription();
        return invoice;
      },
    ),
  );
  atAddress(app, { url: '/payment_method/', taken: ['GET'], sentence: 'The payment methods can only be read.' }, ({ url, hide }) =>
    app.get(url, { config: view, schema: { tags, summary: "The project's payment methods", hide, response: { 200: PaymentMethodsSchema, ...ERRORS } } }, async (request) =>
      toDigaPaymentMethods((await readState(engine, customerOf(request))).paymentMethod),
    ),
  );
  customerRoute(app, engine);
}

function customerRoute(app: FastifyInstance, engine: Engine): void {
  const reserved = reservedOf(engine);
  atAddress(app, { url: '/customer/', taken: ['PATCH'], sentence: 'The customer can only be changed.' }, ({ url, hide }) =>
    app.patch<{ Body: DigaCustomerInput }>(
      url,
      {
        config: { right: 'billing.update' },
        schema: { tags, summary: 'Change who is billed for the project', hide, body: CustomerBody, response: { 200: CustomerSchema, 402: ErrorSchema, ...ERRORS, 404: ErrorSchema, 422: ValidationErrorSchema } },
      },
      (request, reply) =>
        reserved(request, reply, async () => {
          const body = await updateDigaCustomer(engine, customerOf(request), request.body).catch((error: unknown) => {
            throw asInvalidBody(error, { token: 'default_payment_method_id' });
          });
          return { status: 200, body };
        }),
    ),
  );
}

async function readSubscription(engine: Engine, request: FastifyRequest): Promise<DigaSubscription> {
  const customerId = customerOf(request);
  const state = await readState(engine, customerId);
  const freePlan = needsFreePlan(state) ? await currentFreePlan(engine) : undefined;
  const subscription = toDigaSubscription(state, freePlan);
  if (subscription === undefined) throw notFound('subscription of this project', customerId);
  if (hasUnspeakablePhase(state)) request.log.warn({ customer: customerId }, 'the next phase is neither monthly nor yearly, so Diga clients are told of none');
  return subscription;
}
