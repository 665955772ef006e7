import type { WebhookAttempt } from '@paidup/sdk';

/** "it answered 200 in 35 ms", "no answer, timeout" */
export function wordsOfAttempt({ status, error, duration_ms: duration }: WebhookAttempt): string {
  const time = `${duration.toLocaleString()} ms`;
  if (status !== null) return `it answered ${status} in ${time}`;
  return `no answer in ${time}${error === null ? '' : `: ${error.replaceAll('_', ' ')}`}`;
}
