import type { EventInput } from '../../core/event.js';
import { instant, instantText, latest, type Instant } from '../../core/instant.js';
import { putFeature, putMeter, putPlan } from '../../service/catalog.js';
import { bookDueCustomers } from '../../service/booking.js';
import { createCustomer } from '../../service/customer.js';
import { inUnit, type Engine } from '../../service/engine.js';
import { ingestEvents } from '../../service/event.js';
import { readState } from '../../service/state.js';
import { subscribe } from '../../service/subscribe.js';
import { setTopUpSettings } from '../../service/top-up-settings.js';
import { depositToWallet } from '../../service/payment.js';
import { setPaymentMethod } from '../../service/payment-method.js';
import { docspaceCode, docspaceEvent, docspaceFeatures, docspaceMeters, docspacePlans } from './docspace-catalog.js';

const EXTERNAL_ID = 'docspace-portal';
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** How long ago the portal took its plan, and how long ago the storage. */
const PLAN_AGE_DAYS = 75;
const STORAGE_AGE_DAYS = 40;
const DEPOSIT_AGE_DAYS = 18;

const AVATAR = '/static/images/default_user_photo_size_';

/** What the portal holds of each feature, reading by reading: days after the plan began, and the value then. */
const READINGS: Readonly<Record<string, ReadonlyArray<readonly [day: number, value: string]>>> = {
  manager: [[0, '2'], [20, '3'], [50, '4']],
  total_size: [[0, '1288490188'], [25, '7516192768'], [60, '14745767926']],
  users: [[0, '12'], [30, '29'], [65, '37']],
  room: [[0, '16'], [30, '95'], [70, '148']],
};

/**
 * Loads the portal of DocSpace's documentation into a store without a DocSpace catalog: Business for ten admins with
 * 100 GB of storage from the wallet, its invoices paid. Every figure holds on whatever day it is loaded.
 */
export async function loadDocspaceDemo(engine: Engine): Promise<{ id: string; externalId: string }> {
  await defineCatalog(engine);
  const now = instant(Math.floor(engine.clock.now() / MINUTE_MS) * MINUTE_MS);
  const id = await createPortal(engine);
  const planStartsAt = daysAfter(now, -PLAN_AGE_DAYS);
  const storageStartsAt = daysAfter(now, -STORAGE_AGE_DAYS);
  const atStart = engineAt(engine, planStartsAt);
  await setPaymentMethod(atStart, id, 'card_succeeds');
  // Two months of storage are paid from it, which leaves 186.42.
  await depositToWallet(atStart, id, { amount: '114.42', currency: 'USD', idempotency: undefined });
  await subscribePortal(atStart, id, { plan: 'business', quantities: { admin: '10' }, startsAt: planStartsAt });
  await subscribePortal(engineAt(engine, storageStartsAt), id, { plan: 'storage', quantities: { storage: '100' }, startsAt: storageStartsAt });
  await depositToWallet(engineAt(engine, daysAfter(now, -DEPOSIT_AGE_DAYS)), id, { amount: '100.00', currency: 'USD', idempotency: undefined });
  await bookUntilNow(engine);
  // The card has paid for the plan.
  await engine.charges.idle();
  await reportUsage(engine, id, { planStartsAt, now });
  await inUnit(engine, (unit) => setTopUpSettings(engine, unit, { customerId: id, input: { enabled: true, minBalance: '10', upToBalance: '100', currency: 'USD' } }));
  return { id, externalId: EXTERNAL_ID };
}

async function defineCatalog(engine: Engine): Promise<void> {
  await inUnit(engine, async (unit) => {
    for (const [code, definition] of Object.entries(docspaceMeters())) await putMeter(engine, unit, { code, definition });
    for (const [code, definition] of Object.entries(docspaceFeatures())) await putFeature(engine, unit, { code, definition });
    for (const [code, definition] of Object.entries(docspacePlans())) await putPlan(engine, unit, { code, definition });
  });
}

async function createPortal(engine: Engine): Promise<string> {
  const { customer } = await inUnit(engine, (unit) =>
    createCustomer(engine, unit, {
      externalId: EXTERNAL_ID,
      name: 'Example portal',
      email: 'owner@example.com',
      currency: 'USD',
      timezone: 'UTC',
      metadata: {
        'docspace.portal_id': 'docspace.io12345',
        'docspace.portal_url': 'http://portal.example.com',
        'docspace.country': 'ES',
        'docspace.grace_days': '10',
        'docspace.payer_id': '9924256a-739c-462b-af15-e652a3b1b6eb',
        'docspace.payer_name': 'Mike Zanyatski',
        'docspace.payer_avatar': `${AVATAR}200-200.png?hash=1718389102`,
        'docspace.payer_avatar_medium': `${AVATAR}48-48.png?hash=1718389102`,
        'docspace.payer_avatar_small': `${AVATAR}32-32.png?hash=1718389102`,
      },
    }),
  );
  return customer.id;
}

async function subscribePortal(engine: Engine, customerId: string, terms: { plan: string; quantities: Record<string, string>; startsAt: Instant }): Promise<void> {
  const { plan, quantities, startsAt } = terms;
  await inUnit(engine, (unit) => subscribe(engine, unit, { customerId, plan: docspaceCode(plan), quantities, startsAt }));
}

async function reportUsage(engine: Engine, customerId: string, when: { planStartsAt: Instant; now: Instant }): Promise<void> {
  const readings = Object.entries(READINGS).flatMap(([feature, values]) =>
    values.map(([day, value]): EventInput => ({
      id: `demo-${feature}-${day}`,
      customer: customerId,
      name: docspaceEvent(feature),
      timestamp: instantText(daysAfter(when.planStartsAt, day)),
      properties: { value },
    })),
  );
  const backups = await backupMoments(engine, customerId, when.now);
  const made = backups.map((at, index): EventInput => ({ id: `demo-backup-${index + 1}`, customer: customerId, name: docspaceEvent('free_backup'), timestamp: instantText(at) }));
  const outcomes = await ingestEvents(engine, [...readings, ...made]);
  const refused = outcomes.find((outcome) => outcome.status === 'refused');
  if (refused !== undefined) throw new Error(`the demo's event ${refused.id} was refused: ${refused.reason}`);
}

/** Two backups in the month before this one of the plan, and one in this: an hour ago, or as the month began. */
async function backupMoments(engine: Engine, customerId: string, now: Instant): Promise<Instant[]> {
  const { usage } = await readState(engine, customerId);
  const month = usage.find((one) => one.price.code === 'free_backup')?.window;
  if (month === undefined) throw new Error('the demo\'s plan counts no backups');
  return [daysAfter(month.startsAt, -20), daysAfter(month.startsAt, -6), latest(month.startsAt, instant(now - 60 * MINUTE_MS))];
}

/** The months since then have been invoiced. */
async function bookUntilNow(engine: Engine): Promise<void> {
  await bookDueCustomers(engine, (customer, error) => {
    throw new Error(`the demo's customer ${customer} could not be invoiced`, { cause: error });
  });
}

/** The engine as it was at a moment: what the demo's portal did then bears that date. */
function engineAt(engine: Engine, at: Instant): Engine {
  return { ...engine, clock: { now: () => at } };
}

function daysAfter(at: Instant, days: number): Instant {
  return instant(at + days * DAY_MS);
}
