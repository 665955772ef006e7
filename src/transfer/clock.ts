import type { Client } from '@paidup/sdk';
import { instant, parseInstant, type Instant } from '../core/instant.js';

/** What time it is in Paidup, as it was when it was first asked: a sandbox has a clock of its own. */
export class TargetClock {
  #at: Instant | undefined;

  /** Asks once, by the state of a customer. */
  async learn(client: Client, customer: string): Promise<void> {
    if (this.#at !== undefined) return;
    const { as_of: asOf } = await client.readState(customer);
    this.#at ??= parseInstant(asOf);
  }

  now(): Instant {
    return this.#at ?? instant(Date.now());
  }
}
