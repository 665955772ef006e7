import { createContext, use, useCallback, useMemo, useRef, useState, type ReactElement, type ReactNode } from 'react';
import styles from './announcer.module.css';
import { Button } from './button.js';
import { Icon } from './icon.js';

export interface Announcement {
  text: string;
  tone?: 'success' | 'danger' | 'info';
  /** Only read out, where what is seen says it already. */
  silent?: boolean;
}

type Announce = (announcement: Announcement) => void;

const Context = createContext<Announce>(() => undefined);

/** Says that something has happened: shown for some seconds, and read out. */
export function useAnnounce(): Announce {
  return use(Context);
}

/** Long enough to read two lines; what went wrong stays until it is put away. */
const SHOWN_MS = 6000;

interface Shown extends Announcement {
  id: number;
}

/** Within: `useAnnounce`. Stands once, around everything. */
export function Announcer({ children }: { children: ReactNode }): ReactElement {
  const [shown, setShown] = useState<readonly Shown[]>([]);
  const [said, setSaid] = useState('');
  const next = useRef(0);
  const drop = useCallback((id: number) => setShown((all) => all.filter((each) => each.id !== id)), []);
  const announce = useCallback(
    (announcement: Announcement) => {
      next.current += 1;
      const id = next.current;
      // A space more or less makes the same text a new one, which is read out again.
      setSaid(announcement.text + (id % 2 === 0 ? '\u00a0' : ''));
      if (announcement.silent === true) return;
      setShown((all) => [...all.slice(-2), { ...announcement, id }]);
      if (announcement.tone !== 'danger') setTimeout(() => drop(id), SHOWN_MS);
    },
    [drop],
  );
  const value = useMemo(() => announce, [announce]);
  return (
    <Context value={value}>
      {children}
      <div role="status" aria-live="polite" className="unseen">
        {said}
      </div>
      <div className={styles.stack}>
        {shown.map(({ id, text, tone = 'success' }) => (
          <div key={id} className={`${styles.toast} ${styles[tone]}`}>
            <Icon name={tone === 'success' ? 'check' : tone === 'danger' ? 'warning' : 'info'} />
            <span>{text}</span>
            <Button tone="quiet" small icon="close" aria-label="Put this message away" onClick={() => drop(id)} />
          </div>
        ))}
      </div>
    </Context>
  );
}
