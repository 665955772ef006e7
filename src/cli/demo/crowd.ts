import type { EventInput } from '../../core/event.js';
import { instant, type Instant } from '../../core/instant.js';
import { putFeature, putMeter, putPlan } from '../../service/catalog.js';
import { createCustomer } from '../../service/customer.js';
import { inUnit, type Engine } from '../../service/engine.js';
import { ingestEvents } from '../../service/event.js';
import { performCommand } from '../../service/command.js';
import { subscribe } from '../../service/subscribe.js';
import { cancelSubscription } from '../../service/subscription.js';
import { setTopUpSettings } from '../../service/top-up-settings.js';
import { depositToWallet } from '../../service/payment.js';
import { setPaymentMethod } from '../../service/payment-method.js';
import { CROWD_ALTERNATIVES, CROWD_FEATURES, CROWD_METERS, CROWD_PLANS } from './crowd-catalog.js';
import { chanceFrom, inventCrowd, inventUse, type CrowdMember, type PaymentHabit } from './crowd-member.js';
import { payInvoices } from './crowd-payment.js';

const COUNT = 36;
const SEED = 4610;
const EVENTS_PER_CALL = 1000;
const HOUR_MS = 3_600_000;
/** Before the oldest member begins. */
const CATALOG_AGE_MS = 300 * 24 * HOUR_MS;

/** Loads a few dozen invented customers with some months of history, so that lists and charts are not empty. */
export async function loadCrowd(engine: Engine): Promise<void> {
  const now = engine.clock.now();
  const chance = chanceFrom(SEED);
  await loadCatalog(asOf(engine, instant(now - CATALOG_AGE_MS)));
  const events: EventInput[] = [];
  const members: Array<{ customerId: string; habit: PaymentHabit }> = [];
  for (const member of inventCrowd({ count: COUNT, now, chance })) {
    members.push({ customerId: await loadMember(engine, member, now), habit: member.habit });
    events.push(...inventUse(member, now, chance));
  }
  await loadUse(engine, events);
  await payInvoices(engine, members, chance);
}

async function loadCatalog(engine: Engine): Promise<void> {
  await inUnit(engine, async (unit) => {
    for (const [code, definition] of Object.entries(CROWD_METERS)) await putMeter(engine, unit, { code, definition });
    for (const [code, definition] of Object.entries(CROWD_FEATURES)) await putFeature(engine, unit, { code, definition });
    for (const [code, definition] of Object.entries({ ...CROWD_PLANS, ...CROWD_ALTERNATIVES })) await putPlan(engine, unit, { code, definition });
  });
}

/** The member signs up, subscribes, fills its wallet and leaves, each at its own moment of the past. Gives its id. */
async function loadMember(engine: Engine, member: CrowdMember, now: Instant): Promise<string> {
  const { externalId, name, currency, startsAt, cancellation } = member;
  const begun = asOf(engine, startsAt);
  const { customerId, subscriptionId } = await inUnit(begun, async (unit) => {
    const email = `billing@${externalId}.example`;
    const { customer } = await createCustomer(begun, unit, { externalId, name, email, currency, timezone: member.zone, metadata: { product: 'orbit' } });
    const quantities = member.plan === 'orbit_team' ? { seat: String(member.seats) } : {};
    const { subscription } = await subscribe(begun, unit, { customerId: customer.id, plan: member.plan, startsAt, quantities });
    return { customerId: customer.id, subscriptionId: subscription.id };
  });
  if (member.deposit !== null) await fillWallet(asOf(engine, instant(Math.min(now, startsAt + HOUR_MS))), customerId, member.deposit);
  if (cancellation === null) return customerId;
  const leaving = asOf(engine, cancellation.at);
  await inUnit(leaving, (unit) => performCommand(leaving, unit, { customerId, decide: cancelSubscription({ subscriptionId, atPeriodEnd: cancellation.atPeriodEnd, reason: 'left the demo' }) }));
  return customerId;
}

async function fillWallet(engine: Engine, customerId: string, amount: string): Promise<void> {
  await setPaymentMethod(engine, customerId, 'card_succeeds');
  await depositToWallet(engine, customerId, { amount, currency: undefined, idempotency: undefined });
  await inUnit(engine, (unit) => setTopUpSettings(engine, unit, { customerId, input: { enabled: true, minBalance: '20', upToBalance: '200' } }));
}

async function loadUse(engine: Engine, events: readonly EventInput[]): Promise<void> {
  for (let from = 0; from < events.length; from += EVENTS_PER_CALL) {
    const outcomes = await ingestEvents(engine, events.slice(from, from + EVENTS_PER_CALL));
    const wrong = outcomes.find((outcome) => outcome.status !== 'accepted');
    if (wrong !== undefined) throw new Error(`an event of the demo was not accepted: ${JSON.stringify(wrong)}`);
  }
}

/** The same engine at another moment: what is done through it happened then. */
function asOf(engine: Engine, at: Instant): Engine {
  return { ...engine, clock: { now: () => at } };
}
