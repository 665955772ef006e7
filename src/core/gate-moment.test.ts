import { describe, expect, it } from 'vitest';
import { at, currency, event, facts, feature, fixed, meter, plan, pointersOf, subscription, usage } from '../../test/support/core.js';
import { bookDue } from './booking.js';
import { decimal } from './decimal.js';
import { decideConsume } from './consume.js';
import { decideGate } from './gate.js';
import { decideUnitsHold } from './held-units.js';
import type { Hold } from './hold.js';
import { instantText, type Instant } from './instant.js';
import { zeroMoney, roundToMoney } from './money.js';
import { EMPTY_BOOKS, postTransaction } from './ledger.js';
import { depositTransaction } from './wallet.js';

const NOW = at('2026-01-20');
const FEATURES = [feature('calls', { type: 'metered' }), feature('tokens', { type: 'metered' })];
const GRANTS = [{ feature: 'calls', price: 'calls' }];

function question(quantity: string, over: { code?: string; properties?: Record<string, unknown>; isPartial?: boolean } = {}) {
  return { feature: over.code ?? 'calls', quantity: decimal(quantity), properties: over.properties ?? {}, isPartial: over.isPartial ?? false };
}

const text = (moment: Instant | null): string | null => (moment === null ? null : instantText(moment));

describe('when a "no" lifts', () => {
  it('is also told where many holds have to expire first', () => {
    const one = subscription({ plan: plan({ features: FEATURES, prices: [usage('calls', { included: '100', overage: 'blocked' })], grants: GRANTS }) });
    const holds = Array.from({ length: 60 }, (_, index): Hold => ({
      id: `hold_${index}`, money: zeroMoney(currency('USD')), openedAt: at('2026-01-10'), expiresAt: (at('2026-01-21') + index * 1000) as Instant, description: '', reference: null,
      usage: { feature: 'calls', subscriptionId: 'sub_1', priceCode: 'calls', quantity: '1', properties: {} },
    }));
    const given = facts([one], [event('e', '2026-01-05', 40)], { holds });

    expect(text(decideGate(given, question('50'), NOW).liftsAt)).toBe('2026-01-21T00:00:49Z');
  });

  it('is told where units have to be carried in several times first', () => {
    const one = subscription({ plan: plan({ features: FEATURES, prices: [usage('calls', { included: '5', overage: 'blocked', rollover: {} })], grants: GRANTS }) });

    expect([text(decideGate(facts([one]), question('15'), NOW).liftsAt), text(decideGate(facts([one]), question('5'), NOW).liftsAt)]).toEqual(['2026-03-01T00:00:00Z', null]);
  });

  it.each([
    [[], '2026-02-01T00:00:00Z'],
    // What is left then pays the renewal, or does not and ends the subscription.
    [[fixed('seat', '2', { paid_from: 'wallet' })], null],
    [[fixed('seat', '6', { paid_from: 'wallet' })], null],
  ])('is what the wallet can pay once it has paid what falls due: %#', (others, expected) => {
    const prices = [usage('calls', { included: '1', paid_from: 'wallet', model: { type: 'per_unit', amount: '1' } }), ...others];
    const bought = others.reduce((sum, price) => sum + Number(price.type === 'fixed' ? price.amount : 0), 0);
    const deposit = postTransaction(EMPTY_BOOKS, depositTransaction({ id: 't', money: roundToMoney(decimal(5 + bought), currency('USD')), description: '', at: at('2026-01-01') }));
    const { facts: given } = bookDue(facts([subscription({ plan: plan({ features: FEATURES, prices, grants: GRANTS }) })], [event('e', '2026-01-05', 4)], deposit), NOW);
    const answer = decideGate(given, question('3'), NOW);

    expect([answer.reason, answer.shortfall?.minor, text(answer.liftsAt)]).toEqual(['insufficient_funds', 100n, expected]);
  });
});

describe('a use of several meters', () => {
  const request = { event_name: 'request' } as const;
  const meters = [meter('calls', { ...request, aggregation: 'count' }), meter('tokens', { ...request, property: 'n' })];
  const shared = (over: { calls?: object; tokens?: object } = {}) =>
    plan({
      features: FEATURES, meters, grants: [...GRANTS, { feature: 'tokens', price: 'tokens' }],
      prices: [usage('calls', { included: '10', overage: 'blocked', ...over.calls }), usage('tokens', { included: '100', overage: 'blocked', ...over.tokens })],
    });
  const sent = (count: number, n = 1) => Array.from({ length: count }, (_, index) => event(`e${index}`, '2026-01-05', n, { name: 'request' }));

  it('passes no hard limit of another feature that the same event counts for', () => {
    const given = facts([subscription({ plan: shared() })], sent(3));
    const asked = (code: string, quantity: string, n?: string) => decideGate(given, question(quantity, { code, properties: n === undefined ? {} : { n } }), NOW);

    expect([asked('calls', '1', '97').isAllowed, asked('calls', '1', '98').reason, asked('tokens', '97').isAllowed]).toEqual([true, 'limit_reached', true]);
    expect(asked('calls', '1', '98').detail).toContain('"tokens"');
    expect(decideGate(facts([subscription({ plan: shared() })], sent(10)), question('1', { code: 'tokens' }), NOW)).toMatchObject({ reason: 'limit_reached', liftsAt: at('2026-02-01') });
  });

  it('may go beyond what another price includes where that sells more', () => {
    const given = facts([subscription({ plan: shared({ tokens: { overage: 'allowed' } }) })], sent(3));

    expect(decideGate(given, question('1', { properties: { n: '5000' } }), NOW).isAllowed).toBe(true);
  });

  it('passes no limit of a price that counts no feature', () => {
    const bare = plan({ features: FEATURES, meters, grants: GRANTS, prices: [usage('calls', { included: '10' }), usage('tokens', { included: '100', overage: 'blocked' })] });
    const given = facts([subscription({ plan: bare })]);

    expect([decideGate(given, question('1', { properties: { n: '100' } }), NOW).isAllowed, decideGate(given, question('1', { properties: { n: '101' } }), NOW).reason]).toEqual([true, 'limit_reached']);
  });
});

describe('a quantity that cannot be counted', () => {
  const minutes = meter('calls', { conversion: { divide_by: '1000000', round: 'up' } });
  const one = subscription({ plan: plan({ features: FEATURES, meters: [minutes], prices: [usage('calls', { included: '5', overage: 'blocked' })], grants: GRANTS }) });
  const huge = '9'.repeat(60);
  const metersOf = () => [minutes];

  it('is refused by check, consume and hold alike', () => {
    expect(pointersOf(() => decideGate(facts([one]), question(huge), NOW))).toEqual(['/quantity']);
    expect(pointersOf(() => decideConsume(facts([one]), { id: 'x', question: question(huge) }, { at: NOW, metersOf }))).toEqual(['/quantity']);
    expect(pointersOf(() => decideUnitsHold(facts([one]), { question: question(huge), expiresAt: at('2026-01-21'), description: undefined, reference: null }, { newId: 'h', at: NOW, metersOf }))).toEqual(['/quantity']);
  });
});
