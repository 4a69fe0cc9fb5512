import { useDebouncedValue } from '@mantine/hooks';
import {
  addListMembers,
  createSmartList,
  deleteSmartList,
  duplicateSmartList,
  getJob,
  getSmartList,
  listFolders,
  listSmartLists,
  putSmartList,
  refreshSmartList,
  removeListMembers,
  renameFolder,
  smartListContacts,
  type AnswerOf,
  type CallOf,
  type SmartListAnswer,
} from '#contracts';
import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '../api/client';
import { paging } from '../api/paged';
import { useChange } from '../api/use-change';

export type SmartList = SmartListAnswer;
export type ListMember = AnswerOf<typeof smartListContacts>['items'][number];
export type NewList = NonNullable<CallOf<typeof createSmartList>['body']>;
export type ListChange = NonNullable<CallOf<typeof putSmartList>['body']>;

const lists = 'smart-lists';
const listsKey = [lists];

export const useSmartLists = (q: string, folder: string) =>
  useInfiniteQuery({
    queryKey: [...listsKey, 'all', q, folder],
    queryFn: ({ pageParam: cursor, signal }) =>
      call(listSmartLists, { query: { cursor, q: q || undefined, folder: folder || undefined } }, { signal }),
    ...paging,
    placeholderData: keepPreviousData,
  });

/** The folders in use, with how many lists are in each. */
export const useFolders = () =>
  useQuery({ queryKey: [...listsKey, 'folders'], queryFn: ({ signal }) => call(listFolders, {}, { signal }) });

export const useSmartList = (id: string | undefined) =>
  useQuery({
    queryKey: [...listsKey, 'one', id],
    queryFn: ({ signal }) => call(getSmartList, { params: { id: id! } }, { signal }),
    enabled: id !== undefined,
  });

/** The people in a list, newest first; with `q` those whom it finds. */
export function useMembers(id: string, q: string) {
  const [settled] = useDebouncedValue(q.trim(), 250);
  return useInfiniteQuery({
    queryKey: [...listsKey, 'people', id, settled],
    queryFn: ({ pageParam: cursor, signal }) =>
      call(smartListContacts, { params: { id }, query: { cursor, q: settled || undefined } }, { signal }),
    ...paging,
    placeholderData: keepPreviousData,
  });
}

export const useCreateList = () => useChange(lists, (body: NewList) => call(createSmartList, { body }));
export const useChangeList = (id: string) =>
  useChange(lists, (body: ListChange) => call(putSmartList, { params: { id }, body }));
export const useMoveList = () =>
  useChange(lists, ({ id, folder }: { id: string; folder: string | null }) =>
    call(putSmartList, { params: { id }, body: { folder } }),
  );
export const useRenameFolder = () =>
  useChange(lists, (body: { from: string; to: string | null }) => call(renameFolder, { body }));
export const useDuplicateList = () =>
  useChange(lists, (id: string) => call(duplicateSmartList, { params: { id }, body: {} }));
export const useDeleteList = () => useChange(lists, (id: string) => call(deleteSmartList, { params: { id } }));
export const useRefreshList = () => useChange(lists, (id: string) => call(refreshSmartList, { params: { id } }));

/** Who is put in or taken out: addresses or ids of people, or a CSV file of them, which becomes a job. */
export type ChosenPeople = { emails: string[] } | { contact_ids: string[] } | Blob;

export const useChangeMembers = (id: string) =>
  useChange(lists, ({ how, who }: { how: 'add' | 'remove'; who: ChosenPeople }) =>
    call(how === 'add' ? addListMembers : removeListMembers, { params: { id }, body: who as never }),
  );

export type Job = AnswerOf<typeof getJob>;

/** Whether nothing more comes of a job. */
export const hasEnded = (job: Job): boolean => job.status !== 'queued' && job.status !== 'running';

/** A job, looked at every half second until it has ended; then the lists are looked at again. */
export function useJob(id: string | undefined) {
  const client = useQueryClient();
  return useQuery({
    queryKey: ['job', id],
    queryFn: async ({ signal }) => {
      const job = await call(getJob, { params: { id: id! } }, { signal });
      if (hasEnded(job)) void client.invalidateQueries({ queryKey: listsKey });
      return job;
    },
    enabled: id !== undefined,
    refetchInterval: ({ state }) => (state.data && hasEnded(state.data) ? false : 500),
  });
}
