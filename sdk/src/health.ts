import type { Call, CallOptions } from './call.js';

export interface Health {
  status: string;
  /** Of the Paidup that answers. */
  version: string;
  /** Whether it goes by a clock that can be set. */
  sandbox: boolean;
}

export interface HealthOperations {
  /** Whether Paidup is up; needs no key that is known. @throws PaidupUnreachable when it is not. */
  health(options?: CallOptions): Promise<Health>;
}

export function healthOperations(call: Call): HealthOperations {
  return { health: (options) => call({ method: 'GET', path: ['healthz'], options }) };
}
