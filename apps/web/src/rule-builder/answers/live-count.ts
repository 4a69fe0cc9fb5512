import { previewSmartList, type AnswerOf } from '#contracts';
import type { Group } from '#rules';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { createContext, useMemo } from 'react';
import { call } from '../../api/client';
import { countablePart } from './countable-part';

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
  return { preview: rules ? data : undefined, stale: isPlaceholderData || settled !== text, error: rules && error };
}

export interface RowResult {
  count: number;
  exact: boolean;
}

export interface RuleCount extends LiveCount {
  /** What each row finds alone, by its pointer into the rule. */
  perRow: ReadonlyMap<string, RowResult>;
  /** What of the rule is counted, because it can be asked now. */
  asked: Group | undefined;
  /** Rows are left out: unfinished ones, and those that only a run can answer. */
  partly: boolean;
}

const none: ReadonlyMap<string, RowResult> = new Map();

/** Counts of a rule while it is edited: of the rows that are finished, and of the whole as far as it can be asked. */
export function useRuleCount(value: Group | undefined): RuleCount {
  const text = value ? JSON.stringify(value) : '';
  const asked = useMemo(() => (text ? countablePart(JSON.parse(text) as Group) : undefined), [text]);
  const counted = useLiveCount(asked?.rules);
  const perRow = useMemo(() => {
    if (!asked || !counted.preview || counted.stale) return none;
    return new Map(
      counted.preview.per_condition.flatMap(({ pointer, count, exact }) => {
        const own = asked.origin.get(pointer);
        return own === undefined ? [] : [[own, { count, exact }] as const];
      }),
    );
  }, [asked, counted.preview, counted.stale]);
  return { ...counted, perRow, asked: asked?.rules, partly: asked !== undefined && !asked.whole };
}

/** What each row finds alone, by its pointer into the rules; empty where nothing is counted. */
export const RowCounts = createContext<ReadonlyMap<string, RowResult>>(none);
