import { cancelBacktest, getBacktest, listBacktests, startBacktest, type Backtest } from '#contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { call } from '../api/client';

const DAY = 86_400_000;
const WINDOW = 30 * DAY;
/** Milliseconds for which a replay of the same draft is as good as a new one. */
const FRESH = 10 * 60_000;
const POLL = 500;

const going = (backtest: Backtest | undefined): boolean =>
  backtest?.status === 'queued' || backtest?.status === 'running';

/** The backtests that were made of an automation, newest first. */
export const useBacktests = (id: string, enabled: boolean) =>
  useQuery({
    queryKey: ['backtests', id],
    queryFn: ({ signal }) => call(listBacktests, { params: { id } }, { signal }),
    enabled,
    staleTime: 0,
  });

export interface Replay {
  /** Of this revision; undefined until it is begun. */
  current: Backtest | undefined;
  /** The one before it, of an earlier revision. */
  before: Backtest | undefined;
  error: Error | null;
  begin: () => void;
  cancel: () => void;
}

/**
 * The replay of a draft's last thirty days: begun by itself as soon as `ready`, taken over when there is a fresh one,
 * followed until it has ended. It goes on in the background when the screen is left.
 */
export function useReplay(id: string, revision: number, ready: boolean): Replay {
  const client = useQueryClient();
  const made = useBacktests(id, ready);
  const own = made.data?.items.find(
    (each) =>
      each.revision === revision &&
      each.status !== 'cancelled' &&
      each.status !== 'failed' &&
      made.dataUpdatedAt - Date.parse(each.created_at) < FRESH,
  );
  const start = useMutation({
    mutationFn: () => {
      const to = new Date();
      const from = new Date(to.getTime() - WINDOW);
      return call(startBacktest, { params: { id }, body: { from: from.toISOString(), to: to.toISOString() } });
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ['backtests', id] }),
  });
  const followed = start.data?.id ?? own?.id;
  const answer = useQuery({
    queryKey: ['backtest', followed],
    queryFn: ({ signal }) => call(getBacktest, { params: { id: followed ?? '' } }, { signal }),
    enabled: followed !== undefined,
    refetchInterval: (query) => (query.state.data === undefined || going(query.state.data) ? POLL : false),
  });
  const cancel = useMutation({
    mutationFn: () => call(cancelBacktest, { params: { id: followed ?? '' } }),
    onSuccess: (ended) => client.setQueryData(['backtest', followed], ended),
  });
  const asked = useRef<number | null>(null);
  const { mutate } = start;
  useEffect(() => {
    if (!ready || !made.data || own || asked.current === revision) return;
    asked.current = revision;
    mutate();
  }, [ready, made.data, own, revision, mutate]);
  return {
    current: answer.data,
    before: made.data?.items.find((each) => each.status === 'completed' && each.revision < revision),
    error: start.error ?? answer.error ?? made.error,
    begin: () => mutate(),
    cancel: () => cancel.mutate(),
  };
}
