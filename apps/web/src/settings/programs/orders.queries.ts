import { listOrderSources, syncOrders, type AnswerOf, type OrderSourceState } from '#contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '../../api/client';
import { fallbackPoll } from '../../api/live-changes';

const key = ['order-sources'];
/** Milliseconds between looks while orders are being fetched. */
const SOON = 2_000;

export const isBusy = ({ state }: OrderSourceState): boolean => state === 'waiting' || state === 'running';

/** Where orders are fetched from, and what came of it last. */
export const useOrderSources = () =>
  useQuery({
    queryKey: key,
    queryFn: ({ signal }) => call(listOrderSources, { query: {} }, { signal }),
    refetchInterval: ({ state }) => (state.data?.items.some(isBusy) ? SOON : fallbackPoll),
  });

export function useSyncOrders() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call(syncOrders, {}),
    onSuccess: (sources: AnswerOf<typeof syncOrders>) => client.setQueryData(key, sources),
  });
}
