import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ProviderUnavailable, type PaymentProvider } from '../../src/provider/port.js';
import { sandboxProvider } from '../../src/provider/sandbox.js';

/** What the provider does with one ask: answers, or is not heard once it has taken the money. */
export interface TillWays {
  /** By the number of the ask, from 0; never unless told. */
  readonly isLost?: (ask: number) => boolean;
  /** How long an answer takes; none unless told. */
  readonly delayMs?: (ask: number) => number;
}

/** A provider whose till is a folder, a file a charge, so that processes share it and a killed one leaves what it took. */
export function tillProvider(folder: string, { isLost = () => false, delayMs = () => 0 }: TillWays = {}): PaymentProvider {
  mkdirSync(folder, { recursive: true });
  let asks = 0;
  return {
    ...sandboxProvider,
    charge: async (input) => {
      const ask = asks;
      asks += 1;
      try {
        // Only one of all who ask with this key makes the file: the money is taken once.
        writeFileSync(path.join(folder, input.idempotencyKey), input.money.minor.toString(), { flag: 'wx' });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const delay = delayMs(ask);
      if (delay > 0) {
        await new Promise((resolve) => {
          setTimeout(resolve, delay);
        });
      }
      if (isLost(ask)) throw new ProviderUnavailable('the money is taken and the answer lost');
      return { outcome: 'succeeded', reference: `till_${input.idempotencyKey}` };
    },
  };
}

/** What was taken, in minor units, by idempotency key. */
export function takings(folder: string): Map<string, bigint> {
  return new Map(readdirSync(folder).map((key) => [key, BigInt(readFileSync(path.join(folder, key), 'utf8'))]));
}
