import {
  addListMembers,
  createSmartList,
  deleteSmartList,
  getSmartList,
  listSmartLists,
  putSmartList,
  refreshSmartList,
  removeListMembers,
  smartListContacts,
  type CallOf,
  type SmartListAnswer,
} from '#contracts';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '../api/client';
import { paging } from '../api/paged';

export type SmartList = SmartListAnswer;
export type NewList = NonNullable<CallOf<typeof createSmartList>['body']>;
export type ListChange = NonNullable<CallOf<typeof putSmartList>['body']>;

const listsKey = ['smart-lists'];

export const useSmartLists = (q: string) =>
  useInfiniteQuery({
    queryKey: [...listsKey, 'all', q],
    queryFn: ({ pageParam: cursor, signal }) =>
      call(listSmartLists, { query: { cursor, q: q || undefined } }, { signal }),
    ...paging,
  });

export const useSmartList = (id: string | undefined) =>
  useQuery({
    queryKey: [...listsKey, 'one', id],
    queryFn: ({ signal }) => call(getSmartList, { params: { id: id! } }, { signal }),
    enabled: id !== undefined,
  });

export const useMembers = (id: string) =>
  useInfiniteQuery({
    queryKey: [...listsKey, 'people', id],
    queryFn: ({ pageParam: cursor, signal }) =>
      call(smartListContacts, { params: { id }, query: { cursor } }, { signal }),
    ...paging,
  });

function useListMutation<I, O>(mutationFn: (input: I) => Promise<O>) {
  const client = useQueryClient();
  return useMutation({ mutationFn, onSuccess: () => client.invalidateQueries({ queryKey: listsKey }) });
}

export const useCreateList = () => useListMutation((body: NewList) => call(createSmartList, { body }));
export const useChangeList = (id: string) =>
  useListMutation((body: ListChange) => call(putSmartList, { params: { id }, body }));
export const useDeleteList = () => useListMutation((id: string) => call(deleteSmartList, { params: { id } }));
export const useRefreshList = () => useListMutation((id: string) => call(refreshSmartList, { params: { id } }));
export const useAddMembers = (id: string) =>
  useListMutation((emails: string[]) => call(addListMembers, { params: { id }, body: { emails } }));
export const useRemoveMember = (id: string) =>
  useListMutation((contactId: string) =>
    call(removeListMembers, { params: { id }, body: { contact_ids: [contactId] } }),
  );
