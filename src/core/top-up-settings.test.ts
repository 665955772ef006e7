import { describe, expect, it } from 'vitest';
import { at, pointersOf } from '../../test/support/core.js';
import { decimalText } from './decimal.js';
import { parseTopUpSettings, type TopUpSettings } from './top-up-settings.js';

function settings(over: { minBalance?: string; upToBalance?: string; currency?: string } = {}): TopUpSettings {
  return parseTopUpSettings({ isEnabled: true, minBalance: '10', upToBalance: '100', currency: 'usd', changedAt: at('2026-01-01'), ...over });
}

describe('top-up settings', () => {
  it('are taken within their bounds', () => {
    const taken = settings({ minBalance: '5', upToBalance: '5000.00' });

    expect([decimalText(taken.minBalance), decimalText(taken.upToBalance), taken.currency]).toEqual(['5', '5000', 'USD']);
    expect(() => settings({ minBalance: '5', upToBalance: '6' })).not.toThrow();
    expect(() => settings({ minBalance: '1000', upToBalance: '1001' })).not.toThrow();
  });

  it.each([
    [{ minBalance: '4' }, ['/min_balance']],
    [{ minBalance: '1001', upToBalance: '2000' }, ['/min_balance']],
    [{ minBalance: '10.5' }, ['/min_balance']],
    [{ minBalance: 'ten' }, ['/min_balance']],
    [{ minBalance: '-10' }, ['/min_balance']],
    [{ upToBalance: '5001' }, ['/up_to_balance']],
    [{ upToBalance: '10' }, ['/up_to_balance']],
    [{ upToBalance: '9' }, ['/up_to_balance']],
    [{ currency: 'XXX' }, ['/currency']],
    [{ minBalance: '', upToBalance: '', currency: '' }, ['/min_balance', '/up_to_balance', '/currency']],
  ])('are refused with %j', (over, pointers) => {
    expect(pointersOf(() => settings(over))).toEqual(pointers);
  });
});
