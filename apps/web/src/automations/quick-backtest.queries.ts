import { quickBacktest } from '#contracts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { call } from '../api/client';

/** Milliseconds until it is asked to go on where its time had run out, and how often at most. */
const GO_ON = 100;
const MOST_ROUNDS = 10;

/**
 * What the stored draft would have done in the last 30 days. Of the next revision it is asked anew, and the question before
 * is given up; until the answer comes the last one stays.
 */
export const useQuickBacktest = (id: string, revision: number, enabled: boolean) =>
  useQuery({
    queryKey: ['quick-backtest', id, revision],
    queryFn: ({ signal }) => call(quickBacktest, { params: { id } }, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data?.more && state.dataUpdateCount < MOST_ROUNDS ? GO_ON : false),
    refetchOnWindowFocus: false,
    retry: false,
    staleTime: 60_000,
    gcTime: 60_000,
    enabled,
  });
