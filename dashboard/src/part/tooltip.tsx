import * as Radix from '@radix-ui/react-tooltip';
import type { ReactElement } from 'react';
import styles from './tooltip.module.css';

/** A short text beside what the pointer or the keyboard is on. Nothing may be said here alone: touch shows none. */
export function Tooltip({ text, children }: { text: string; children: ReactElement }): ReactElement {
  return (
    <Radix.Provider delayDuration={250}>
      <Radix.Root>
        <Radix.Trigger asChild>{children}</Radix.Trigger>
        <Radix.Portal>
          <Radix.Content className={styles.tooltip} sideOffset={6} collisionPadding={8}>
            {text}
          </Radix.Content>
        </Radix.Portal>
      </Radix.Root>
    </Radix.Provider>
  );
}
