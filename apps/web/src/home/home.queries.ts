import { closeAttentionItem, listAttention, listAutomations, type AnswerOf } from '#contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '../api/client';
import { fallbackPoll } from '../api/live-changes';

export type AttentionItem = AnswerOf<typeof listAttention>['items'][number];

export const useAttention = () =>
  useQuery({
    queryKey: ['attention'],
    queryFn: ({ signal }) => call(listAttention, { query: { limit: 50 } }, { signal }),
    refetchInterval: fallbackPoll,
  });

export function useCloseAttention() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => call(closeAttentionItem, { params: { id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['attention'] }),
  });
}

/** The automations that are live or paused, last changed first. */
export const useUnderWay = () =>
  useQuery({
    queryKey: ['automations', 'under-way'],
    queryFn: async ({ signal }) => {
      const { items } = await call(listAutomations, { query: { limit: 200 } }, { signal });
      return items.filter(({ status }) => status === 'live' || status === 'paused');
    },
    refetchInterval: fallbackPoll,
  });
