import { describe, expect, it } from 'vitest';
import { at, currency, event, facts, feature, meter, phase, plan, subscription, usage, type UsageDefinition } from '../../test/support/core.js';
import { decimal, decimalText } from './decimal.js';
import type { CustomerFacts } from './facts.js';
import { decideGate, decideUse, type GateAnswer } from './gate.js';
import { decideUnitsHold } from './held-units.js';
import { withHoldChange, type Hold } from './hold.js';
import { EMPTY_BOOKS, postTransaction } from './ledger.js';
import { moneyText, roundToMoney } from './money.js';
import { billingState } from './state.js';
import { decideSettlement } from './wallet-command.js';
import { depositTransaction } from './wallet.js';
import { WindowBook } from './window-book.js';

/*
 * What holds have set aside is as good as used to everybody else: of the limit, of the cap and of the wallet.
 */

const NOW = at('2026-01-20');
const FEATURES = [feature('calls', { type: 'metered' }), feature('tokens', { type: 'metered' })];

function calls(over: Partial<UsageDefinition> = {}) {
  return plan({ features: FEATURES, prices: [usage('calls', { overage: 'allowed', ...over })], grants: [{ feature: 'calls', price: 'calls' }] });
}

function question(quantity: string, code = 'calls') {
  return { feature: code, quantity: decimal(quantity), properties: {}, isPartial: false };
}

function wallet(amount: string): Pick<CustomerFacts, 'balances' | 'credits'> {
  return postTransaction(EMPTY_BOOKS, depositTransaction({ id: 't', money: roundToMoney(decimal(amount), currency('USD')), description: '', at: at('2026-01-01') }));
}

const held = (given: CustomerFacts, quantity: string, code = 'calls'): { answer: GateAnswer; facts: CustomerFacts } => {
  const { answer, change } = decideUnitsHold(given, { question: question(quantity, code), expiresAt: at('2026-01-25'), description: undefined, reference: null }, { newId: `hold_${given.holds.length}`, at: NOW, metersOf: () => [] });
  return { answer, facts: change === null ? given : { ...given, holds: withHoldChange(given.holds, change) } };
};

const counted = (given: CustomerFacts, quantity: string): CustomerFacts => {
  const book = new WindowBook(given.windows, []);
  book.count(given.subscriptions, event(`e${quantity}`, '2026-01-20', quantity));
  return { ...given, windows: book.allWindows() };
};

const settled = (given: CustomerFacts, hold: Hold | undefined, quantity?: string): CustomerFacts => {
  const decision = decideSettlement({ facts: given, at: NOW, newId: 'txn' }, { holdId: hold?.id ?? '', quantity });
  const book = new WindowBook(given.windows, []);
  for (const use of decision.events) book.count(given.subscriptions, use);
  return { ...given, windows: book.allWindows(), holds: decision.holds.reduce(withHoldChange, given.holds) };
};

const available = (given: CustomerFacts): string => moneyText(billingState(given, NOW).wallets[0]?.available ?? roundToMoney(decimal('0'), currency('USD')));
const ask = (given: CustomerFacts, quantity: string, code = 'calls') => decideGate(given, question(quantity, code), NOW);

describe('overage that holds have set aside', () => {
  it('counts against the cap of the price', () => {
    const capped = facts([subscription({ plan: calls({ overage_cap: '10' }) })]);
    const { facts: given } = held(capped, '6');

    expect([ask(given, '4').isAllowed, ask(given, '5').reason]).toEqual([true, 'overage_cap_reached']);
    expect(held(given, '5').answer.reason).toBe('overage_cap_reached');
  });
});

