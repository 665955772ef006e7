import type { Meter } from '@paidup/sdk';
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useClient } from '../../session/session.js';

/** All meters, by code. */
export function useMeters(): UseQueryResult<Meter[]> {
  const client = useClient();
  return useQuery({
    queryKey: ['meters', 'all'],
    queryFn: async ({ signal }) => {
      const meters: Meter[] = [];
      for await (const meter of client.meters({}, { signal })) meters.push(meter);
      return meters;
    },
    staleTime: 60_000,
  });
}
