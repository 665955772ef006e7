import { describe, expect, it } from 'vitest';
import { feature, fixed, meter, plan, pointersOf, usage, type PlanParts } from '../../test/support/core.js';
import { decimalText } from './decimal.js';
import { parseFeature } from './feature.js';
import { fixedPrices, parsePlan, usagePrice, usagePrices } from './plan.js';
import type { ModelDefinition } from './price.js';

const SEATS = feature('seats');
const SSO = feature('sso', { type: 'flag' });
const CALLS = feature('calls', { type: 'metered', meter: 'calls' });
const FEATURES = [SEATS, SSO, CALLS];
const BASE = fixed('base', '99.00', { per_seat: true });
const METERED = usage('calls', { included: '500' });

function modelled(model: ModelDefinition): PlanParts {
  return { prices: [usage('calls', { model })], meters: [meter('calls', { dimensions: ['region'] })] };
}

describe('parsePlan', () => {
  it('fills in what is not said', () => {
    const parsed = plan({ prices: [BASE, METERED] });

    expect(parsed).toMatchObject({ name: 'pro', description: null, currency: 'USD', alignment: 'anniversary', trialDays: 0, grants: [], metadata: {} });
    expect(usagePrice(parsed, 'calls')).toMatchObject({ name: 'calls', window: null, rollover: null, overage: 'allowed', paidFrom: 'invoice', minimum: null, maximum: null });
    expect([fixedPrices(parsed).length, usagePrices(parsed).length]).toEqual([1, 1]);
  });

  it.each<[string, PlanParts, string[]]>([
    ['an unknown currency', { currency: 'XAU' }, ['/currency']],
    ['a code that is none', { code: 'a b' }, ['/code']],
    ['part of a trial day', { trial_days: 0.5 }, ['/trial_days']],
    ['a negative trial', { trial_days: -1 }, ['/trial_days']],
    ['an endless trial', { trial_days: 3651 }, ['/trial_days']],
    ['an interval of no length', { interval: { unit: 'month', count: 0 } }, ['/interval/count']],
    ['an interval beyond the bound', { interval: { unit: 'month', count: 1001 } }, ['/interval/count']],
    ['a negative amount', { prices: [fixed('base', '-1')] }, ['/prices/0/amount']],
    ['an amount that is no decimal', { prices: [fixed('base', '1e3')] }, ['/prices/0/amount']],
    ['a package of no fixed quantity', { prices: [fixed('base', '1', { per_seat: true, package: { size: '0' } })] }, ['/prices/0/package/size']],
    ['a package of what there is one of', { prices: [fixed('base', '1', { package: { size: '5' } })] }, ['/prices/0/package']],
    ['a price code that stands twice', { prices: [BASE, fixed('base', '1')] }, ['/prices/1/code']],
    ['a price code that is none', { prices: [fixed('', '1')] }, ['/prices/0/code']],
    ['negative included units', { prices: [usage('calls', { included: '-1' })] }, ['/prices/0/included']],
    ['a negative minimum', { prices: [usage('calls', { minimum: '-1' })] }, ['/prices/0/minimum']],
    ['a negative maximum', { prices: [usage('calls', { maximum: '-1' })] }, ['/prices/0/maximum']],
    ['a window of no length', { prices: [usage('calls', { window: { unit: 'day', count: 0 } })] }, ['/prices/0/window/count']],
    ['a rollover of what is unlimited', { prices: [usage('calls', { included: 'unlimited', rollover: {} })] }, ['/prices/0/rollover']],
    ['a negative cap', { prices: [usage('calls', { rollover: { cap: { units: '-1' } } })] }, ['/prices/0/rollover/cap/units']],
    ['a negative multiple', { prices: [usage('calls', { rollover: { cap: { multiple: '-1' } } })] }, ['/prices/0/rollover/cap/multiple']],
    ['a package of nothing', modelled({ type: 'package', size: '0', amount: '1' }), ['/prices/0/model/size']],
    ['no tiers', modelled({ type: 'graduated', tiers: [] }), ['/prices/0/model/tiers']],
    ['tiers that do not rise', modelled({ type: 'volume', tiers: [{ up_to: '5' }, { up_to: '5' }] }), ['/prices/0/model/tiers/1/up_to']],
    ['an open tier before the last', modelled({ type: 'volume', tiers: [{ up_to: null }, { up_to: '5' }] }), ['/prices/0/model/tiers/0/up_to']],
    ['a negative tier', modelled({ type: 'volume', tiers: [{ up_to: null, unit_amount: '-1' }] }), ['/prices/0/model/tiers/0/unit_amount']],
    ['no dimensions', modelled({ type: 'dimensional', dimensions: [], cells: [{ values: {}, model: { type: 'per_unit', amount: '1' } }] }), ['/prices/0/model/dimensions']],
    ['no cells', modelled({ type: 'dimensional', dimensions: ['region'], cells: [] }), ['/prices/0/model/cells']],
    ['a dimension that the meter lacks', modelled({ type: 'dimensional', dimensions: ['tier'], cells: [{ values: { tier: 'a' }, model: { type: 'per_unit', amount: '1' } }] }), ['/prices/0/model/dimensions']],
    ['a cell without a value', modelled({ type: 'dimensional', dimensions: ['region'], cells: [{ values: {}, model: { type: 'per_unit', amount: '1' } }] }), ['/prices/0/model/cells/0/values']],
    [
      'two cells for one combination',
      modelled({ type: 'dimensional', dimensions: ['region'], cells: [1, 2].map(() => ({ values: { region: 'eu' }, model: { type: 'per_unit' as const, amount: '1' } })) }),
      ['/prices/0/model/cells/1/values'],
    ],
    ['a grant that stands twice', { features: FEATURES, grants: [{ feature: 'sso' }, { feature: 'sso' }] }, ['/features/1/feature']],
    ['a limit for a flag', { features: FEATURES, grants: [{ feature: 'sso', limit: '5' }] }, ['/features/0']],
    ['a limit feature without a limit', { features: FEATURES, grants: [{ feature: 'seats' }] }, ['/features/0/limit']],
    ['a negative limit', { features: FEATURES, grants: [{ feature: 'seats', limit: '-1' }] }, ['/features/0/limit']],
    ['a metered feature without a price', { features: FEATURES, grants: [{ feature: 'calls' }] }, ['/features/0/price']],
    ['a price that the plan lacks', { features: FEATURES, grants: [{ feature: 'seats', limit: '1', price: 'calls' }] }, ['/features/0/price']],
    ['a fixed price as what counts', { features: FEATURES, prices: [BASE], grants: [{ feature: 'seats', limit: '1', price: 'base' }] }, ['/features/0/price']],
    ['quantities of a price that the plan lacks', { features: FEATURES, grants: [{ feature: 'seats', limit: '1', per_quantity_of: 'base' }] }, ['/features/0/per_quantity_of']],
    [
      'a price that counts another meter than the feature',
      { features: FEATURES, prices: [usage('mails')], grants: [{ feature: 'calls', price: 'mails' }] },
      ['/features/0/price'],
    ],
  ])('refuses %s', (_what, parts, pointers) => {
    expect(pointersOf(() => plan(parts))).toEqual(pointers);
  });

  it('refuses a meter that does not exist', () => {
    const definition = { currency: 'USD', interval: { unit: 'month', count: 1 }, prices: [METERED] } as const;

    expect(pointersOf(() => parsePlan({ id: 'p', code: 'p', versionId: 'v', version: 1 }, definition, { meter: () => undefined, feature: () => undefined }))).toEqual(['/prices/0/meter']);
  });

  it.each<[string, PlanParts['grants']]>([
    ['one', [{ feature: 'nope' }]],
    ['one beside others', [{ feature: 'sso' }, { feature: 'nope' }]],
  ])('refuses a feature that does not exist: %s', (_what, grants) => {
    const wanted = `/features/${(grants?.length ?? 1) - 1}/feature`;

    expect(pointersOf(() => plan({ features: FEATURES, grants: grants ?? [] }))).toEqual([wanted]);
  });

  it('names every fault at once', () => {
    expect(pointersOf(() => plan({ currency: '?', trial_days: -1, prices: [fixed('base', '-1')], interval: { unit: 'day', count: 0 } }))).toEqual([
      '/currency', '/trial_days', '/prices/0/amount', '/interval/count',
    ]);
  });

  it('grants nothing of a limit that it withholds', () => {
    const { grants } = plan({ features: FEATURES, grants: [{ feature: 'seats', granted: false }, { feature: 'sso', granted: false }] });

    expect(grants.map(({ limit }) => (limit === null || limit === 'unlimited' ? limit : decimalText(limit)))).toEqual(['0', null]);
  });

  it('takes a price code that every object has as a property', () => {
    expect(usagePrice(plan({ prices: [usage('constructor')] }), 'constructor')?.code).toBe('constructor');
  });
});

describe('parseFeature', () => {
  it('refuses a meter that does not exist, and one for a flag', () => {
    const parse = (type: 'flag' | 'limit', hasMeter: boolean): unknown => parseFeature({ id: 'f', code: 'f', definition: { type, meter: 'calls' }, hasMeter: () => hasMeter });

    expect(pointersOf(() => parse('limit', false))).toEqual(['/meter']);
    expect(pointersOf(() => parse('flag', true))).toEqual(['/meter']);
  });
});
