import type { ReactElement } from 'react';
import { formatQuantity } from './quantity.js';
import styles from './usage-bar.module.css';

export interface UsageFigures {
  /** Null when usage is only counted; may be "unlimited". */
  included: string | null;
  carried: string;
  used: string;
  remaining: string | null;
  overage: string;
  unit: string | null;
}

/** Used against included, carried and overage: a drawing, and the same in words. */
export function UsageBar({ usage, words = true }: { usage: UsageFigures; words?: boolean }): ReactElement {
  const { included, carried, used, remaining, overage, unit } = usage;
  // The unit is said once; bytes are said anew, in the unit that reads best.
  const size = unit === 'byte' ? unit : null;
  const hasLimit = included !== null && included !== 'unlimited';
  const parts = hasLimit ? drawn({ included, carried, used, overage }) : undefined;
  return (
    <div className={styles.usage}>
      {parts !== undefined && (
        <div className={styles.track} aria-hidden="true">
          {parts.map(({ name, share }) => (
            <span key={name} className={`${styles.part} ${styles[name]}`} style={{ width: `${share * 100}%` }} />
          ))}
        </div>
      )}
      {words && (
        <p className={styles.words}>
          <strong>{formatQuantity(used, unit)}</strong> used
          {hasLimit && (
            <>
              <Key tone="included">{formatQuantity(included, size)} included</Key>
              {carried !== '0' && <Key tone="carried">{formatQuantity(carried, size)} carried over</Key>}
              {overage !== '0' && <Key tone="overage">{formatQuantity(overage, size)} over</Key>}
              {remaining !== null && overage === '0' && <Key tone="rest">{formatQuantity(remaining, size)} left</Key>}
            </>
          )}
          {included === 'unlimited' && <Key tone="included">unlimited</Key>}
          {included === null && <Key tone="rest">only counted</Key>}
        </p>
      )}
    </div>
  );
}

function Key({ tone, children }: { tone: 'included' | 'carried' | 'overage' | 'rest'; children: (string | false)[] | string }): ReactElement {
  return (
    <span className={styles.key}>
      <span className={`${styles.dot} ${styles[tone]}`} aria-hidden="true" />
      {children}
    </span>
  );
}

interface Part {
  name: 'included' | 'carried' | 'overage' | 'restIncluded' | 'restCarried';
  share: number;
}

/** Widths for the eye only; every figure in words is the engine's own. */
function drawn(figures: { included: string; carried: string; used: string; overage: string }): Part[] {
  const included = Number(figures.included);
  const carried = Number(figures.carried);
  const used = Math.max(0, Number(figures.used));
  const overage = Math.max(0, Number(figures.overage));
  const whole = Math.max(included + carried, used, Number.MIN_VALUE);
  const within = Math.max(0, used - overage);
  const ofIncluded = Math.min(within, included);
  const ofCarried = Math.min(Math.max(0, within - included), carried);
  const parts: Part[] = [
    { name: 'included', share: ofIncluded / whole },
    { name: 'restIncluded', share: (included - ofIncluded) / whole },
    { name: 'carried', share: ofCarried / whole },
    { name: 'restCarried', share: (carried - ofCarried) / whole },
    { name: 'overage', share: overage / whole },
  ];
  return parts.filter(({ share }) => share > 0);
}