describe('money that the use of held units will cost', () => {
  const paid = (over: Partial<UsageDefinition> = {}) => subscription({ plan: calls({ included: '100', paid_from: 'wallet', model: { type: 'per_unit', amount: '0.01' }, ...over }) });

  it('is set aside also when others have used up what was included', () => {
    const { answer, facts: given } = held(facts([paid()], [], wallet('1.00')), '100');
    const beside = decideUse(given, question('100'), NOW).answer;
    const after = counted(given, '100');

    expect([answer.isAllowed, beside.isAllowed, moneyText(beside.cost ?? { minor: 0n, currency: currency('USD') })]).toEqual([true, true, '1.00']);
    expect([available(given), available(after), ask(after, '1').reason]).toEqual(['1.00', '0.00', 'insufficient_funds']);
    expect(available(settled(after, given.holds[0]))).toBe('0.00');
  });

  it('is not there for a use that would take what is included from under a hold', () => {
    const { facts: given } = held(facts([paid()], [], wallet('0.50')), '100');

    expect([ask(given, '50').isAllowed, ask(given, '51').reason]).toEqual([true, 'insufficient_funds']);
  });

  it('is never more than the wallet has, in whatever order they are opened, used and settled', () => {
    const tiers = [{ up_to: '10', unit_amount: '0.10' }, { up_to: null, unit_amount: '0.25' }];
    let given: CustomerFacts = facts([paid({ included: '5', model: { type: 'graduated', tiers } })], [], wallet('6.00'));
    for (let step = 0; step < 60; step += 1) {
      const quantity = String(1 + ((step * 7) % 5));
      if (step % 3 === 0) given = held(given, quantity).facts;
      else if (step % 3 === 1) given = ask(given, quantity).isAllowed ? counted(given, quantity) : given;
      else if (given.holds.length > 0 && step % 2 === 0) given = settled(given, given.holds[0]);
      expect(Number(available(given)), `step ${step}`).toBeGreaterThanOrEqual(0);
    }
    for (const hold of given.holds) given = settled(given, hold);
    expect(Number(available(given))).toBeGreaterThanOrEqual(0);
    expect(ask(given, '5').reason).toBe('insufficient_funds');
  });

  it('is enough when a volume falls into a dearer tier because other holds are released', () => {
    const tiers = [{ up_to: '100', unit_amount: '1' }, { up_to: null, unit_amount: '0.1' }];
    const { facts: given } = held(facts([paid({ included: '0', model: { type: 'volume', tiers } })], [], wallet('20')), '101');

    expect([ask(given, '99').reason, available(given)]).toEqual(['insufficient_funds', '9.90']);
  });
});

describe('units that a hold has set aside of a price that is gone', () => {
  const hard = (code: string, included = '10') => plan({ code, features: FEATURES, meters: [meter('calls')], prices: [usage(code, { meter: 'calls', included, overage: 'blocked' })], grants: [{ feature: 'calls', price: code }] });

  it('are set aside of what counts the feature after a change of plan', () => {
    const before = subscription({ plan: hard('old') });
    const after = subscription({ plan: hard('old'), plans: [hard('next')], changes: [phase(hard('next'), '2026-01-21')] });
    const { facts: given } = held(facts([before]), '6');
    const changed = { ...given, subscriptions: [after] };
    const answer = decideGate(changed, question('5'), at('2026-01-22'));

    expect([answer.reason, decimalText(answer.held)]).toEqual(['limit_reached', '6']);
    expect(decimalText(billingState(changed, at('2026-01-22')).entitlements[0]?.held ?? decimal('0'))).toBe('6');
  });

  it('are set aside of every feature that the same events use', () => {
    const shared = plan({
      features: FEATURES, meters: [meter('calls')],
      prices: [usage('calls', { included: '10', overage: 'blocked' }), usage('tokens', { meter: 'calls', included: '8', overage: 'blocked' })],
      grants: [{ feature: 'calls', price: 'calls' }, { feature: 'tokens', price: 'tokens' }],
    });
    const { facts: given } = held(facts([subscription({ plan: shared })]), '6');

    expect([ask(given, '3', 'tokens').reason, ask(given, '2', 'tokens').isAllowed, decimalText(ask(given, '1', 'tokens').held)]).toEqual(['limit_reached', true, '6']);
  });
});
