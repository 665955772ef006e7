import type { Call, CallOptions } from './call.js';

export interface HealthOperations {
  /** Whether Paidup is up; needs no key that is known. @throws PaidupUnreachable when it is not. */
  health(options?: CallOptions): Promise<{ status: string }>;
}

export function healthOperations(call: Call): HealthOperations {
  return { health: (options) => call({ method: 'GET', path: ['healthz'], options }) };
}
