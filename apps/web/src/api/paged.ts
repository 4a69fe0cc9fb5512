import type { InfiniteData } from '@tanstack/react-query';

/** One page of a list as the API answers it. */
export interface Paged<T> {
  items: T[];
  next_cursor: string | null;
}

/** Options that every endless list shares: begin at the start, go on from the cursor of the last page. */
export const paging = {
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (last: { next_cursor: string | null }) => last.next_cursor ?? undefined,
};

/** The rows of all pages so far. */
export const rowsOf = <T>(data: InfiniteData<Paged<T>, unknown> | undefined): T[] =>
  data?.pages.flatMap((page) => page.items) ?? [];
