import { decimalText } from '../../../core/decimal.js';
import { instantText } from '../../../core/instant.js';
import type { Plan } from '../../../core/plan.js';
import { invalidInput } from '../../../core/problems.js';
import type { ServiceSettings } from '../../../core/standing.js';
import { billingState, type BillingState, type SubscriptionState } from '../../../core/state.js';
import { performCommand, type Decide } from '../../../service/command.js';
import { perform } from '../../../service/idempotency.js';
import { setServices } from '../../../service/service-setting.js';
import { readState } from '../../../service/state.js';
import { cancelSubscription, createSubscription } from '../../../service/subscription.js';
import { idempotencyKeyOf } from '../../answer.js';
import { readNeededBody } from './body.js';
import { toCustomerInfo } from './customer-info.js';
import { absenceFault, argumentFault } from './fault.js';
import { featureTitle } from './feature.js';
import { isNumbered, isPaidFromWallet, planTitle, quotaIdOf, seatPriceOf, seatsOf } from './plan.js';
import type { Call } from './route.js';
import { WALLET_SERVICES, serviceId, serviceNameOf, serviceUnitOf } from './wallet-service.js';

/** Which services the portal has switched on: contracts/docspace.md section 3. Nothing where none is. */
export interface ServicesSettings {
  readonly enabledServices: readonly number[] | undefined;
  readonly lastModified: string;
}

const AI_TOOLS = -13;
const AI_SEARCH = -18;

/** Never said: none, changed at the moment of reading. Numbers descending. */
export function toServicesSettings(state: BillingState, plans: readonly Plan[]): ServicesSettings {
  const { services, asOf } = state;
  const ids = enabledIds(services, plans);
  return { enabledServices: ids.length === 0 ? undefined : ids, lastModified: instantText(services?.changedAt ?? asOf) };
}

/**
 * Switches a service on or off. One that is paid by use is subscribed to and ends with it at once; one that is bought
 * by quantity is only marked. Without AI tools there is no AI search.
 */
export async function saveServiceState(call: Call): Promise<ServicesSettings> {
  const { engine, customerId, request } = call;
  const body = readNeededBody(request.body);
  const id = readService(body.field('service')?.value);
  const isEnabled = body.flag('enabled');
  body.done();
  const [state, plans] = await Promise.all([call.state(), call.plans()]);
  if (toCustomerInfo(state) === undefined) throw absenceFault('Customer');
  const plan = servicePlan(plans, state, id);
  await perform(engine, idempotencyKeyOf(request), async (unit) => {
    const ended = isEnabled ? [] : [id, ...(id === AI_TOOLS ? [AI_SEARCH] : [])];
    const decide: Decide = isEnabled ? enabling(call, plan) : disabling(ended);
    await performCommand(engine, unit, { customerId, decide });
    await setServices(unit, customerId, (before) => {
      const now = new Set(enabledIds(before, plans));
      if (isEnabled && id === AI_SEARCH && !now.has(AI_TOOLS)) throw argumentFault('AI tools are not enabled');
      const kept = (before?.enabled ?? []).filter((code) => !ended.some((gone) => codesOf(plans, gone).includes(code)));
      return { enabled: isEnabled ? [...kept, plan.code] : kept, allowed: before?.allowed ?? {} };
    });
    return { status: 200, body: null };
  });
  return toServicesSettings(await readState(engine, customerId), plans);
}

/** What the portal has of each service: contracts/docspace.md section 3, `GET activeservices`. */
export interface ActiveService {
  readonly service: string;
  readonly serviceUnit: string | undefined;
  /** Whether it is bought by quantity for a period, and not paid by use. */
  readonly subscription: boolean;
  readonly title: string | undefined;
  /** How many were bought. */
  readonly limit: number | undefined;
  /** Of what is paid by use: in the period so far. */
  readonly used: number | undefined;
}

export function toActiveServices(state: BillingState): ActiveService[] {
  return state.subscriptions.filter(isLiveService).map(({ phase, subscription }) => {
    const { plan } = phase;
    const [grant] = plan.grants;
    const used = state.usage.find((one) => one.subscription.id === subscription.id && one.price.paidFrom === 'wallet');
    const isBought = seatPriceOf(plan) !== undefined;
    return {
      service: serviceNameOf(plan),
      serviceUnit: serviceUnitOf(plan),
      subscription: isBought,
      title: planTitle(plan) ?? (grant === undefined ? plan.name : featureTitle(grant.feature, plan)),
      limit: isBought ? seatsOf(phase) : undefined,
      used: used === undefined ? undefined : Number(decimalText(used.figures.used)),
    };
  });
}

/** By name or number, as text or as a number. @throws Refusal `invalid_request`; Fault 404 when the vendor knows none of that name. */
function readService(value: unknown): number {
  if (typeof value !== 'string' && typeof value !== 'number') throw invalidInput([{ pointer: '/$.service', detail: 'The JSON value could not be converted to one of the services. Path: $.service.' }]);
  const id = serviceId(String(value).trim());
  if (id === undefined) throw invalidInput([{ pointer: '/$.service', detail: `The JSON value could not be converted to one of ${[...WALLET_SERVICES.values()].join(', ')}. Path: $.service.` }]);
  return id;
}

/** @throws Fault 404 when nothing is sold under that number from the wallet. */
function servicePlan(plans: readonly Plan[], state: BillingState, id: number): Plan {
  const sold = plans.filter((plan) => isNumbered(plan) && isPaidFromWallet(plan) && quotaIdOf(plan) === id);
  const plan = sold.find(({ currency }) => currency === state.customer.currency) ?? sold[0];
  if (plan === undefined) throw absenceFault('Service');
  return plan;
}

/** What is paid by use is subscribed to, unless it is already. */
function enabling({ engine }: Call, plan: Plan): Decide {
  return async (situation) => {
    const state = billingState(situation.loaded.facts, situation.at);
    if (seatPriceOf(plan) !== undefined || state.subscriptions.some((one) => isLiveService(one) && quotaIdOf(one.phase.plan) === quotaIdOf(plan))) return [];
    return createSubscription(engine, engine.newId('sub'), { plan: plan.code })(situation);
  };
}

/** What was used until now is charged; nothing was paid in advance. */
function disabling(ids: readonly number[]): Decide {
  return async (situation) => {
    const state = billingState(situation.loaded.facts, situation.at);
    const ending = state.subscriptions.filter((one) => isLiveService(one) && ids.includes(quotaIdOf(one.phase.plan)) && seatPriceOf(one.phase.plan) === undefined);
    const made = await Promise.all(ending.map(({ subscription }) => cancelSubscription({ subscriptionId: subscription.id, atPeriodEnd: false, reason: null })(situation)));
    return made.flat();
  };
}

function isLiveService({ currentPeriod, phase }: SubscriptionState): boolean {
  return currentPeriod !== null && isPaidFromWallet(phase.plan);
}

function enabledIds(services: ServiceSettings | null, plans: readonly Plan[]): number[] {
  const ids = (services?.enabled ?? []).flatMap((code) => plans.filter((plan) => plan.code === code).map(quotaIdOf));
  return [...new Set(ids)].sort((left, right) => right - left);
}

function codesOf(plans: readonly Plan[], id: number): string[] {
  return plans.filter((plan) => isNumbered(plan) && quotaIdOf(plan) === id).map(({ code }) => code);
}
