import { getOutboxMessage, listAutomations, listOutbox, retryUnknownMessages, type Message } from '#contracts';
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '../api/client';
import { fallbackPoll } from '../api/live-changes';
import { paging } from '../api/paged';

export type { Message };

/** What the outbox shows: mails to one person, of one automation, of one state, or all. */
export interface OutboxFilter {
  contact_email: string | undefined;
  automation_id: string | undefined;
  state: Message['state'] | undefined;
}

export const useOutbox = (filter: OutboxFilter) =>
  useInfiniteQuery({
    queryKey: ['outbox', filter],
    queryFn: ({ pageParam: cursor, signal }) => call(listOutbox, { query: { ...filter, cursor } }, { signal }),
    ...paging,
    refetchInterval: fallbackPoll,
    placeholderData: keepPreviousData,
  });

export const useMail = (id: string) =>
  useQuery({ queryKey: ['mail', id], queryFn: ({ signal }) => call(getOutboxMessage, { params: { id } }, { signal }) });

/** Automations for the filter, by name. */
export const useAutomationNames = () =>
  useQuery({
    queryKey: ['automations', 'names'],
    queryFn: async ({ signal }) => {
      const { items } = await call(listAutomations, { query: { limit: 200 } }, { signal });
      return items.map(({ id, name }) => ({ value: id, label: name }));
    },
    staleTime: 60_000,
  });

/** Queues a mail of unknown fate again. */
export function useRetryUnknown() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => call(retryUnknownMessages, { body: { ids: [id], confirm: 1 } }),
    onSuccess: (_answer, id) =>
      Promise.all([
        client.invalidateQueries({ queryKey: ['outbox'] }),
        client.invalidateQueries({ queryKey: ['mail', id] }),
      ]),
  });
}
