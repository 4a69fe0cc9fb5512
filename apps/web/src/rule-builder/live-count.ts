import { previewSmartList, type AnswerOf } from '#contracts';
import type { Group } from '#rules';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { createContext } from 'react';
import { call } from '../api/client';

export type Preview = AnswerOf<typeof previewSmartList>;

export interface LiveCount {
  preview: Preview | undefined;
  /** The preview belongs to an earlier rule; a newer one is on its way. */
  stale: boolean;
  error: unknown;
}

/**
 * How many people rules find now. Asked 400 ms after the last change; a question that is overtaken by
 * another change is called off. Rules that are undefined are not asked about.
 */
export function useLiveCount(rules: Group | undefined): LiveCount {
  const text = rules ? JSON.stringify(rules) : '';
  const [settled] = useDebouncedValue(text, 400);
  const { data, error, isPlaceholderData } = useQuery({
    queryKey: ['preview', settled],
    queryFn: ({ signal }) => call(previewSmartList, { body: { rules: JSON.parse(settled) as Group } }, { signal }),
    enabled: settled !== '',
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });
  return { preview: rules ? data : undefined, stale: isPlaceholderData || settled !== text, error };
}

/** What each row finds alone, by its pointer into the rules; empty where nothing is counted. */
export const RowCounts = createContext<ReadonlyMap<string, { count: number; exact: boolean }>>(new Map());
