import { addNote, changeNote, deleteNote, listNotes, type Note } from '#contracts';
import {
  useInfiniteQuery,
  useMutation,
  useQueryClient,
  type InfiniteData,
  type QueryClient,
} from '@tanstack/react-query';
import { useSession } from '../../access/session.queries';
import { call } from '../../api/client';
import { paging, type Paged } from '../../api/paged';

export type { Note };
type Pages = InfiniteData<Paged<Note>, string | undefined>;

// Below the person's own key, so that they are looked at again with them.
const keyOf = (contactId: string) => ['contact', contactId, 'notes'];

/** What staff wrote about a person, newest first. */
export const useNotes = (contactId: string) =>
  useInfiniteQuery({
    queryKey: keyOf(contactId),
    queryFn: ({ pageParam: cursor, signal }) =>
      call(listNotes, { params: { id: contactId }, query: { cursor, limit: 20 } }, { signal }),
    ...paging,
  });

/** Shows a change at once and takes it back when the server refuses. @returns the way back */
async function ahead(client: QueryClient, contactId: string, change: (notes: Note[], page: number) => Note[]) {
  const key = keyOf(contactId);
  await client.cancelQueries({ queryKey: key });
  const before = client.getQueryData<Pages>(key);
  client.setQueryData<Pages>(
    key,
    (pages) =>
      pages && { ...pages, pages: pages.pages.map((page, at) => ({ ...page, items: change(page.items, at) })) },
  );
  return { back: () => client.setQueryData(key, before) };
}

/** Writes a note; it shows before the server has it. */
export function useAddNote(contactId: string) {
  const client = useQueryClient();
  const { data: session } = useSession();
  return useMutation({
    mutationFn: ({ text, key }: { text: string; key: string }) =>
      call(addNote, { params: { id: contactId }, body: { text } }, { idempotencyKey: key }),
    onMutate: ({ text, key }) => {
      const shown: Note = {
        id: key,
        text,
        author: session?.email ?? '',
        written_at: new Date().toISOString(),
        edited_at: null,
        may_change: false,
      };
      return ahead(client, contactId, (notes, page) => (page === 0 ? [shown, ...notes] : notes));
    },
    onError: (_error, _text, context) => context?.back(),
    onSettled: () => client.invalidateQueries({ queryKey: keyOf(contactId) }),
  });
}

/** Changes the words of a note. */
export function useChangeNote(contactId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, text }: { id: string; text: string }) => call(changeNote, { params: { id }, body: { text } }),
    onMutate: ({ id, text }) =>
      ahead(client, contactId, (notes) => notes.map((note) => (note.id === id ? { ...note, text } : note))),
    onError: (_error, _change, context) => context?.back(),
    onSettled: () => client.invalidateQueries({ queryKey: keyOf(contactId) }),
  });
}

/** Deletes a note for good. */
export function useDeleteNote(contactId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => call(deleteNote, { params: { id } }),
    onMutate: (id) => ahead(client, contactId, (notes) => notes.filter((note) => note.id !== id)),
    onError: (_error, _id, context) => context?.back(),
    onSettled: () => client.invalidateQueries({ queryKey: keyOf(contactId) }),
  });
}
