import { getVersion, type Automation } from '#contracts';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { call } from '../api/client';

/** How a published version is asked for; it never changes. */
export const versionQuery = (id: string, n: number | null | undefined) =>
  queryOptions({
    queryKey: ['automation-version', id, n],
    queryFn: ({ signal }) => call(getVersion, { params: { id, n: n ?? 0 } }, { signal }),
    staleTime: Infinity,
  });

/** A published version; nothing is asked without a number. */
export const useVersion = (id: string, n: number | null | undefined) =>
  useQuery({ ...versionQuery(id, n), enabled: typeof n === 'number' });

/** The version that runs now; null where there is none, undefined while it is on its way. */
export const useLiveVersion = (automation: Pick<Automation, 'id' | 'live_version'>) => {
  const version = useVersion(automation.id, automation.live_version);
  return automation.live_version === null ? null : version.data;
};
