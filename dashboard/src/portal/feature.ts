import { useQuery } from '@tanstack/react-query';
import { useClient } from '../session/session.js';

export interface FeatureName {
  name: string;
  unit: string | null;
}

/** What features are called, and what they are measured in. */
export function useFeatureNames(): ReadonlyMap<string, FeatureName> {
  const client = useClient();
  const query = useQuery({
    queryKey: ['features', 'named'],
    queryFn: async ({ signal }) => {
      const names = new Map<string, FeatureName>();
      for await (const { code, name, unit } of client.features({}, { signal })) names.set(code, { name, unit: unit === 'size' ? 'byte' : null });
      return names;
    },
    staleTime: 600_000,
  });
  return query.data ?? NO_NAMES;
}

const NO_NAMES: ReadonlyMap<string, FeatureName> = new Map();
