import type { Payment } from '../store/payment.js';

/**
 * Payments that are asked for without anybody waiting: an event is answered before the card is charged. What fails here
 * stays open and is asked again by the worker; the provider tells the same payment by its id.
 */
export class Charges {
  readonly #ask: (payment: Payment) => Promise<unknown>;
  readonly #running = new Map<string, Promise<void>>();

  constructor(ask: (payment: Payment) => Promise<unknown>) {
    this.#ask = ask;
  }

  start(payment: Payment): void {
    if (this.#running.has(payment.id)) return;
    const asked = this.#ask(payment).then(
      () => undefined,
      // Open still: the worker asks again.
      () => undefined,
    );
    this.#running.set(payment.id, asked.finally(() => this.#running.delete(payment.id)));
  }

  isRunning(paymentId: string): boolean {
    return this.#running.has(paymentId);
  }

  /** Resolves when nothing is being asked for. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.values());
  }
}
