import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useSession } from '../../session/session.js';

export interface Arrivals {
  /** Whether the engine tells what changes. */
  isLive: boolean;
  /** How many changes of customers have come since it was paused. */
  waiting: number;
}

/** The least time between two rounds of asking anew, however fast events arrive. */
const ROUND_MS = 800;

/** Asks lists of events anew as customers change; while it is paused it only counts. */
export function useArrivals(isPaused: boolean): Arrivals {
  const { isLive, changes } = useChanges();
  const queries = useQueryClient();
  const [pause, setPause] = useState({ isPaused, since: 0 });
  if (pause.isPaused !== isPaused) setPause({ isPaused, since: changes });
  useEffect(() => {
    // What happened while nobody listened.
    if (isLive && !isPaused) void queries.invalidateQueries({ queryKey: ['events'] });
  }, [queries, isLive, isPaused]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    if (changes === 0 || isPaused) return;
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      void queries.invalidateQueries({ queryKey: ['events'] });
    }, ROUND_MS);
  }, [queries, changes, isPaused]);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [isPaused],
  );
  return { isLive, waiting: isPaused ? changes - pause.since : 0 };
}

/** How many changes of customers the engine has told since the page was opened. */
function useChanges(): { isLive: boolean; changes: number } {
  const { client, seeError } = useSession();
  const [isLive, setLive] = useState(false);
  const [changes, setChanges] = useState(0);
  useEffect(() => {
    const ending = new AbortController();
    const follow = async (): Promise<void> => {
      for await (const _news of client.streamChanges({ signal: ending.signal, onConnection: setLive })) setChanges((count) => count + 1);
    };
    follow().catch((error: unknown) => {
      if (ending.signal.aborted) return;
      setLive(false);
      seeError(error);
    });
    return () => ending.abort();
  }, [client, seeError]);
  return { isLive, changes };
}
