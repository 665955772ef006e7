import type { Plan } from '@paidup/sdk';
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useClient } from '../../session/session.js';

/** The newest version of a plan. */
export function usePlan(code: string): UseQueryResult<Plan> {
  const client = useClient();
  return useQuery({ queryKey: ['plan', code], queryFn: ({ signal }) => client.getPlan(code, { signal }) });
}

/** What a change of one plan touches. */
export function planKeys(code: string): readonly (readonly unknown[])[] {
  return [['plan', code], ['plans']];
}
