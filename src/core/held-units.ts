import { minorDigits, type Currency } from './currency.js';
import { decimal, decimalText, isPositive, roundTo } from './decimal.js';
import { metersTaking } from './consume.js';
import { meterFault, type UsageEvent } from './event.js';
import type { CustomerFacts } from './facts.js';
import { countingSource, decideGate, entitlementAt, type GateAnswer, type GateQuestion } from './gate.js';
import { eventOfUse, meterOfHeld, parseQuantity, withHeldUsed } from './held-usage.js';
import type { HeldUsage, Hold, HoldChange } from './hold.js';
import type { Instant } from './instant.js';
import type { Meter } from './meter.js';
import { roundToMoney, zeroMoney, type Money } from './money.js';
import { Refusal, invalidInput } from './problems.js';
import { costsOf, dearerCosts, effectsOf } from './use-effect.js';

/** Units of a feature to be set aside. */
export interface UnitsAsked {
  readonly question: GateQuestion;
  readonly expiresAt: Instant;
  readonly description: string | undefined;
  readonly reference: string | null;
}

/**
 * Sets units of a feature aside, with the money that their use will take from the wallet; the answer is that of the gate,
 * and a "no" sets nothing aside. @throws Refusal `invalid_request` when nothing counts the feature.
 */
export function decideUnitsHold(facts: CustomerFacts, asked: UnitsAsked, source: { newId: string; at: Instant; metersOf: (eventName: string) => readonly Meter[] }): { answer: GateAnswer; change: HoldChange | null } {
  const { question } = asked;
  const { newId, at } = source;
  const answer = decideGate(facts, question, at);
  if (!answer.isAllowed) return { answer, change: null };
  const entitlement = entitlementAt(facts, question.feature, at);
  const counting = countingSource(entitlement);
  if (entitlement === undefined || counting?.counted == null) throw invalidInput([{ pointer: '/feature', detail: 'is not counted by sum or by count in any plan that the customer has: nothing of it can be set aside' }]);
  const { subscription, price, phase } = counting.counted;
  const usage: HeldUsage = { feature: question.feature, subscriptionId: subscription.id, priceCode: price.code, quantity: decimalText(answer.quantity), properties: question.properties };
  const event = eventOfUse(price.meter, { id: newId, quantity: answer.quantity, properties: question.properties, at });
  const wrong = event === undefined ? undefined : meterFault(event, metersTaking(price.meter, source.metersOf));
  if (wrong !== undefined) throw invalidInput([wrong]);
  const money = walletPart(facts, { event, currency: phase.plan.currency, at });
  const hold: Hold = { id: newId, money, openedAt: at, expiresAt: asked.expiresAt, description: asked.description ?? entitlement.feature.name, reference: asked.reference, usage };
  return { answer, change: { type: 'opened', madeAt: at, hold } };
}

/** What ending a hold of units amounts to. */
interface UnitsSettlement {
  readonly transactions: readonly [];
  readonly holds: readonly HoldChange[];
  readonly events: readonly UsageEvent[];
}

/**
 * Reports what was used of the units; the rest is free again. As much as was set aside is always granted, more as far as the
 * gate allows it. @throws Refusal `invalid_request`, `hold_conflict`, `limit_reached`, `insufficient_funds`.
 */
export function settledUnits(facts: CustomerFacts, held: { hold: Hold; usage: HeldUsage; feature: string; at: Instant }, input: { amount?: string | undefined; quantity?: string | undefined }): UnitsSettlement {
  const { hold, usage, feature, at } = held;
  if (input.amount !== undefined) throw invalidInput([{ pointer: '/amount', detail: 'is for holds of an amount; this one is of a feature: send a quantity' }]);
  const meter = meterOf(facts, held);
  const quantity = parseQuantity(input.quantity ?? usage.quantity, meter);
  const free = { ...facts, holds: facts.holds.filter(({ id }) => id !== hold.id) };
  if (quantity.gt(decimal(usage.quantity))) refuseUnlessAllowed(decideGate(free, { feature, quantity, properties: usage.properties, isPartial: false }, at));
  const event = eventOfUse(meter, { id: hold.id, quantity, properties: usage.properties, at });
  const money = walletPart(free, { event, currency: hold.money.currency, at });
  return { transactions: [], holds: [{ type: 'settled', madeAt: at, holdId: hold.id, money, quantity: decimalText(quantity) }], events: event === undefined ? [] : [event] };
}

function meterOf({ subscriptions }: CustomerFacts, { usage, at }: { usage: HeldUsage; at: Instant }): Meter {
  const kept = meterOfHeld(subscriptions, usage, at);
  if (kept === undefined) throw new Refusal('hold_conflict', 'Nothing of the customer counts the feature any more: report the use as an event, and release the hold.');
  return kept;
}

function refuseUnlessAllowed({ isAllowed, reason, detail }: GateAnswer): void {
  if (isAllowed) return;
  throw new Refusal(reason === 'insufficient_funds' ? reason : 'limit_reached', `More is asked for than was set aside, and the rest is not there. ${detail}`);
}

/** What the event takes from the wallet, after what other holds have set aside or before it; parts of a minor unit as a whole one. */
function walletPart(facts: CustomerFacts, { event, currency, at }: { event: UsageEvent | undefined; currency: Currency; at: Instant }): Money {
  const costs = event === undefined ? [] : dearerCosts(costsOf(effectsOf(facts, event)), costsOf(effectsOf(withHeldUsed(facts, at), event)));
  const cost = costs.find(({ fromWallet }) => isPositive(fromWallet));
  if (cost === undefined) return zeroMoney(currency);
  return roundToMoney(roundTo(cost.fromWallet, minorDigits(cost.currency), 'away_from_zero'), cost.currency);
}
