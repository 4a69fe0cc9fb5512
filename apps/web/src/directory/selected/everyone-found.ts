import { mostChosen } from '#contracts';
import { useQuery } from '@tanstack/react-query';
import { count } from '../../ui/formatting/format';
import { peoplePage, type PeopleQuery } from '../contacts.queries';

/** People of one page, the most that the API gives. */
const PAGE = 200;

/**
 * The ids of everybody whom a search finds. What is typed into the search is no rule, so they are named one by one.
 * @param asked tells one time of asking from another; undefined while it is not asked
 */
export const useEveryoneFound = (query: PeopleQuery, asked: string | undefined) =>
  useQuery({
    queryKey: ['everyone-found', query, asked],
    queryFn: async ({ signal }) => {
      const ids = new Set<string>();
      let cursor: string | undefined;
      for (let pages = 0; pages <= mostChosen / PAGE; pages++) {
        const page = await peoplePage(query, { cursor, limit: PAGE }, signal);
        for (const { id } of page.items) ids.add(id);
        if (page.next_cursor === null && ids.size <= mostChosen) return [...ids];
        cursor = page.next_cursor ?? undefined;
      }
      throw new Error(`More than ${count(mostChosen)} people were found. Narrow the search, or use a filter instead.`);
    },
    enabled: asked !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
