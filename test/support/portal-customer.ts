import { isProblem, type Client } from '@paidup/sdk';

/** A subscription that began then has invoices and a period that runs. */
const LONG_AGO = new Date(Date.now() - 75 * 86_400_000).toISOString();

const FREE = 'lumen_free';
const TEAM = 'lumen_team';
const STUDIO = 'lumen_studio';

/** Customers at the ends of what the portal can meet: what they lack, they lack on purpose. */
export const PORTAL_CUSTOMERS = {
  /** No plan, no card, no money, no invoice. */
  nothing: 'lumen-nobody',
  /** Seats, a card, money, an automatic top-up. */
  payer: 'lumen-payer',
  /** Every charge is declined: an open invoice, an automatic top-up that switched itself off. */
  declined: 'lumen-declined',
  /** The card on file has expired. */
  expired: 'lumen-expired',
  /** Has ended its plan itself; it runs until the period is over. */
  leaving: 'lumen-leaving',
  /** Its plan has ended. */
  gone: 'lumen-gone',
  /** Pays in a currency without decimals. */
  yen: 'lumen-yen',
} as const;

/** Makes them, once an engine. */
export async function loadPortalCustomers(client: Client): Promise<void> {
  await loadPlans(client);
  const create = (external_id: string, currency = 'EUR') => client.createCustomer({ external_id, name: `Lumen ${external_id.slice('lumen-'.length)}`, currency, timezone: 'Asia/Tokyo', email: `${external_id}@example.com` });
  for (const [name, id] of Object.entries(PORTAL_CUSTOMERS)) await create(id, name === 'yen' ? 'JPY' : 'EUR');
  const { payer, declined, expired, leaving, gone, yen } = PORTAL_CUSTOMERS;
  for (const customer of [payer, leaving, gone, yen, expired, declined]) await client.setPaymentMethod(customer, { token: 'card_succeeds' });

  await client.deposit(payer, { amount: '40.00' });
  await client.createSubscription(payer, { plan: TEAM, quantities: { seat: '5' }, starts_at: LONG_AGO });
  await client.setTopUpSettings(payer, { enabled: true, min_balance: '10', up_to_balance: '60' });
  await client.createSubscription(leaving, { plan: STUDIO });
  await client.cancelPlan(leaving, { reason: 'too much' });
  const { id } = await client.createSubscription(gone, { plan: TEAM, starts_at: LONG_AGO });
  await client.cancelSubscription(id);
  await client.deposit(yen, { amount: '1200' });

  await client.setPaymentMethod(expired, { token: 'card_expired' });
  await client.createSubscription(expired, { plan: FREE });
  await client.setPaymentMethod(declined, { token: 'card_declines' });
  await client.setTopUpSettings(declined, { enabled: true, min_balance: '10', up_to_balance: '60' });
  await client.createSubscription(declined, { plan: TEAM, quantities: { seat: '4' } });
  await client.deposit(declined, { amount: '5.00' }).catch((error: unknown) => {
    if (!isProblem(error, 'payment_declined')) throw error;
  });
}

/** One family in euros: for nothing, by the seat, and at a price. */
async function loadPlans(client: Client): Promise<void> {
  await client.putFeature('lumen_seats', { name: 'Seats', type: 'limit' });
  await client.putFeature('lumen_export', { name: 'Export', type: 'flag' });
  const common = { currency: 'EUR', interval: { unit: 'month', count: 1 }, self_service: true, family: 'lumen', collection: 'charge', wallet_credit: 'kept' } as const;
  await client.putPlan(FREE, { ...common, name: 'Lumen Free', features: [{ feature: 'lumen_seats', limit: '1' }], prices: [] });
  await client.putPlan(TEAM, {
    ...common,
    name: 'Lumen Team',
    description: 'For teams that grow.',
    features: [{ feature: 'lumen_seats', limit: '1', per_quantity_of: 'seat' }],
    prices: [{ code: 'seat', name: 'Seat', type: 'fixed', amount: '6.00', per_seat: true }],
  });
  await client.putPlan(STUDIO, {
    ...common,
    name: 'Lumen Studio',
    features: [{ feature: 'lumen_seats', limit: 'unlimited' }, { feature: 'lumen_export', granted: true }],
    prices: [{ code: 'base', name: 'Base fee', type: 'fixed', amount: '120.00' }],
  });
}
