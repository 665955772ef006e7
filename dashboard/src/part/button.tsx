import { createLink } from '@tanstack/react-router';
import { useId, type ComponentProps, type MouseEvent, type ReactElement } from 'react';
import styles from './button.module.css';
import { Icon, type IconName } from './icon.js';
import { Tooltip } from './tooltip.js';

interface Look {
  /** `primary`: the one thing this place is for; `danger`: what cannot be taken back; `quiet`: without a frame. */
  tone?: 'plain' | 'primary' | 'danger' | 'quiet' | undefined;
  icon?: IconName | undefined;
  small?: boolean | undefined;
}

export interface ButtonProps extends Omit<ComponentProps<'button'>, 'disabled'>, Look {
  /** While its work is under way: it keeps its place and its words, and does nothing more. */
  busy?: boolean | undefined;
  /** Why it cannot be used now; undefined when it can. It stays in reach of the keyboard, and the reason is read out. */
  disabledReason?: string | undefined;
}

export function Button({ tone, icon, small, busy = false, disabledReason, children, className, onClick, type = 'button', ...rest }: ButtonProps): ReactElement {
  const reasonId = useId();
  const isOff = busy || disabledReason !== undefined;
  const press = (event: MouseEvent<HTMLButtonElement>): void => {
    // aria-disabled leaves a button in the tab order, and leaves keeping it quiet to us.
    if (isOff) event.preventDefault();
    else onClick?.(event);
  };
  const button = (
    <button
      {...rest}
      type={type}
      className={classOf({ tone, small, hasWords: children !== undefined }, className)}
      onClick={press}
      aria-disabled={isOff || undefined}
      aria-busy={busy || undefined}
      aria-describedby={disabledReason === undefined ? rest['aria-describedby'] : reasonId}
    >
      {busy ? <span className={styles.turning} aria-hidden="true" /> : icon !== undefined && <Icon name={icon} />}
      {children}
      {disabledReason !== undefined && <span id={reasonId} hidden>{disabledReason}</span>}
    </button>
  );
  return disabledReason === undefined ? button : <Tooltip text={disabledReason}>{button}</Tooltip>;
}

function ButtonAnchor({ tone, icon, small, children, className, ...rest }: ComponentProps<'a'> & Look): ReactElement {
  return (
    <a {...rest} className={classOf({ tone, small, hasWords: children !== undefined }, className)}>
      {icon !== undefined && <Icon name={icon} />}
      {children}
    </a>
  );
}

/** A link to a page that looks like a button. */
export const ButtonLink = createLink(ButtonAnchor);

function classOf(look: { tone: Look['tone']; small: boolean | undefined; hasWords: boolean }, more: string | undefined): string {
  const { tone = 'plain', small = false, hasWords } = look;
  return [styles.button, styles[tone], small && styles.small, !hasWords && styles.bare, more].filter(Boolean).join(' ');
}
