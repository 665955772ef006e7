import { describe, expect, it } from 'vitest';
import { at, event, plan, subscription, usage, type UsageDefinition } from '../../test/support/core.js';
import { decimalText } from './decimal.js';
import { forecast } from './forecast.js';
import { instantText } from './instant.js';
import { usageAt } from './usage.js';
import { deriveWindows } from './window-book.js';

/** A window from 1 to 31 January, 30 days, in which `used` units were used; looked at on some later day. */
function outlookOf(price: Partial<UsageDefinition>, used: string, moment: string) {
  const sold = subscription({ plan: plan({ interval: { unit: 'day', count: 30 }, prices: [usage('calls', price)] }) });
  const { windows } = deriveWindows([sold], used === '0' ? [] : [event('e-1', '2026-01-01T01:00:00Z', used)]);
  const [one] = usageAt(sold, windows, at(moment));
  if (one === undefined) throw new Error('the plan has a usage price');
  const { outlook, projected, available, runsOutAt } = forecast(one, at(moment));
  return [outlook, projected === null ? null : decimalText(projected), available === null ? null : decimalText(available), runsOutAt === null ? null : instantText(runsOutAt)];
}

describe('where a window is going', () => {
  it.each<[string, Partial<UsageDefinition>, string, string, ReturnType<typeof outlookOf>]>([
    ['a third is over and half is used', { included: '100' }, '50', '2026-01-11', ['runs_out', '150', '100', '2026-01-21T00:00:00Z']],
    ['a rate that ends between two milliseconds', { included: '100' }, '70', '2026-01-11', ['runs_out', '210', '100', '2026-01-15T06:51:25.715Z']],
    ['used up exactly when it ends is not before', { included: '150' }, '50', '2026-01-11', ['lasts', '150', '150', null]],
    ['nothing is used', { included: '100' }, '0', '2026-01-11', ['lasts', '0', '100', null]],
    ['nothing is left', { included: '50' }, '50', '2026-01-11', ['used_up', '150', '50', null]],
    ['nothing is left, and it is early', { included: '50' }, '60', '2026-01-02', ['used_up', null, '50', null]],
    ['less than a tenth is over', { included: '100' }, '50', '2026-01-03T23:59:59.999Z', ['too_early', null, '100', null]],
    ['a tenth is over', { included: '100' }, '5', '2026-01-04', ['lasts', '50', '100', null]],
    ['it is only counted', { included: 'unlimited' }, '50', '2026-01-11', ['unlimited', '150', null, null]],
    ['nothing is included', {}, '50', '2026-01-11', ['unlimited', '150', '0', null]],
    ['it never ends', { included: '100', window: { unit: 'lifetime' } }, '50', '2026-01-11', ['no_end', null, '100', null]],
  ])('%s', (_case, price, used, moment, expected) => {
    expect(outlookOf(price, used, moment)).toEqual(expected);
  });
});
