import type { TestPaidup } from './app.js';

/** What the tests of overselling sell: in every plan 500 calls are left of a customer that has used none. */
const LEFT = 500;

type Call = TestPaidup['call'];

const MONTH = { unit: 'month', count: 1 };
const METERED = { feature: 'calls', price: 'calls' };

/** A usage price of calls that includes so many and blocks more, unless told otherwise. */
function calls(included: number, over: object = {}) {
  return { code: 'calls', type: 'usage', meter: 'calls', included: String(included), overage: 'blocked', model: { type: 'per_unit', amount: '0' }, ...over };
}

/** Puts meters, features and plans. */
export async function defineGateCatalog(call: Call): Promise<void> {
  const put = async (url: string, body: object): Promise<void> => {
    const { status, body: answer } = await call('PUT', url, body);
    if (status >= 300) throw new Error(`${url}: ${JSON.stringify(answer)}`);
  };
  const plan = (code: string, price: object) => put(`/v1/plans/${code}`, { currency: 'USD', interval: MONTH, features: [METERED], prices: [price] });
  await put('/v1/meters/calls', { event_name: 'call', aggregation: 'count' });
  await put('/v1/features/calls', { name: 'Calls', type: 'metered', meter: 'calls' });
  await plan('hard', calls(LEFT));
  await plan('small', calls(LEFT - 300));
  await plan('beside', calls(200));
  await plan('capped', calls(LEFT - 200, { overage: 'allowed', overage_cap: '20', model: { type: 'per_unit', amount: '0.10' } }));
  await plan('paid', calls(0, { overage: 'allowed', paid_from: 'wallet', model: { type: 'per_unit', amount: '0.01' } }));
}

/** Where what is left comes from. */
export const LIMITS: ReadonlyArray<{ readonly name: string; readonly plans: readonly string[]; readonly credit?: string; readonly override?: object }> = [
  { name: 'a hard limit', plans: ['hard'] },
  { name: 'overage up to its cap', plans: ['capped'] },
  { name: 'a wallet', plans: ['paid'], credit: '5.00' },
  { name: 'two plans and an override', plans: ['small', 'beside'], override: { limit: '100', combine: 'add', reason: 'a gift' } },
];

/** A customer with 500 calls left; gives its address. */
export async function gateCustomer(call: Call, name: string, { plans, credit, override }: Pick<(typeof LIMITS)[number], 'plans' | 'credit' | 'override'>): Promise<string> {
  const url = `/v1/customers/${name}`;
  const done = async (method: 'POST' | 'PUT', address: string, body: object): Promise<void> => {
    const { status, body: answer } = await call(method, address, body);
    if (status >= 300) throw new Error(`${address}: ${JSON.stringify(answer)}`);
  };
  await done('PUT', url, { currency: 'USD' });
  for (const plan of plans) await done('POST', `${url}/subscriptions`, { plan });
  if (credit !== undefined) await done('POST', `${url}/credits`, { amount: credit, reason: 'gift' });
  if (override !== undefined) await done('PUT', `${url}/entitlements/calls`, override);
  return url;
}
