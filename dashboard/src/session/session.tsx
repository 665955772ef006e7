import { isProblem, type Client } from '@paidup/sdk';
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createContext, use, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type ReactElement, type ReactNode } from 'react';
import { useAnnounce } from '../part/announcer.js';
import { ErrorNote } from '../part/error.js';
import { clientOf, closeSession, type Session } from './session-call.js';
import styles from './session.module.css';

/** Why one is asked to sign in. */
export type SignInReason = 'new' | 'ended' | 'left';

export interface SignInProps {
  reason: SignInReason;
  onOpen: (session: Session) => void;
}

interface SessionProviderProps {
  /** Finds the session that there is, or opens one; null when one has to sign in. */
  begin: () => Promise<Session | null>;
  signIn: (props: SignInProps) => ReactElement;
  children: ReactNode;
}

interface OpenSession {
  session: Session;
  client: Client;
  signOut: () => Promise<void>;
  /** For what is asked past the queries, such as a stream: an error that says that the session has ended ends it here. */
  seeError: (error: unknown) => void;
}

type Standing =
  | { is: 'asking' }
  | { is: 'unknown'; error: unknown }
  | { is: 'none'; reason: SignInReason }
  | { is: 'open'; session: Session }
  /** It has ended by itself. The page stays, out of sight, so that what was typed is there after signing in again. */
  | { is: 'ended'; session: Session };

const Context = createContext<OpenSession | undefined>(undefined);

/** The session of the pages within. @throws Error outside of one. */
export function useSession(): OpenSession {
  const open = use(Context);
  if (open === undefined) throw new Error('This part stands outside of a session.');
  return open;
}

/** The way to the engine for the pages within. */
export function useClient(): Client {
  return useSession().client;
}

/** The longest that a timer can wait. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Pages for whoever has a session, the sign-in for whoever has not, at the same address. */
export function SessionProvider({ begin, signIn: SignIn, children }: SessionProviderProps): ReactElement {
  const [standing, setStanding] = useState<Standing>({ is: 'asking' });
  const announce = useAnnounce();
  const end = useCallback(() => setStanding((now) => (now.is === 'open' ? { is: 'ended', session: now.session } : now)), []);
  const seeError = useCallback(
    (error: unknown) => {
      if (isProblem(error, 'unauthorized')) end();
    },
    [end],
  );
  const [queries] = useState(() => createQueries(seeError));
  const ask = useCallback(() => {
    begin().then(
      (session) => setStanding(session === null ? { is: 'none', reason: 'new' } : { is: 'open', session }),
      (error: unknown) => setStanding({ is: 'unknown', error }),
    );
  }, [begin]);
  const hasBegun = useRef(false);
  useEffect(() => {
    // Once: what a link opens must not be opened twice.
    if (!hasBegun.current) ask();
    hasBegun.current = true;
  }, [ask]);

  const session = standing.is === 'open' || standing.is === 'ended' ? standing.session : undefined;
  useEffect(() => {
    if (standing.is !== 'open') return undefined;
    const timer = setTimeout(end, Math.min(LONGEST_TIMER_MS, Math.max(0, Date.parse(standing.session.expires_at) - Date.now())));
    return () => clearTimeout(timer);
  }, [standing, end]);

  const asked = useRef(session);
  useEffect(() => {
    // After the pages have the new client: what is asked anew with the one before would be refused again.
    if (session !== undefined && asked.current !== undefined && asked.current !== session) void queries.invalidateQueries();
    asked.current = session;
  }, [session, queries]);

  const value = useMemo<OpenSession | undefined>(() => {
    if (session === undefined) return undefined;
    const signOut = async (): Promise<void> => {
      try {
        await closeSession(session);
      } catch (error) {
        // One that has ended already is as good as closed.
        if (!isProblem(error, 'unauthorized')) {
          announce({ text: 'Signing out failed: the session is still open.', tone: 'danger' });
          return;
        }
      }
      queries.clear();
      setStanding({ is: 'none', reason: 'left' });
    };
    return { session, client: clientOf(session), signOut, seeError };
  }, [session, queries, announce, seeError]);

  const open = (next: Session): void => {
    if (session === undefined || !isSamePerson(session, next)) queries.clear();
    setStanding({ is: 'open', session: next });
  };

  if (standing.is === 'asking') return <p role="status" className="unseen">Loading…</p>;
  if (standing.is === 'unknown') {
    return (
      <main className={styles.unknown}>
        <ErrorNote error={standing.error} onRetry={ask} />
      </main>
    );
  }
  return (
    <QueryClientProvider client={queries}>
      {standing.is === 'none' && <SignIn reason={standing.reason} onOpen={open} />}
      {standing.is === 'ended' && (
        <Above>
          <SignIn reason="ended" onOpen={open} />
        </Above>
      )}
      {value !== undefined && (
        <Context value={value} key={value.session.customer?.id ?? value.session.for}>
          <div hidden={standing.is === 'ended'}>{children}</div>
        </Context>
      )}
    </QueryClientProvider>
  );
}

/** Over everything, an open dialog of the page too: whatever is below cannot be reached. */
function Above({ children }: { children: ReactNode }): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog ref={dialog} className={styles.above} aria-label="Sign in" onCancel={(event) => event.preventDefault()}>
      {children}
    </dialog>
  );
}

function createQueries(seeError: (error: unknown) => void): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({ onError: seeError }),
    mutationCache: new MutationCache({ onError: seeError }),
    // The SDK repeats what may be repeated.
    defaultOptions: { queries: { retry: false, staleTime: 5_000 }, mutations: { retry: false } },
  });
}

function isSamePerson(one: Session, other: Session): boolean {
  return one.for === other.for && one.customer?.id === other.customer?.id;
}
