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
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '../api/client';
import { paging } from '../api/paged';

export type SmartList = SmartListAnswer;
export type NewList = NonNullable<CallOf<typeof createSmartList>['body']>;
export type ListChange = NonNullable<CallOf<typeof putSmartList>['body']>;

const listsKey = ['smart-lists'];

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

function useListMutation<I, O>(mutationFn: (input: I) => Promise<O>) {
  const client = useQueryClient();
  return useMutation({ mutationFn, onSuccess: () => client.invalidateQueries({ queryKey: listsKey }) });
}

export const useCreateList = () => useListMutation((body: NewList) => call(createSmartList, { body }));
export const useChangeList = (id: string) =>
  useListMutation((body: ListChange) => call(putSmartList, { params: { id }, body }));
export const useMoveList = () =>
  useListMutation(({ id, folder }: { id: string; folder: string | null }) =>
    call(putSmartList, { params: { id }, body: { folder } }),
  );
export const useRenameFolder = () =>
  useListMutation((body: { from: string; to: string | null }) => call(renameFolder, { body }));
export const useDuplicateList = () =>
  useListMutation((id: string) => call(duplicateSmartList, { params: { id }, body: {} }));
export const useDeleteList = () => useListMutation((id: string) => call(deleteSmartList, { params: { id } }));
export const useRefreshList = () => useListMutation((id: string) => call(refreshSmartList, { params: { id } }));

/** Who is put in or taken out: addresses or ids of people, or a CSV file of them, which becomes a job. */
export type ChosenPeople = { emails: string[] } | { contact_ids: string[] } | Blob;

export const useChangeMembers = (id: string) =>
  useListMutation(({ how, who }: { how: 'add' | 'remove'; who: ChosenPeople }) =>
    call(how === 'add' ? addListMembers : removeListMembers, { params: { id }, body: who as never }),
  );

export type Job = AnswerOf<typeof getJob>;

/** A job, looked at every half second until it has ended; then the lists are looked at again. */
export function useJob(id: string | undefined) {
  const client = useQueryClient();
  return useQuery({
    queryKey: ['job', id],
    queryFn: async ({ signal }) => {
      const job = await call(getJob, { params: { id: id! } }, { signal });
      if (job.status !== 'queued') void client.invalidateQueries({ queryKey: listsKey });
      return job;
    },
    enabled: id !== undefined,
    refetchInterval: ({ state }) => (state.data && state.data.status !== 'queued' ? false : 500),
  });
}
