import { useState, type ReactElement } from 'react';
import { useAnnounce } from './announcer.js';
import { Button } from './button.js';

/** Puts a text where it can be pasted from, and says so. */
export function Copy({ text, what, children }: { text: string; what: string; children?: string }): ReactElement {
  const [isDone, setDone] = useState(false);
  const announce = useAnnounce();
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setDone(true);
      announce({ text: `Copied ${what}.`, silent: true });
      setTimeout(() => setDone(false), 1600);
    } catch {
      announce({ text: 'The browser did not let the page copy. Select the text and copy it by hand.', tone: 'danger' });
    }
  };
  return (
    <Button tone="quiet" small icon={isDone ? 'check' : 'copy'} aria-label={children === undefined ? `Copy ${what}` : undefined} onClick={() => void copy()}>
      {children}
    </Button>
  );
}
