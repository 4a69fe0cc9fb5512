import { previewSmartList } from '#contracts';
import { useQuery } from '@tanstack/react-query';
import { call } from '../api/client';

const rules = { operator: 'AND' as const, conditions: [{ field: 'can_be_emailed', operator: 'is_true' }] };

/** How many people marketing mail may go to now; undefined while it is counted. */
export const useMailableCount = (): number | undefined =>
  useQuery({
    queryKey: ['mailable'],
    queryFn: async ({ signal }) => (await call(previewSmartList, { body: { rules } }, { signal })).count,
    staleTime: 60_000,
  }).data;
