// Re-creation, from the API's description alone, of the documentation's example of reading the subscription.
// API_URL (for Diga itself https://api.diga.io) and API_KEY are all it is told.
import process from 'node:process';

const API_URL = (process.env.API_URL ?? '').replace(/\/+$/, '');
const API_KEY = process.env.API_KEY ?? '';

if (API_URL === '' || API_KEY === '') {
  console.error('Set API_URL and API_KEY.');
  process.exit(2);
}

try {
  const response = await fetch(`${API_URL}/v1/billing/subscription/`, {
    method: 'GET',
    headers: { Authorization: `Bearer ${API_KEY}` },
  });
  if (response.ok) {
    const subscription = await response.json();
    for (const [name, value] of Object.entries(subscription)) {
      console.log(`${name}: ${typeof value === 'object' ? JSON.stringify(value) : value}`);
    }
  } else {
    console.log(`failed: ${response.status} ${await response.text()}`);
  }
} catch (error) {
  console.log(`failed: ${error.message}`);
}
