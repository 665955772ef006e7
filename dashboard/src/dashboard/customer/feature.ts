import type { Feature } from '@paidup/sdk';
import { useQuery } from '@tanstack/react-query';
import { useClient } from '../../session/session.js';

/** All features, by code. */
export function useFeatures(): { features: readonly Feature[]; unitOf: (code: string) => string | null } {
  const client = useClient();
  const { data: features = [] } = useQuery({
    queryKey: ['features', 'all'],
    queryFn: async ({ signal }) => {
      const all: Feature[] = [];
      for await (const feature of client.features({}, { signal })) all.push(feature);
      return all;
    },
    staleTime: 60_000,
  });
  return { features, unitOf: (code) => (features.find((feature) => feature.code === code)?.unit === 'size' ? 'byte' : null) };
}
