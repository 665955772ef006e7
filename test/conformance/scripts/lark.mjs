// Re-creation, from the API's description alone, of the documentation's example of reading a billing state and
// deciding access by it. LARK_BASE_URL (for Lark itself https://api.uselark.ai), LARK_API_KEY and SUBJECT_ID are
// all it is told.
import process from 'node:process';

const BASE_URL = (process.env.LARK_BASE_URL ?? '').replace(/\/+$/, '');
const API_KEY = process.env.LARK_API_KEY ?? '';
const SUBJECT_ID = process.env.SUBJECT_ID ?? '';

if (BASE_URL === '' || API_KEY === '' || SUBJECT_ID === '') {
  console.error('Set LARK_BASE_URL, LARK_API_KEY and SUBJECT_ID.');
  process.exit(2);
}

try {
  const response = await fetch(`${BASE_URL}/customer-access/${encodeURIComponent(SUBJECT_ID)}/billing-state`, {
    method: 'GET',
    headers: { 'X-API-Key': API_KEY },
  });
  if (response.ok) {
    const state = await response.json();
    console.log(`has_active_subscription: ${state.has_active_subscription}`);
    console.log(`has_overage_for_usage: ${state.has_overage_for_usage}`);
    for (const subscription of state.active_subscriptions ?? []) {
      console.log(`subscription: ${subscription.subscription_id} on ${subscription.rate_card_id}`);
    }
    for (const usage of state.usage_data ?? []) {
      console.log(`${usage.rate_name}: ${usage.used_units} of ${usage.included_units} (${usage.pricing_metric_id})`);
    }
    console.log(`feature_access_allowed: ${state.has_active_subscription && !state.has_overage_for_usage}`);
  } else {
    console.log(`failed: ${response.status} ${await response.text()}`);
  }
} catch (error) {
  console.log(`failed: ${error.message}`);
}
