import {
  activityTypes,
  labelActivityType,
  listRejects,
  listSourceRejects,
  listSources,
  type AnswerOf,
  type Source,
  type SourceReject,
} from '#contracts';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '../../api/client';
import { paging } from '../../api/paged';

export type { Source, SourceReject };

/** Milliseconds between looks: figures are written every two seconds. */
const SOON = 5_000;
/** The same for types, which are looked up among all activities. */
const LATER = 30_000;

export const useSources = () =>
  useQuery({
    queryKey: ['sources'],
    queryFn: ({ signal }) => call(listSources, { query: { limit: 200 } }, { signal }),
    refetchInterval: SOON,
  });

/** What was refused of a source, or accepted and not used; newest first. */
export const useRejects = (id: string, unused: boolean) =>
  useInfiniteQuery({
    queryKey: ['source-rejects', id, unused],
    queryFn: ({ pageParam, signal }) =>
      call(
        listSourceRejects,
        { params: { id }, query: { limit: 20, cursor: pageParam, unused: unused ? 'true' : 'false' } },
        { signal },
      ),
    ...paging,
  });

/** Refused bodies are written down every two seconds. */
const AT_ONCE = 2_000;
/** What was refused within this time counts as coming in now; in seconds. */
const NOW = 120;
const MOST_REJECTS = 50;

export type LiveReject = AnswerOf<typeof listRejects>['items'][number];

/** What was refused in the last two minutes, of all sources, looked at again and again while somebody watches. */
export const useLiveRejects = (isWatched: boolean) =>
  useQuery({
    queryKey: ['live-rejects'],
    queryFn: ({ signal }) => call(listRejects, { query: { limit: MOST_REJECTS, seconds: NOW } }, { signal }),
    enabled: isWatched,
    refetchInterval: AT_ONCE,
    select: ({ items }) => items,
  });

const typesKey = ['activity-types'];

/** Types that nobody has named yet. */
export const useUnnamedTypes = () =>
  useQuery({
    queryKey: typesKey,
    queryFn: ({ signal }) => call(activityTypes, {}, { signal }),
    select: ({ items }) => items.filter(({ asks_for_label }) => asks_for_label),
    refetchInterval: LATER,
  });

export function useNameType() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ type, label }: { type: string; label: string | null }) =>
      call(labelActivityType, { params: { type }, body: { label } }),
    onSuccess: () => client.invalidateQueries({ queryKey: typesKey }),
  });
}
