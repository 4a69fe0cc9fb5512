import {
  broadcastBatches,
  broadcastRecipients,
  broadcastReport,
  earlierBroadcasts,
  exportRecipients,
  followUpBroadcast,
  type AnswerOf,
  type CallOf,
} from '#contracts';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { call } from '../../../api/client';
import { fallbackPoll } from '../../../api/live-changes';
import { paging } from '../../../api/paged';
import { useChange } from '../../../api/use-change';

export type Report = AnswerOf<typeof broadcastReport>;
export type Batch = AnswerOf<typeof broadcastBatches>['items'][number];
export type Recipient = AnswerOf<typeof broadcastRecipients>['items'][number];
/** Which people of a broadcast are listed. */
export type PeopleFilter = Pick<
  NonNullable<CallOf<typeof broadcastRecipients>['query']>,
  'state' | 'reason' | 'outcome' | 'domain' | 'link' | 'list' | 'device'
>;

export const useReport = (id: string) =>
  useQuery({
    queryKey: ['broadcast-report', id],
    queryFn: ({ signal }) => call(broadcastReport, { params: { id } }, { signal }),
    refetchInterval: fallbackPoll,
  });

/** Few at a time: while it is sent all that are shown are looked at again and again. */
const BATCHES = 10;

/** The calls that its mails were in, looked at again while mails leave. */
export const useBatches = (id: string) =>
  useInfiniteQuery({
    queryKey: ['broadcast-batches', id],
    queryFn: ({ pageParam: cursor, signal }) =>
      call(broadcastBatches, { params: { id }, query: { cursor, limit: BATCHES } }, { signal }),
    ...paging,
    refetchInterval: fallbackPoll,
  });

/** Milliseconds between looks for the first of them. */
const FIRST_LOOK = 5_000;

/**
 * A list that is read: it does not move while mails leave. Only as long as it is empty it is asked for again, and once
 * more at the end.
 * @param growing whether mails of it still leave
 */
export function useRecipients(id: string, filter: PeopleFilter, growing: boolean) {
  const list = useInfiniteQuery({
    queryKey: ['broadcast-recipients', id, filter],
    queryFn: ({ pageParam: cursor, signal }) =>
      call(broadcastRecipients, { params: { id }, query: { cursor, ...filter, limit: 50 } }, { signal }),
    ...paging,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (growing && state.data?.pages[0]?.items.length === 0 ? FIRST_LOOK : false),
  });
  const { refetch } = list;
  const isEmpty = list.data?.pages[0]?.items.length === 0;
  useEffect(() => {
    if (isEmpty && !growing) void refetch();
  }, [isEmpty, growing, refetch]);
  return list;
}

/** The address of the list as a file. */
export const recipientsFile = (id: string, filter: PeopleFilter): string => {
  const given = Object.entries(filter).filter((one): one is [string, string] => one[1] !== undefined);
  const search = new URLSearchParams(given).toString();
  return `${exportRecipients.path.replace(':id', id)}${search && `?${search}`}`;
};

export const useEarlier = (id: string) =>
  useQuery({
    queryKey: ['broadcast-earlier', id],
    queryFn: ({ signal }) => call(earlierBroadcasts, { params: { id } }, { signal }),
    staleTime: 60_000,
  });

export const useFollowUp = () => useChange('broadcasts', (id: string) => call(followUpBroadcast, { params: { id } }));
