import { isProblem } from '@paidup/sdk';

const FREE = { summaries: '3', tokens: '100' };
const PLUS = { summaries: '1000', tokens: '100000' };

/** What is sold, and one customer who has it. Running it again changes nothing. */
export async function prepare(paidup) {
  await paidup.putMeter('example_summaries', { event_name: 'example.summary', aggregation: 'count' });
  await paidup.putMeter('example_tokens', { event_name: 'example.tokens', aggregation: 'sum', property: 'tokens' });
  await paidup.putFeature('summaries', { name: 'Summaries', type: 'metered', meter: 'example_summaries' });
  await paidup.putFeature('tokens', { name: 'Tokens', type: 'metered', meter: 'example_tokens' });
  await paidup.putPlan('example_free', plan('Free', '0', FREE));
  await paidup.putPlan('example_plus', plan('Plus', '12.00', PLUS));
  await customer(paidup, 'fay');
}

function plan(name, amount, included) {
  const usage = (code) => ({ code, type: 'usage', meter: `example_${code}`, included: included[code], overage: 'blocked', model: { type: 'per_unit', amount: '0' } });
  return {
    name,
    currency: 'EUR',
    interval: { unit: 'month', count: 1 },
    features: [{ feature: 'summaries', price: 'summaries' }, { feature: 'tokens', price: 'tokens' }],
    prices: [{ code: 'base', type: 'fixed', amount }, usage('summaries'), usage('tokens')],
  };
}

async function customer(paidup, name) {
  try {
    await paidup.createCustomer({ external_id: name, name, currency: 'EUR' });
    await paidup.createSubscription(name, { plan: 'example_free' });
  } catch (error) {
    if (!isProblem(error, 'already_exists')) throw error;
  }
}
