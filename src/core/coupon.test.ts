import { describe, expect, it } from 'vitest';
import { pointersOf } from '../../test/support/core.js';
import { parseCoupon } from './coupon.js';

describe('a coupon', () => {
  it('covers one period unless it says otherwise', () => {
    expect(parseCoupon('half', { percent_off: '50' })).toEqual({ code: 'half', name: 'half', percentOff: '50', amountOff: null, currency: null, periods: 1 });
    expect(parseCoupon('ten', { name: 'Ten', amount_off: '10', currency: 'usd', duration: 'forever' })).toEqual({ code: 'ten', name: 'Ten', percentOff: null, amountOff: '10', currency: 'USD', periods: null });
    expect(parseCoupon('half', { percent_off: '50', duration: { periods: 3 } }).periods).toBe(3);
  });

  it.each([
    [{}, ['/percent_off']],
    [{ percent_off: '10', amount_off: '10', currency: 'USD' }, ['/percent_off']],
    [{ percent_off: '100.5' }, ['/percent_off']],
    [{ percent_off: '0' }, ['/percent_off']],
    [{ amount_off: '10' }, ['/currency']],
    [{ amount_off: '10', currency: 'XAU' }, ['/currency']],
    [{ percent_off: '10', duration: { periods: 0 } }, ['/duration/periods']],
    [{ percent_off: '10', duration: { periods: 1.5 } }, ['/duration/periods']],
  ])('refuses %j at %j', (definition, pointers) => {
    expect(pointersOf(() => parseCoupon('offer', definition))).toEqual(pointers);
  });
});
