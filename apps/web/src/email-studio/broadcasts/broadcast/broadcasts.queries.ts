import {
  broadcastAudience,
  broadcastAudienceOfOne,
  broadcastAudiencePeople,
  broadcastTestResult,
  cancelBroadcast,
  changeBroadcast,
  chooseWinner,
  createBroadcast,
  deleteBroadcast,
  duplicateBroadcast,
  getBroadcast,
  getRehearsal,
  listBroadcasts,
  pauseBroadcast,
  rehearseBroadcast,
  resumeBroadcast,
  scheduleBroadcast,
  sendBroadcast,
  type AnswerOf,
  type Broadcast,
  type BroadcastState,
  type CallOf,
} from '#contracts';
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call, type CallOptions } from '../../../api/client';
import { fallbackPoll } from '../../../api/live-changes';
import { paging } from '../../../api/paged';
import { failedBy } from '../../../api/problem';
import { useChange } from '../../../api/use-change';

export type { Broadcast, BroadcastState };
export type ListedBroadcast = AnswerOf<typeof listBroadcasts>['items'][number];
export type BroadcastChange = NonNullable<CallOf<typeof changeBroadcast>['body']>;
export type Funnel = AnswerOf<typeof broadcastAudience>;
export type AudiencePerson = AnswerOf<typeof broadcastAudiencePeople>['items'][number];
export type AudienceReason = NonNullable<NonNullable<CallOf<typeof broadcastAudiencePeople>['query']>['reason']>;
export type Rehearsal = AnswerOf<typeof getRehearsal>;
export type TestResult = AnswerOf<typeof broadcastTestResult>;

const all = 'broadcasts';
const one = (id: string) => ['broadcast', id];

/** Milliseconds between looks at a rehearsal that runs. */
const REHEARSAL_POLL = 1_000;

export const useBroadcasts = (filter: { q: string; status: BroadcastState | undefined }) =>
  useInfiniteQuery({
    queryKey: [all, filter],
    queryFn: ({ pageParam: cursor, signal }) =>
      call(
        listBroadcasts,
        { query: { cursor, limit: 50, q: filter.q || undefined, status: filter.status } },
        { signal },
      ),
    ...paging,
    placeholderData: keepPreviousData,
    refetchInterval: fallbackPoll,
  });

/** What leaves next; more of them than these nobody looks at in a calendar. */
export const useScheduled = () =>
  useQuery({
    queryKey: [all, 'scheduled'],
    queryFn: ({ signal }) => call(listBroadcasts, { query: { limit: 200, status: 'scheduled' } }, { signal }),
    refetchInterval: fallbackPoll,
  });

export const useBroadcast = (id: string) =>
  useQuery({
    queryKey: one(id),
    queryFn: ({ signal }) => call(getBroadcast, { params: { id } }, { signal }),
    refetchInterval: fallbackPoll,
  });

export const fetchBroadcast = (id: string) => call(getBroadcast, { params: { id } });

export const storeBroadcast = (id: string, body: BroadcastChange, options: CallOptions) =>
  call(changeBroadcast, { params: { id }, body }, options);

export const useCreateBroadcast = () => useChange(all, (name: string) => call(createBroadcast, { body: { name } }));
export const useDuplicateBroadcast = () => useChange(all, (id: string) => call(duplicateBroadcast, { params: { id } }));
export const useDeleteBroadcast = () => useChange(all, (id: string) => call(deleteBroadcast, { params: { id } }));

/** The answer of whatever changes a broadcast is the broadcast. */
function useStep<I>(id: string, mutationFn: (input: I) => Promise<Broadcast>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSuccess: (broadcast) => {
      client.setQueryData(one(id), broadcast);
      void client.invalidateQueries({ queryKey: [all] });
    },
    // What it said is no longer so: it was sent, paused or changed meanwhile.
    onError: () => void client.invalidateQueries({ queryKey: one(id) }),
  });
}

const acts = { pause: pauseBroadcast, resume: resumeBroadcast, cancel: cancelBroadcast };
export type Act = keyof typeof acts;

export const useAct = (id: string) => useStep(id, (act: Act) => call(acts[act], { params: { id } }));

const testKey = (id: string) => [...one(id), 'test'];

/** How far its test is; asked only where there is one. */
export const useTestResult = ({ id, test }: Broadcast) =>
  useQuery({
    queryKey: testKey(id),
    queryFn: ({ signal }) => call(broadcastTestResult, { params: { id } }, { signal }),
    enabled: test !== null,
    refetchInterval: fallbackPoll,
  });

export function useChooseWinner(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (variant: number) => call(chooseWinner, { params: { id }, body: { variant } }),
    onSuccess: (result) => client.setQueryData(testKey(id), result),
    onError: () => void client.invalidateQueries({ queryKey: testKey(id) }),
  });
}

/** Sends it now with time to undo, or at an instant. */
export const useSend = (id: string) =>
  useStep(id, ({ at, confirm }: { at: string | undefined; confirm: number }) =>
    at === undefined
      ? call(sendBroadcast, { params: { id }, body: { confirm, undo_seconds: 60 } })
      : call(scheduleBroadcast, { params: { id }, body: { confirm, scheduled_at: at } }),
  );

/** Who would get a draft now; asked again for each revision. */
export const useFunnel = ({ id, revision }: Broadcast, enabled: boolean) =>
  useQuery({
    queryKey: ['broadcast-audience', id, revision],
    queryFn: ({ signal }) => call(broadcastAudience, { params: { id } }, { signal }),
    enabled,
    staleTime: 30_000,
    placeholderData: keepPreviousData,
  });

/** The people behind a number of the funnel; all of the audience without a reason. */
export const useAudiencePeople = ({ id, revision }: Broadcast, reason: AudienceReason | undefined) =>
  useInfiniteQuery({
    queryKey: ['broadcast-audience', id, revision, 'people', reason],
    queryFn: ({ pageParam: cursor, signal }) =>
      call(broadcastAudiencePeople, { params: { id }, query: { cursor, reason, limit: 50 } }, { signal }),
    ...paging,
  });

/** When everybody would get it at their own time of day. */
export const useOwnTimes = ({ id, revision }: Broadcast, scheduled_at: string) =>
  useQuery({
    queryKey: ['broadcast-audience', id, revision, 'at', scheduled_at],
    queryFn: ({ signal }) => call(broadcastAudience, { params: { id }, query: { scheduled_at } }, { signal }),
    staleTime: 30_000,
    placeholderData: keepPreviousData,
  });

export const useWhyNot = ({ id, revision }: Broadcast, email: string | undefined) =>
  useQuery({
    queryKey: ['broadcast-audience', id, revision, email],
    queryFn: ({ signal }) =>
      call(broadcastAudienceOfOne, { params: { id }, query: { contact_email: email! } }, { signal }),
    enabled: email !== undefined,
    retry: false,
  });

const rehearsalKey = (id: string) => ['broadcast-rehearsal', id];

/** The last rehearsal; null where there was none. */
export const useRehearsal = (id: string) =>
  useQuery({
    queryKey: rehearsalKey(id),
    queryFn: async ({ signal }) => {
      try {
        return await call(getRehearsal, { params: { id } }, { signal });
      } catch (error) {
        if (failedBy(error, 'not_found')) return null;
        throw error;
      }
    },
    refetchInterval: ({ state }) => (state.data?.status === 'running' ? REHEARSAL_POLL : false),
  });

export function useRehearse(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call(rehearseBroadcast, { params: { id } }),
    onSuccess: (rehearsal) => client.setQueryData(rehearsalKey(id), rehearsal),
  });
}
