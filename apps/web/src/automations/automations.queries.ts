import {
  archiveAutomation,
  automationEnds,
  automationRiver,
  automationStats,
  createAutomation,
  deleteAutomation,
  duplicateAutomation,
  getAutomation,
  listAutomations,
  listEnded,
  listRuns,
  listVisits,
  pauseAutomation,
  publishAutomation,
  resumeAutomation,
  stopAutomation,
  validateAutomation,
  type Automation,
  type AutomationStatus,
  type CallOf,
} from '#contracts';
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '../api/client';
import { fallbackPoll } from '../api/live-changes';
import { paging } from '../api/paged';

const key = (id: string) => ['automation', id];

export const useAutomations = (filter: { q: string; status: AutomationStatus | undefined }) =>
  useInfiniteQuery({
    queryKey: ['automations', filter],
    queryFn: ({ pageParam, signal }) =>
      call(
        listAutomations,
        {
          query: {
            ...(pageParam ? { cursor: pageParam } : {}),
            ...(filter.q ? { q: filter.q } : {}),
            ...(filter.status ? { status: filter.status } : {}),
          },
        },
        { signal },
      ),
    ...paging,
  });

/** One automation. The editor reads it once and then works on its own copy; the rest of it is kept fresh. */
export const useAutomation = (id: string) =>
  useQuery({
    queryKey: key(id),
    queryFn: ({ signal }) => call(getAutomation, { params: { id } }, { signal }),
    staleTime: 5_000,
  });

const hour = 3_600_000;
const lengths = { day: 24 * hour, week: 7 * 24 * hour, month: 30 * 24 * hour, all: undefined };

/** Where a span begins that ends now. */
const beginOf = (span: keyof typeof lengths): { from?: string } => {
  const length = lengths[span];
  return length === undefined ? {} : { from: new Date(Date.now() - length).toISOString() };
};

export const useStats = (id: string, span: keyof typeof lengths, enabled: boolean) =>
  useQuery({
    queryKey: ['automation-stats', id, span],
    queryFn: ({ signal }) => call(automationStats, { params: { id }, query: beginOf(span) }, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: fallbackPoll,
    enabled,
  });

/** How many people stand at any of these steps now, in whatever version. */
export async function peopleAt(id: string, steps: readonly string[]): Promise<number> {
  const { nodes } = await call(automationStats, { params: { id } });
  const here = new Map(Object.entries(nodes).map(([step, { here_now }]) => [step, here_now]));
  return steps.reduce((sum, step) => sum + (here.get(step) ?? 0), 0);
}

/** Where people's ways ended, and what came of it. Dearer than the statistics, so it is not asked at each change. */
export const useEnds = (id: string, span: keyof typeof lengths, enabled: boolean) =>
  useQuery({
    queryKey: ['automation-ends', id, span],
    queryFn: ({ signal }) => call(automationEnds, { params: { id }, query: beginOf(span) }, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: fallbackPoll,
    enabled,
  });

/** The last days from the recorded visits, frame by frame; read once, so that nothing moves under the hand. */
export const useRiver = (id: string, span: 'day' | 'week' | 'month') =>
  useQuery({
    queryKey: ['automation-river', id, span],
    queryFn: ({ signal }) => call(automationRiver, { params: { id }, query: { span } }, { signal }),
    staleTime: 60_000,
    refetchOnWindowFocus: false,
  });

/** The runs behind a figure of an end. */
export const useEnded = (
  id: string,
  asked: { node_id: string; port?: string; goal: boolean },
  span: keyof typeof lengths,
) =>
  useInfiniteQuery({
    queryKey: ['automation-ended', id, asked, span],
    queryFn: ({ pageParam, signal }) => {
      const { goal, ...at } = asked;
      const query = { limit: 20, ...beginOf(span), ...at, ...(goal ? { goal: 'true' as const } : {}) };
      return call(
        listEnded,
        { params: { id }, query: { ...query, ...(pageParam ? { cursor: pageParam } : {}) } },
        { signal },
      );
    },
    ...paging,
    refetchInterval: fallbackPoll,
  });

/** The visits behind a figure of a step. */
export const useVisits = (
  id: string,
  asked: Pick<CallOf<typeof listVisits>['query'] & object, 'node_id' | 'figure' | 'port' | 'reason'> | undefined,
  span: keyof typeof lengths,
) =>
  useInfiniteQuery({
    queryKey: ['automation-visits', id, asked, span],
    queryFn: ({ pageParam, signal }) =>
      call(
        listVisits,
        {
          params: { id },
          query: { limit: 20, ...beginOf(span), ...asked!, ...(pageParam ? { cursor: pageParam } : {}) },
        },
        { signal },
      ),
    ...paging,
    refetchInterval: fallbackPoll,
    enabled: asked !== undefined,
  });

export const useRuns = (id: string, filter: { contact_email?: string; node_id?: string }, enabled: boolean) =>
  useInfiniteQuery({
    queryKey: ['automation-runs', id, filter],
    queryFn: ({ pageParam, signal }) =>
      call(
        listRuns,
        { params: { id }, query: { limit: 20, ...filter, ...(pageParam ? { cursor: pageParam } : {}) } },
        { signal },
      ),
    ...paging,
    refetchInterval: fallbackPoll,
    enabled,
  });

/** The server's check of the stored draft: problems, who matches a monitor now, who is inside. */
export const useReview = (id: string, revision: number, enabled: boolean) =>
  useQuery({
    queryKey: ['automation-review', id, revision],
    queryFn: ({ signal }) => call(validateAutomation, { params: { id }, body: {} }, { signal }),
    enabled,
    staleTime: 0,
  });

export const useCreate = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: NonNullable<CallOf<typeof createAutomation>['body']>) => call(createAutomation, { body }),
    onSuccess: (made) => {
      client.setQueryData(key(made.id), made);
      return client.invalidateQueries({ queryKey: ['automations'] });
    },
  });
};

type Transition = 'pause' | 'resume' | 'archive';
const transitions = { pause: pauseAutomation, resume: resumeAutomation, archive: archiveAutomation };

/** Everything that changes an automation's state besides its drawing. */
export const useTransitions = (id: string) => {
  const client = useQueryClient();
  const keep = (automation: Automation) => {
    client.setQueryData(key(id), automation);
    return client.invalidateQueries({ queryKey: ['automations'] });
  };
  const transition = useMutation({
    mutationFn: (verb: Transition) => call(transitions[verb], { params: { id } }),
    onSuccess: keep,
  });
  const stop = useMutation({
    mutationFn: (confirm: number) => call(stopAutomation, { params: { id }, body: { confirm } }),
    onSuccess: keep,
  });
  const publish = useMutation({
    mutationFn: (body: NonNullable<CallOf<typeof publishAutomation>['body']>) =>
      call(publishAutomation, { params: { id }, body }),
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: key(id) }),
        client.invalidateQueries({ queryKey: ['automations'] }),
      ]),
  });
  const duplicate = useMutation({
    mutationFn: () => call(duplicateAutomation, { params: { id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['automations'] }),
  });
  const remove = useMutation({
    mutationFn: () => call(deleteAutomation, { params: { id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['automations'] }),
  });
  return { transition, stop, publish, duplicate, remove };
};
