import { getExperiment, type AnswerOf } from '#contracts';
import { useQuery } from '@tanstack/react-query';
import { call } from '../api/client';

/** Milliseconds: people are counted when their days are over, so it changes by the hour. */
const COUNTED_ANEW = 5 * 60_000;

export type ExperimentReport = AnswerOf<typeof getExperiment>;

/** How the experiment at a split of the live version stands. */
export const useExperiment = (automationId: string, nodeId: string, enabled: boolean) =>
  useQuery({
    queryKey: ['automation-experiment', automationId, nodeId],
    queryFn: ({ signal }) => call(getExperiment, { params: { id: automationId, node_id: nodeId } }, { signal }),
    staleTime: COUNTED_ANEW,
    refetchInterval: COUNTED_ANEW,
    enabled,
  });
