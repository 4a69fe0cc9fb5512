import {
  cancelBacktest,
  getBacktest,
  listBacktests,
  startBacktest,
  usualAssumptions,
  type Assume,
  type Assumption,
  type Backtest,
} from '#contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { call } from '../api/client';

const DAY = 86_400_000;
const WINDOW = 30 * DAY;
/** Milliseconds for which a replay of the same draft is as good as a new one. */
const FRESH = 10 * 60_000;
const POLL = 500;

const going = (backtest: Backtest | undefined): boolean =>
  backtest?.status === 'queued' || backtest?.status === 'running';

/** The backtests that were made of an automation, newest first. */
const useBacktests = (id: string, enabled: boolean) =>
  useQuery({
    queryKey: ['backtests', id],
    queryFn: ({ signal }) => call(listBacktests, { params: { id } }, { signal }),
    enabled,
    staleTime: 0,
  });

const sameAssumptions = (one: Assume, other: Assume): boolean =>
  (Object.keys(usualAssumptions) as (keyof Assume)[]).every((key) => one[key] === other[key]);

export interface Replay {
  /** Of this revision under these assumptions; undefined until it is begun. */
  current: Backtest | undefined;
  /** The last one of an earlier revision under the same assumptions. */
  before: Backtest | undefined;
  /** What is assumed now; `current` follows it. */
  assume: Assume;
  /** In sentences; those of an earlier replay of this revision until `current` is completed. */
  assumed: Assumption[] | undefined;
  error: Error | null;
  /** Replays again with other values. */
  change: (values: Partial<Assume>) => void;
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
  const [assume, setAssume] = useState(usualAssumptions);
  const wanted = `${revision} ${JSON.stringify(assume)}`;
  const own = made.data?.items.find(
    (each) =>
      each.revision === revision &&
      sameAssumptions(each.assume, assume) &&
      each.status !== 'cancelled' &&
      each.status !== 'failed' &&
      made.dataUpdatedAt - Date.parse(each.created_at) < FRESH,
  );
  const start = useMutation({
    mutationFn: async () => {
      // The same days as a moment ago: what then differs was changed by the edit, or by the assumptions.
      const last = made.data?.items.find((each) => each.status === 'completed');
      const now = Date.now();
      const to = last && now - Date.parse(last.to) < FRESH ? last.to : new Date(now).toISOString();
      const from = new Date(Date.parse(to) - WINDOW).toISOString();
      return { ...(await call(startBacktest, { params: { id }, body: { from, to, assume } })), wanted };
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ['backtests', id] }),
  });
  const followed = (start.data?.wanted === wanted ? start.data.id : undefined) ?? own?.id;
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
  const asked = useRef<string | null>(null);
  const { mutate } = start;
  useEffect(() => {
    if (!ready || !made.data || own || asked.current === wanted) return;
    asked.current = wanted;
    mutate();
  }, [ready, made.data, own, wanted, mutate]);
  // Stays on screen while the next one goes, so that who changes assumptions keeps their place.
  const [last, setLast] = useState<Backtest>();
  if (answer.data?.status === 'completed' && answer.data !== last) setLast(answer.data);
  return {
    current: answer.data,
    before: made.data?.items.find(
      (each) => each.status === 'completed' && each.revision < revision && sameAssumptions(each.assume, assume),
    ),
    assume,
    assumed: last?.revision === revision ? last.assumed : undefined,
    change: (values) => setAssume({ ...assume, ...values }),
    error: start.error ?? answer.error ?? made.error,
    begin: () => mutate(),
    cancel: () => cancel.mutate(),
  };
}
