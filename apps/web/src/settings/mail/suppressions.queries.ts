import {
  importSuppressions,
  listSuppressions,
  mostSuppressions,
  removeSuppressions,
  type AnswerOf,
  type CallOf,
  type SuppressionsImported,
} from '#contracts';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { call } from '../../api/client';
import { paging } from '../../api/paged';
import { useChange } from '../../api/use-change';

export type Suppression = AnswerOf<typeof listSuppressions>['items'][number];
export type SuppressionReason = Suppression['reason'];
export type ImportItem = NonNullable<CallOf<typeof importSuppressions>['body']>['items'][number];
export type ImportReason = NonNullable<ImportItem['reason']>;

const key = 'suppressions';
/** Rows that are asked for at a time: it is one part of a long page. */
const perPage = 20;

/** Who gets no mail, newest first; the last answer stays while another one is on its way. */
export const useSuppressions = (filter: { q: string; reason: SuppressionReason | undefined }) =>
  useInfiniteQuery({
    queryKey: [key, filter],
    queryFn: ({ pageParam: cursor, signal }) =>
      call(
        listSuppressions,
        { query: { q: filter.q || undefined, reason: filter.reason, limit: perPage, cursor } },
        { signal },
      ),
    ...paging,
    placeholderData: keepPreviousData,
  });

/** Lets an address get mail of a stream again. */
export const useLiftSuppression = () =>
  useChange(key, ({ of, reason }: { of: Suppression; reason: string }) =>
    call(removeSuppressions, {
      body: { emails: [of.email], stream: of.stream, ...(reason ? { reason } : {}) },
    }),
  );

interface ImportRequest {
  items: readonly ImportItem[];
  source: string;
  /** Only what it would do. */
  dry_run: boolean;
}

/** An import, or what it would do: as many calls as it needs, added up. Doing one again changes nothing. */
export const useImportSuppressions = () =>
  useChange(key, async ({ items, source, dry_run }: ImportRequest): Promise<SuppressionsImported> => {
    const sum: SuppressionsImported = { addresses: 0, listed: 0, added: 0, known: 0, unsubscribed: 0 };
    for (let from = 0; from < items.length; from += mostSuppressions) {
      const part = items.slice(from, from + mostSuppressions);
      const answer = await call(importSuppressions, { body: { items: part, source, dry_run } });
      for (const name of Object.keys(sum) as (keyof SuppressionsImported)[]) sum[name] += answer[name];
    }
    return sum;
  });
