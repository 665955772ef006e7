import { describe, expect, it } from 'vitest';
import { at, pointersOf, refusalOf } from '../../test/support/core.js';
import { MAX_ALERTS, alertOf, definitionOf, firingsOf, parseAlert, withAlert, withFiring, type AlertDefinition, type AlertFiring, type UsageAlert } from './alert.js';

const NOW = at('2026-03-10');
const PERCENT: AlertDefinition = { meter: 'calls', threshold: { type: 'percent', percent: '80' } };

function alert(id: string, over: Partial<AlertDefinition> = {}): UsageAlert {
  return parseAlert({ id, createdAt: NOW, changedAt: NOW }, { ...PERCENT, ...over });
}

describe('the definition of an alert', () => {
  it('is switched on, of all that is available and without names unless told', () => {
    expect(alert('alr_1')).toEqual({
      id: 'alr_1', meter: 'calls', threshold: { type: 'percent', percent: '80', of: 'available' }, isEnabled: true, email: null, name: null, reference: null, createdAt: NOW, changedAt: NOW,
    });
  });

  it('writes a threshold in one way only', () => {
    expect(alert('a', { threshold: { type: 'percent', percent: '080.50', of: 'included' } }).threshold).toEqual({ type: 'percent', percent: '80.5', of: 'included' });
    expect(alert('a', { threshold: { type: 'quantity', quantity: '1000.0' } }).threshold).toEqual({ type: 'quantity', quantity: '1000' });
    expect(alert('a', { threshold: { type: 'percent', percent: '1000' } }).threshold).toMatchObject({ percent: '1000' });
  });

  it.each<[what: string, over: Partial<AlertDefinition>, pointers: string[]]>([
    ['no percent', { threshold: { type: 'percent', percent: '0' } }, ['/threshold/percent']],
    ['more than ten times', { threshold: { type: 'percent', percent: '1000.1' } }, ['/threshold/percent']],
    ['no number', { threshold: { type: 'quantity', quantity: '1e3' } }, ['/threshold/quantity']],
    ['less than nothing', { threshold: { type: 'quantity', quantity: '-1' } }, ['/threshold/quantity']],
    ['no address, no name, no reference', { email: 'nobody', name: '', reference: 'a\nb' }, ['/email', '/name', '/reference']],
  ])('is refused with %s', (_what, over, pointers) => {
    expect(pointersOf(() => alert('a', over))).toEqual(pointers);
  });

  it('comes back from an alert as it went in', () => {
    const made = alert('a', { email: 'a@b.c', name: 'Most of it', reference: 'r', enabled: false });
    expect(parseAlert(made, definitionOf(made))).toEqual(made);
  });
});

describe('the list of alerts', () => {
  it('takes one more, or another one in the place of the same', () => {
    const first = [alert('a'), alert('b')];
    expect(withAlert(first, alert('c')).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect(withAlert(first, alert('a', { enabled: false })).map(({ id, isEnabled }) => [id, isEnabled])).toEqual([['a', false], ['b', true]]);
  });

  it('has each reference once', () => {
    const first = [alert('a', { reference: 'mine' })];
    expect(refusalOf(() => withAlert(first, alert('b', { reference: 'mine' }))).slug).toBe('already_exists');
    expect(withAlert(first, alert('a', { reference: 'mine', enabled: false }))).toHaveLength(1);
  });

  it('has an end', () => {
    const full = Array.from({ length: MAX_ALERTS }, (_, index) => alert(`a${index}`));
    expect(refusalOf(() => withAlert(full, alert('more'))).slug).toBe('invalid_request');
    expect(withAlert(full, alert('a0', { enabled: false }))).toHaveLength(MAX_ALERTS);
  });

  it('does not know an alert that is not there', () => {
    expect(refusalOf(() => alertOf([alert('a')], 'b')).slug).toBe('not_found');
  });
});

describe('what has fired', () => {
  const fired = (alertId: string, priceCode: string, windowStartsAt: string): AlertFiring => ({
    alertId, subscriptionId: 'sub_1', priceCode, windowStartsAt: at(windowStartsAt), windowEndsAt: null, madeAt: at(windowStartsAt), meter: 'calls', threshold: { type: 'forecast' },
    email: null, name: null, reference: null, used: '1', limit: '1', percent: '100', projected: null,
  });

  it('is known by the newest window of each alert and price, in one order, while the alert is there', () => {
    const forwards = [fired('b', 'x', '2026-01-01'), fired('a', 'y', '2026-01-01'), fired('a', 'x', '2026-01-01'), fired('b', 'x', '2026-02-01')].reduce(withFiring, []);
    expect(forwards.map(({ alertId, priceCode, windowStartsAt }) => [alertId, priceCode, windowStartsAt])).toEqual([
      ['a', 'x', at('2026-01-01')],
      ['a', 'y', at('2026-01-01')],
      ['b', 'x', at('2026-02-01')],
    ]);
    expect(firingsOf([alert('b')], forwards).map(({ alertId }) => alertId)).toEqual(['b']);
  });
});
