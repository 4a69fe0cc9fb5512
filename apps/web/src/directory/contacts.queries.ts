import {
  contactActivities,
  getContact,
  listContacts,
  patchContact,
  searchContacts,
  type AnswerOf,
  type CallOf,
  type ContactAnswer,
  type ContactSort,
} from '#contracts';
import type { Group } from '#rules';
import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
  type InfiniteData,
} from '@tanstack/react-query';
import { call } from '../api/client';
import { fallbackPoll } from '../api/live-changes';
import { paging } from '../api/paged';

export type Contact = ContactAnswer;
export type Activity = AnswerOf<typeof contactActivities>['items'][number];
export type ContactChange = NonNullable<CallOf<typeof patchContact>['body']>;

/** What the directory's table shows. */
export interface PeopleQuery {
  q: string;
  type: 'customer' | 'lead' | undefined;
  rules: Group | undefined;
  sort: ContactSort;
}

/** The rules together with the kind that is looked at. */
export const ofType = (type: PeopleQuery['type'], rules: Group): Group =>
  type ? { operator: 'AND', conditions: [{ field: 'type', operator: 'eq', value: type }, rules] } : rules;

/** One page of people. */
export const peoplePage = (
  { q, type, rules, sort }: PeopleQuery,
  { cursor, limit }: { cursor: string | undefined; limit?: number },
  signal: AbortSignal,
) =>
  rules
    ? call(
        searchContacts,
        {
          body: {
            ...(q ? { q } : {}),
            ...(cursor ? { cursor } : {}),
            ...(limit ? { limit } : {}),
            rules: ofType(type, rules),
            sort,
          },
        },
        { signal },
      )
    : call(listContacts, { query: { q: q || undefined, type, sort, cursor, limit } }, { signal });

/** People page by page; the last answer stays while another one is on its way. */
export const usePeople = ({ q, type, rules, sort }: PeopleQuery) =>
  useInfiniteQuery({
    queryKey: ['contacts', { q, type, rules, sort }],
    queryFn: ({ pageParam: cursor, signal }) => peoplePage({ q, type, rules, sort }, { cursor }, signal),
    ...paging,
    placeholderData: keepPreviousData,
  });

const contactKey = (id: string) => ['contact', id];

/** One person; nobody is asked for without an id. */
export const useContact = (id: string | undefined) =>
  useQuery({
    queryKey: contactKey(id ?? ''),
    queryFn: ({ signal }) => call(getContact, { params: { id: id ?? '' } }, { signal }),
    enabled: id !== undefined,
  });

/** The person's timeline, newest first. */
export const useTimeline = (id: string) =>
  useInfiniteQuery({
    queryKey: ['timeline', id],
    queryFn: ({ pageParam: cursor, signal }) =>
      call(contactActivities, { params: { id }, query: { cursor, limit: 50 } }, { signal }),
    ...paging,
  });

/** Reads the beginning of the timeline again, and only that; what was read further down is left until it is scrolled to. */
export function useNewestFirst(id: string): () => Promise<void> {
  const client = useQueryClient();
  const queryKey = ['timeline', id];
  return () => {
    client.setQueryData<InfiniteData<unknown, unknown>>(
      queryKey,
      (data) => data && { pages: data.pages.slice(0, 1), pageParams: data.pageParams.slice(0, 1) },
    );
    return client.invalidateQueries({ queryKey });
  };
}

/** How many activities arrived after the one shown on top; at most 50 are counted. */
export function useNewer(id: string, top: string | undefined): number {
  const { data } = useQuery({
    queryKey: ['timeline-newest', id],
    queryFn: ({ signal }) => call(contactActivities, { params: { id }, query: { limit: 50 } }, { signal }),
    refetchInterval: fallbackPoll,
    staleTime: 0,
    enabled: top !== undefined,
  });
  if (!data || top === undefined) return 0;
  const at = data.items.findIndex((item) => item.id === top);
  return at === -1 ? data.items.length : at;
}

/** Changes a person; tags show at once and go back when the server refuses. */
export function useChangeContact(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: ContactChange) => call(patchContact, { params: { id }, body }),
    onMutate: async (body) => {
      await client.cancelQueries({ queryKey: contactKey(id) });
      const before = client.getQueryData<Contact>(contactKey(id));
      if (before && body.tags) client.setQueryData(contactKey(id), { ...before, tags: body.tags });
      return { before };
    },
    onError: (_error, _body, context) => {
      if (context?.before) client.setQueryData(contactKey(id), context.before);
    },
    onSuccess: (contact) => {
      client.setQueryData(contactKey(id), contact);
      return Promise.all([
        client.invalidateQueries({ queryKey: ['contacts'] }),
        // Whoever opened them by an id from before reads them under that.
        client.invalidateQueries({ queryKey: ['contact'] }),
        client.invalidateQueries({ queryKey: ['timeline', id] }),
      ]);
    },
  });
}
