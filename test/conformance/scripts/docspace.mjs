// Re-creation, from the API's description alone, of the six steps that DocSpace's documentation walks through.
// An independent client: PORTAL_URL and API_KEY are all it is told.
import process from 'node:process';

const PORTAL_URL = (process.env.PORTAL_URL ?? '').replace(/\/+$/, '');
const API_KEY = process.env.API_KEY ?? '';

if (PORTAL_URL === '' || API_KEY === '') {
  console.error('Set PORTAL_URL and API_KEY.');
  process.exit(2);
}

async function getPayment(path) {
  const response = await fetch(`${PORTAL_URL}/api/2.0/portal/payment/${path}`, {
    method: 'GET',
    headers: { Authorization: API_KEY },
  });
  if (!response.ok) {
    throw new Error(`${response.status} ${await response.text()}`);
  }
  return response.json();
}

async function step(title, run) {
  console.log(`== ${title}`);
  try {
    await run();
  } catch (error) {
    console.log(`failed: ${error.message}`);
  }
}

await step('1. customer info', async () => {
  const customer = (await getPayment('customerinfo'))?.response;
  console.log(`portalId: ${customer?.portalId}`);
  console.log(`paymentMethodStatus: ${customer?.paymentMethodStatus}`);
  console.log(`email: ${customer?.email}`);
  console.log(`payer: ${customer?.payer?.displayName}`);
});

await step('2. balance', async () => {
  const balance = (await getPayment('customer/balance'))?.response;
  for (const account of balance?.subAccounts ?? []) {
    console.log(`${account.currency}: ${account.amount}`);
  }
});

await step('3. quota', async () => {
  const quota = (await getPayment('quota'))?.response;
  console.log(`title: ${quota?.title}`);
  console.log(`trial: ${quota?.trial}`);
  console.log(`dueDate: ${quota?.dueDate}`);
});

await step('4. quotas', async () => {
  for (const quota of (await getPayment('quotas'))?.response ?? []) {
    console.log(`id: ${quota.id}`);
    console.log(`title: ${quota.title}`);
    console.log(`price: ${quota.price?.value} ${quota.price?.isoCurrencySymbol}`);
  }
});

await step('5. top-up settings', async () => {
  const data = await getPayment('topupsettings');
  const settings = data?.settings ?? data?.response;
  console.log(`enabled: ${settings?.enabled}`);
  console.log(`minBalance: ${settings?.minBalance}`);
  console.log(`upToBalance: ${settings?.upToBalance}`);
  console.log(`currency: ${settings?.currency}`);
  console.log(`lastModified: ${settings?.lastModified}`);
});

await step('6. currencies', async () => {
  for (const currency of (await getPayment('currencies'))?.response ?? []) {
    console.log(`${currency.isoCountryCode}: ${currency.isoCurrencySymbol} ${currency.currencyNativeName}`);
  }
});
