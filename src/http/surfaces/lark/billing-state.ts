import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import { ZERO, add, decimalText, isPositive, notBelowZero, roundTo, type Decimal } from '../../../core/decimal.js';
import { Refusal } from '../../../core/problems.js';
import type { BillingState } from '../../../core/state.js';
import type { PriceUsage } from '../../../core/usage.js';
import type { Engine } from '../../../service/engine.js';
import { readState } from '../../../service/state.js';
import { subjectNotFound } from './failure.js';
import { toPricingMetricId, toRateCardId } from './id.js';
import { findSubject } from './route.js';
import { asSubject } from './subject.js';

/*
 * The billing state in the words of Lark's BillingState. Source: contracts/lark.md sections 3 and 4; what it leaves
 * open and how that is settled stands in docs/surfaces/lark.md.
 */

const UsageData = Type.Object({
  included_units: Type.Integer({ description: 'Units that cost nothing in the current window, carried ones too' }),
  pricing_metric_id: Type.String(),
  rate_name: Type.String(),
  used_units: Type.String({ description: 'Plain decimal: "0", "100", "5.25"' }),
});

const ActiveSubscription = Type.Object({ rate_card_id: Type.String(), subscription_id: Type.String() });

export const BillingStateSchema = Type.Object({
  active_subscriptions: Type.Array(ActiveSubscription),
  has_active_subscription: Type.Boolean(),
  has_overage_for_usage: Type.Boolean({ description: 'Whether more is used than included on at least one usage rate' }),
  usage_data: Type.Array(UsageData, { description: 'One entry per active subscription and usage rate' }),
});

const BILLING_STATE = '/:subject_id/billing-state';
const SubjectPath = Type.Object({ subject_id: Type.String({ description: 'Id of the subject, or your own external id' }) });
const ErrorSchema = Type.Object({ detail: Type.String() });

/** What `GET /customer-access/{subject_id}/billing-state` answers. */
export type LarkBillingState = Static<typeof BillingStateSchema>;

/** Metadata of a plan whose pure pay-as-you-go rates never count as overage. */
const IGNORE_PAY_AS_YOU_GO = 'lark.ignore_payg_overage';

/** What stands for "unlimited" in an integer: the largest that JavaScript, Go and Python all read exactly. */
const UNLIMITED = Number.MAX_SAFE_INTEGER;

/** The one address that pages in a browser may ask; under `/customer-access`. */
export function billingStateRoutes(app: FastifyInstance, engine: Engine): void {
  app.get<{ Params: { subject_id: string } }>(
    BILLING_STATE,
    {
      config: { right: 'billing-state:read' },
      schema: {
        tags: ['lark'],
        summary: "The subject's billing state",
        description: 'The key comes in the header `X-API-Key`.',
        params: SubjectPath,
        response: { 200: BillingStateSchema, 401: ErrorSchema, 403: ErrorSchema, 404: ErrorSchema, 500: ErrorSchema, 503: ErrorSchema },
      },
    },
    async (request) => toLarkBillingState(await readSubject(engine, request)),
  );
  // A preflight brings no key; its answer is in the headers.
  app.options(BILLING_STATE, { config: { right: 'open' }, schema: { hide: true } }, (_request, reply) => reply.status(204).send());
  app.route({
    method: ['POST', 'PUT', 'PATCH', 'DELETE'],
    url: BILLING_STATE,
    config: { right: 'open' },
    schema: { hide: true },
    onRequest: async (_request, reply) => {
      void reply.header('allow', 'GET, HEAD, OPTIONS');
      throw new Refusal('method_not_allowed', 'A billing state can only be read.');
    },
    handler: () => undefined,
  });
}

/** The state of the subject that the path names. Another's looks as if it were not there. @throws Refusal `not_found`. */
async function readSubject(engine: Engine, request: FastifyRequest<{ Params: { subject_id: string } }>): Promise<BillingState> {
  const customerId = await findSubject(engine, request.params.subject_id);
  const { principal } = request;
  const isForeign = principal?.kind === 'customer' && principal.customerId !== customerId;
  if (customerId === undefined || isForeign) throw subjectNotFound();
  return readState(engine, customerId).catch(asSubject);
}

/** Subscriptions in the order of their creation, usage in that order and then the order of the plan's prices. */
export function toLarkBillingState(state: BillingState): LarkBillingState {
  const active = state.subscriptions.filter(({ status }) => status === 'active' || status === 'trialing');
  return {
    active_subscriptions: active.map(({ subscription, phase }) => ({ rate_card_id: toRateCardId(phase.plan.id), subscription_id: subscription.id })),
    has_active_subscription: active.length > 0,
    has_overage_for_usage: state.usage.some(isOverage),
    usage_data: state.usage.map(toUsageData),
  };
}

function toUsageData({ price, figures }: PriceUsage): LarkBillingState['usage_data'][number] {
  return {
    included_units: figures.included === null ? UNLIMITED : wholeUnits(add(figures.included, figures.carried)),
    pricing_metric_id: toPricingMetricId(price.meter.id),
    rate_name: price.name,
    used_units: decimalText(figures.used),
  };
}

/** Strictly more used than included and carried: at the limit it is not reached (section 4). */
function isOverage(usage: PriceUsage): boolean {
  return isPositive(usage.figures.overage) && !(isPayAsYouGo(usage) && usage.phase.plan.metadata[IGNORE_PAY_AS_YOU_GO] === 'true');
}

/** A rate that includes nothing: with it, the vendor's documented gate would close after the first unit. */
function isPayAsYouGo({ figures }: PriceUsage): boolean {
  return figures.included !== null && figures.included.eq(ZERO);
}

/** Whole units as an integer; a part of a unit is left out, and a number too large to be exact is cut. */
function wholeUnits(units: Decimal): number {
  return Math.min(Number(decimalText(roundTo(notBelowZero(units), 0, 'toward_zero'))), UNLIMITED);
}
