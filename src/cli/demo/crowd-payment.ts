import { instant, type Instant } from '../../core/instant.js';
import { bookDueCustomers } from '../../service/booking.js';
import { inUnit, type Engine } from '../../service/engine.js';
import { chargeInvoice, recordPayment, type InvoiceRead } from '../../service/invoice.js';
import { listInvoices } from '../../service/invoice-list.js';
import { setPaymentMethod } from '../../service/payment-method.js';
import type { Chance, PaymentHabit } from './crowd-member.js';

const INVOICES_PER_MEMBER = 200;
const DAY_MS = 86_400_000;
/** What a late member has not paid yet: enough for one or two invoices of a monthly plan. */
const LATE_MS = 40 * DAY_MS;

/** Issues what is due by now, and lets members pay it some days after its date, as they are used to. */
export async function payInvoices(engine: Engine, members: ReadonlyArray<{ readonly customerId: string; readonly habit: PaymentHabit }>, chance: Chance): Promise<void> {
  await bookDueCustomers(engine, (_customer, error) => {
    throw error;
  });
  for (const { customerId, habit } of members) {
    const open = await listInvoices(engine, { customer: customerId, status: 'open', order: 'oldest', limit: INVOICES_PER_MEMBER });
    const paid = open.flatMap(({ invoice: { id, date } }) => {
      const at = instant(date + Math.floor((1 + chance() * 8) * DAY_MS));
      return isPaidBy(engine.clock.now(), { at, date, habit }) ? [{ id, at }] : [];
    });
    for (const { id, at } of paid) await recordTransfer({ ...engine, clock: { now: () => at } }, id);
    if (habit === 'declined') await chargeLast(engine, customerId, open.filter(({ invoice }) => paid.every(({ id }) => id !== invoice.id)));
  }
}

function isPaidBy(now: Instant, { at, date, habit }: { at: Instant; date: Instant; habit: PaymentHabit }): boolean {
  return habit === 'prompt' ? at <= now : at <= now - LATE_MS && date <= now - LATE_MS;
}

async function recordTransfer(engine: Engine, invoiceId: string): Promise<void> {
  await inUnit(engine, (unit) => recordPayment(engine, unit, { invoiceId, reference: 'bank transfer' }));
}

/** The newest of what is open is charged, and declined. */
async function chargeLast(engine: Engine, customerId: string, open: readonly InvoiceRead[]): Promise<void> {
  const last = open.at(-1);
  if (last === undefined) return;
  await setPaymentMethod(engine, customerId, 'card_declines');
  await inUnit(engine, (unit) => chargeInvoice(engine, unit, last.invoice.id));
  await engine.charges.idle();
}
