// Re-creation, from the API's description alone, of the documentation's example of reading the current quota,
// as cached and refreshed. PORTAL_URL and API_KEY are all it is told.
import process from 'node:process';

const PORTAL_URL = (process.env.PORTAL_URL ?? '').replace(/\/+$/, '');
const API_KEY = process.env.API_KEY ?? '';

if (PORTAL_URL === '' || API_KEY === '') {
  console.error('Set PORTAL_URL and API_KEY.');
  process.exit(2);
}

async function printQuota(query) {
  console.log(`== quota${query}`);
  try {
    const response = await fetch(`${PORTAL_URL}/api/2.0/portal/payment/quota${query}`, {
      method: 'GET',
      headers: { Authorization: API_KEY },
    });
    if (!response.ok) {
      console.log(`failed: ${response.status} ${await response.text()}`);
      return;
    }
    const quota = (await response.json())?.response;
    console.log(`id: ${quota?.id}`);
    console.log(`title: ${quota?.title}`);
    console.log(`price: ${quota?.price?.value}`);
    console.log(`free: ${quota?.free}`);
    console.log(`trial: ${quota?.trial}`);
    console.log(`dueDate: ${quota?.dueDate}`);
    for (const feature of quota?.features ?? []) {
      const used = feature.used === undefined ? '' : ` (used ${feature.used.value})`;
      console.log(`${feature.id}: ${feature.value}${used}`);
    }
  } catch (error) {
    console.log(`failed: ${error.message}`);
  }
}

await printQuota('');
await printQuota('?refresh=true');
