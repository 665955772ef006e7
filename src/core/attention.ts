/** What may be wrong with an open invoice. `payment_failed`: its last charge was declined. `overdue`: nobody has paid it for some days. */
export const INVOICE_ATTENTIONS = ['payment_failed', 'overdue'] as const;

export type InvoiceAttention = (typeof INVOICE_ATTENTIONS)[number];

/** For how many days an invoice may be open, unless told, before it is overdue: invoices have no date of their own for that. */
export const OVERDUE_DAYS = 14;
