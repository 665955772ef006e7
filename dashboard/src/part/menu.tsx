import * as Radix from '@radix-ui/react-dropdown-menu';
import type { ReactElement, ReactNode } from 'react';
import { Icon, type IconName } from './icon.js';
import styles from './menu.module.css';

/** A button (`children`) that unfolds what else can be done. */
export function Menu({ children, items }: { children: ReactElement; items: ReactNode }): ReactElement {
  return (
    // Not modal: Radix would write a style element into the page, which the content security policy refuses.
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className={styles.menu} align="end" sideOffset={4} collisionPadding={8}>
          {items}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

export interface MenuItemProps {
  children: ReactNode;
  onSelect: () => void;
  icon?: IconName | undefined;
  danger?: boolean | undefined;
  /** Why it cannot be chosen now: shown below its name. */
  disabledReason?: string | undefined;
}

export function MenuItem({ children, onSelect, icon, danger = false, disabledReason }: MenuItemProps): ReactElement {
  return (
    <Radix.Item
      className={`${styles.item} ${danger ? styles.danger : ''}`}
      aria-disabled={disabledReason !== undefined || undefined}
      onSelect={(event) => {
        if (disabledReason === undefined) onSelect();
        else event.preventDefault();
      }}
    >
      {icon !== undefined && <Icon name={icon} />}
      <span>
        {children}
        {disabledReason !== undefined && <span className={styles.reason}>{disabledReason}</span>}
      </span>
    </Radix.Item>
  );
}
