import type { Aggregation, Meter } from '@paidup/sdk';
import { formatQuantity } from '../../part/quantity.js';

export const AGGREGATION_NAMES: Record<Aggregation, string> = {
  count: 'How often it happened',
  sum: 'The sum of a property',
  max: 'The largest value of a property',
  last: 'The last value of a property',
  unique: 'How many different values a property had',
};

/** "the sum of seconds, in 60s, rounded up" */
export function wordsOfCounting({ aggregation, property, conversion }: Pick<Meter, 'aggregation' | 'property' | 'conversion'>): string {
  const of = property ?? 'it';
  const what = { count: 'how often it happened', sum: `the sum of ${of}`, max: `the largest ${of}`, last: `the last ${of}`, unique: `how many different ${of}` }[aggregation];
  if (conversion === null) return what;
  return `${what}, divided by ${formatQuantity(conversion.divide_by)}${conversion.round === 'up' ? ' and rounded up' : ''}`;
}
