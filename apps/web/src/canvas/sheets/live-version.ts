import { getVersion, type Automation } from '#contracts';
import { useQuery } from '@tanstack/react-query';
import { call } from '../../api/client';

/** The version that runs now; null where there is none, undefined while it is on its way. */
export const useLiveVersion = (automation: Pick<Automation, 'id' | 'live_version'>) => {
  const { id, live_version: n } = automation;
  const version = useQuery({
    queryKey: ['automation-version', id, n],
    queryFn: ({ signal }) => call(getVersion, { params: { id, n: n ?? 0 } }, { signal }),
    enabled: n !== null,
    staleTime: Infinity,
  });
  return n === null ? null : version.data;
};
