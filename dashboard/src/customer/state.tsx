import { isProblem, type Client, type State } from '@paidup/sdk';
import { useQuery, useQueryClient, type QueryClient, type UseQueryResult } from '@tanstack/react-query';
import { createContext, use, useEffect, useState } from 'react';
import { useClient, useSession } from '../session/session.js';

/** What the pages of one customer look at. */
export interface Looked {
  /** As the address names the customer. */
  customer: string;
  /** The moment in the address; undefined for now. */
  at: string | undefined;
  /** At that moment. */
  state: State;
  /** As it is now; the same as `state` when no moment was asked for. */
  now: State;
}

const Context = createContext<Looked | undefined>(undefined);

export const LookedProvider = Context;

export function useLooked(): Looked {
  const looked = use(Context);
  if (looked === undefined) throw new Error('This part stands outside of a customer.');
  return looked;
}

/** The key of a customer's state; of now without a moment. */
export function stateKey(customer: string, at?: string): readonly unknown[] {
  return ['customer', customer, 'state', at ?? 'now'];
}

/** Everything that was asked about a customer, but for what comes live. */
export function customerKey(customer: string): readonly unknown[] {
  return ['customer', customer];
}

export function useCustomerState(customer: string, at: string | undefined, isWanted = true): UseQueryResult<State> {
  const client = useClient();
  return useQuery({
    queryKey: stateKey(customer, at),
    queryFn: ({ signal }) => client.readState(customer, at === undefined ? {} : { at }, { signal }),
    enabled: isWanted,
  });
}

/** The state with the reasons for its figures; asked for when somebody wants to know, and again when it has changed. */
export function useExplainedState({ customer, at, state }: Looked, isWanted: boolean): UseQueryResult<State> {
  const client = useClient();
  return useQuery({
    queryKey: ['customer', customer, 'explained-state', at ?? 'now', state.revision],
    queryFn: ({ signal }) => client.readState(customer, { explain: true, ...(at === undefined ? {} : { at }) }, { signal }),
    enabled: isWanted,
  });
}

export type Liveness = 'live' | 'waiting' | 'deleted';

/** The least time between two rounds of asking anew for lists, however fast a customer changes. */
const ROUND_MS = 1500;

/** Keeps the customer's present state as it is now, and asks lists anew when something has changed. */
export function useLive(customer: string): Liveness {
  const { client, seeError } = useSession();
  const queries = useQueryClient();
  const [liveness, setLiveness] = useState<Liveness>('waiting');
  useEffect(() => {
    const ending = new AbortController();
    follow({ client, queries, customer, signal: ending.signal, say: setLiveness }).catch((error: unknown) => {
      if (ending.signal.aborted) return;
      setLiveness(isProblem(error, 'not_found') ? 'deleted' : 'waiting');
      seeError(error);
    });
    return () => ending.abort();
  }, [client, queries, customer, seeError]);
  return liveness;
}

async function follow(input: { client: Client; queries: QueryClient; customer: string; signal: AbortSignal; say: (liveness: Liveness) => void }): Promise<void> {
  const { client, queries, customer, signal, say } = input;
  let timer: ReturnType<typeof setTimeout> | undefined;
  signal.addEventListener('abort', () => clearTimeout(timer));
  for await (const news of client.streamCustomer(customer, { signal })) {
    if (news.type === 'deleted') {
      say('deleted');
      return;
    }
    say('live');
    const before = queries.getQueryData<State>(stateKey(customer));
    queries.setQueryData(stateKey(customer), news.state);
    if (before === undefined || before.revision === news.state.revision) continue;
    timer ??= setTimeout(() => {
      timer = undefined;
      void queries.invalidateQueries({ queryKey: customerKey(customer), predicate: ({ queryKey }) => queryKey[2] !== 'state' });
    }, ROUND_MS);
  }
}
