import { getVersion, type Automation } from '#contracts';
import { useQuery } from '@tanstack/react-query';
import { call } from '../api/client';

/** A published version, which never changes; nothing is asked without a number. */
export const useVersion = (id: string, n: number | null | undefined) =>
  useQuery({
    queryKey: ['automation-version', id, n],
    queryFn: ({ signal }) => call(getVersion, { params: { id, n: n ?? 0 } }, { signal }),
    enabled: typeof n === 'number',
    staleTime: Infinity,
  });

/** The version that runs now; null where there is none, undefined while it is on its way. */
export const useLiveVersion = (automation: Pick<Automation, 'id' | 'live_version'>) => {
  const version = useVersion(automation.id, automation.live_version);
  return automation.live_version === null ? null : version.data;
};
