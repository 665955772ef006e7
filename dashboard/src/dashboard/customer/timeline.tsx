import type { Subscription } from '@paidup/sdk';
import type { ReactElement } from 'react';
import { Badge } from '../../part/badge.js';
import { Span } from '../../part/instant.js';
import styles from './timeline.module.css';

type PhaseView = Subscription['phases'][number];

/** The phases of a subscription, past and to come: drawn along the time, and in words. `at` is the moment looked at. */
export function Timeline({ subscription, at }: { subscription: Subscription; at: string }): ReactElement {
  const { phases, current_period: period } = subscription;
  const stretch = stretchOf(phases, at);
  const place = (instant: string): number => Math.min(100, Math.max(0, ((Date.parse(instant) - stretch.from) / (stretch.to - stretch.from)) * 100));
  return (
    <div className={styles.timeline}>
      <div className={styles.drawing} aria-hidden="true">
        {phases.map((phase, index) => {
          const left = place(phase.starts_at);
          const right = phase.ends_at === null ? 100 : place(phase.ends_at);
          return (
            <span
              key={phase.starts_at}
              className={[styles.phase, phase.paused ? styles.paused : styles[`tone${index % 3}`], phase.ends_at === null && styles.open].filter(Boolean).join(' ')}
              style={{ left: `${left}%`, width: `${right - left}%` }}
            >
              {phase.paused ? 'Paused' : phase.plan.name}
            </span>
          );
        })}
        {period !== null && <span className={styles.period} style={{ left: `${place(period.start)}%`, width: `${place(period.end) - place(period.start)}%` }} />}
        <span className={styles.now} style={{ left: `${place(at)}%` }} />
      </div>
      <ol className={styles.words}>
        {phases.map((phase) => (
          <li key={phase.starts_at}>
            <span className={styles.name}>
              {phase.paused ? 'Paused' : phase.plan.name} <span className={styles.version}>v{phase.plan.version}</span>
              {isWithin(phase, at) && <Badge tone="good">in force</Badge>}
            </span>
            <Span start={phase.starts_at} end={phase.ends_at} />
          </li>
        ))}
      </ol>
    </div>
  );
}

function isWithin({ starts_at: from, ends_at: to }: PhaseView, at: string): boolean {
  return Date.parse(from) <= Date.parse(at) && (to === null || Date.parse(at) < Date.parse(to));
}

/** From when to when is drawn: what has ends, and a quarter more for what has none. */
function stretchOf(phases: readonly PhaseView[], at: string): { from: number; to: number } {
  const known = [at, ...phases.flatMap(({ starts_at: from, ends_at: to }) => (to === null ? [from] : [from, to]))].map((text) => Date.parse(text));
  const from = Math.min(...known);
  const to = Math.max(...known, from + 1);
  return { from, to: phases.at(-1)?.ends_at === null ? to + (to - from) / 3 : to };
}
