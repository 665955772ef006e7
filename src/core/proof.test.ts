import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { customer, fixed, plan, usage } from '../../test/support/core.js';
import { commands, histories, live } from '../../test/support/life.js';
import { factsOfHistory } from './history.js';
import type { Plan } from './plan.js';
import { proveInvoices } from './proof.js';

const PLANS = [
  plan({ code: 'rolling', prices: [fixed('base', '30', { per_seat: true }), usage('calls', { included: '100', rollover: { cap: { multiple: '1' } }, model: { type: 'per_unit', amount: '0.07' } })] }),
  plan({ code: 'bounded', minimum: '40', maximum: '60', prices: [fixed('base', '33.33', { per_seat: true }), usage('calls', { included: '20', window: { unit: 'week', count: 1 }, model: { type: 'per_unit', amount: '0.07' } })] }),
  plan({ code: 'waiting', invoice_grace_hours: 100, prices: [fixed('base', '21'), usage('calls', { minimum: '2' })] }),
  plan({ code: 'ever', prices: [fixed('base', '10'), usage('calls', { window: { unit: 'lifetime' }, included: '100' })] }),
];
const COUPON = { code: 'half', name: 'Half', percentOff: '50', amountOff: null, currency: null, periods: 2 };

describe('whatever happens', () => {
  it('every invoice follows from what was known, and the facts from their history', () => {
    const parts = { plans: PLANS, isWide: true, commands: commands({ plans: PLANS.length, coupons: [COUPON], lateDays: 50 }) };
    fc.assert(
      fc.property(histories(parts), fc.constantFrom('each' as const, 'worker' as const), (history, booking) => {
        const { recorded, facts } = live(history, booking, 100);
        const planOf = (versionId: string): Plan => history.plans.find((each) => each.versionId === versionId) as Plan;

        expect(proveInvoices({ history: recorded, customer: customer(), planOf, idOf: (invoice) => invoice.key })).toEqual([]);
        expect(factsOfHistory(recorded, customer(), planOf)).toEqual(facts);
      }),
      { numRuns: 100 },
    );
  });
});
