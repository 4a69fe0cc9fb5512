import { contactDuplicates, differentPeople, listDuplicates, type DuplicatePair } from '#contracts';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '../../api/client';
import { paging } from '../../api/paged';

export type { DuplicatePair };

/** Who may be the same person. Below the person's own key, so that it is looked at again with them. */
export const useDuplicates = (contactId: string) =>
  useQuery({
    queryKey: ['contact', contactId, 'duplicates'],
    queryFn: ({ signal }) => call(contactDuplicates, { params: { id: contactId } }, { signal }),
  });

const pairsKey = ['contact', 'duplicate-pairs'];

/** Pairs by name; a page may be empty before the end. */
export const useDuplicatePairs = () =>
  useInfiniteQuery({
    queryKey: pairsKey,
    queryFn: ({ pageParam: cursor, signal }) => call(listDuplicates, { query: { cursor } }, { signal }),
    ...paging,
  });

/** Notes that two are not the same person. */
export function useTellApart() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, other }: { id: string; other: string }) =>
      call(differentPeople, { params: { id }, body: { other_contact_id: other } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['contact'] }),
  });
}
