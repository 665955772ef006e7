import type { Scope } from '@paidup/sdk';
import { useSession } from '../session/session.js';

/** Why this session may not change something; undefined when it may. The engine refuses it anyway. */
export function useMayNot(right: Scope): string | undefined {
  const { scopes, for: side } = useSession().session;
  const wide: readonly Scope[] = ['*', '*:write', right];
  if (scopes.length === 0 || wide.some((scope) => scopes.includes(scope))) return undefined;
  return side === 'portal' ? 'From here you can look and change nothing.' : `This key may not do it: it lacks "${right}".`;
}
