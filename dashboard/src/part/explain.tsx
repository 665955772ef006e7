import type { Explanation } from '@paidup/sdk';
import { Fragment, type ReactElement, type ReactNode } from 'react';
import styles from './explain.module.css';
import { Icon } from './icon.js';
import { formatInstant } from './instant.js';

interface UnfoldingProps {
  /** What is always in sight. */
  summary: ReactNode;
  children: ReactNode;
  isOpen?: boolean;
  onToggle?: (isOpen: boolean) => void;
}

/** Something that unfolds: the browser's own, so keyboard and search in the page know it. */
export function Unfolding({ summary, children, isOpen = false, onToggle }: UnfoldingProps): ReactElement {
  return (
    <details className={styles.unfolding} open={isOpen} onToggle={(event) => onToggle?.(event.currentTarget.open)}>
      <summary>
        <span className={styles.turn}>
          <Icon name="right" size={12} />
        </span>
        {summary}
      </summary>
      <div className={styles.inside}>{children}</div>
    </details>
  );
}

/** Why a figure is what it is: the calculation line by line, what went in, and which policies decided. */
export function Explain({ explanation, events }: { explanation: Explanation; /** A link to the events that were counted. */ events?: ReactNode }): ReactElement {
  const { rule, steps, inputs, policy } = explanation;
  return (
    <div className={styles.explain}>
      <p className={styles.rule}>{sentence(rule)}</p>
      {steps.length > 0 && (
        <ol className={styles.steps}>
          {steps.map((step, index) => (
            <li key={index}>
              <Words text={step} />
            </li>
          ))}
        </ol>
      )}
      {events}
      {Object.keys(inputs).length > 0 && (
        <Unfolding summary="What went in">
          <Pairs pairs={inputs} />
        </Unfolding>
      )}
      {Object.keys(policy).length > 0 && (
        <Unfolding summary="Which policies decided">
          <Pairs pairs={policy} />
        </Unfolding>
      )}
    </div>
  );
}

function Pairs({ pairs }: { pairs: Record<string, string> }): ReactElement {
  return (
    <dl className={styles.pairs}>
      {Object.entries(pairs).map(([name, value]) => (
        <div key={name}>
          <dt>{sentence(name)}</dt>
          <dd>
            <Words text={value} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

const INSTANT = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/;

/** A sentence of the engine, with the instants in it as the reader writes them; pointing at one shows it to the last digit. */
function Words({ text }: { text: string }): ReactElement[] {
  // Splitting by a group keeps what it matched, at every second place.
  return text.split(INSTANT).map((part, index) =>
    index % 2 === 0 ? (
      <Fragment key={index}>{part}</Fragment>
    ) : (
      <time key={index} dateTime={part} title={part}>
        {formatInstant(part, { precision: /:00Z$/.test(part) ? 'minute' : 'second' })}
      </time>
    ),
  );
}

/** "Fixed in advance" of fixed_in_advance. */
export function sentence(name: string): string {
  const words = name.replaceAll(/[_.-]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
