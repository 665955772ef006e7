import type { Subscription } from '@paidup/sdk';
import type { ReactElement } from 'react';
import { Instant } from '../part/instant.js';

/** What happens next with a plan, in a sentence. */
export function Renewal({ of: { status, ends_at: end, trial_ends_at: trialEnd, current_period: period, next_phase: next, starts_at: start } }: { of: Subscription }): ReactElement | null {
  if (status === 'scheduled') return <>Begins on <Instant at={start} precision="day" />.</>;
  if (status === 'canceled') return <>Ended on <Instant at={end} precision="day" />.</>;
  if (end !== null) return <>Ends on <Instant at={end} precision="day" />; it is not renewed.</>;
  if (next !== null && next.plan.name !== '') return <>{next.paused ? 'Pauses' : `Continues as ${next.plan.name}`} on <Instant at={next.starts_at} precision="day" />.</>;
  if (status === 'trialing' && trialEnd !== null) return <>The trial ends on <Instant at={trialEnd} precision="day" />.</>;
  if (status === 'paused') return <>Paused: nothing is billed.</>;
  return period === null ? null : <>Renewed by itself on <Instant at={period.end} precision="day" />.</>;
}
