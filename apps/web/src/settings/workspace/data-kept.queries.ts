import { changeSettings, getKeptData, type AnswerOf, type RetainedKind, type Retention } from '#contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '../../api/client';
import { settingsKey } from '../saving/settings.queries';

export type KeptData = AnswerOf<typeof getKeptData>['items'][number];

const keptKey = ['kept-data'];

/** How much of each kind is stored, and how long it is kept. */
export const useKeptData = () =>
  useQuery({ queryKey: keptKey, queryFn: ({ signal }) => call(getKeptData, {}, { signal }) });

/** What of a kind the next night would delete if it were kept so many months. */
export const useWouldGo = (kind: RetainedKind, months: number) =>
  useQuery({
    queryKey: [...keptKey, kind, months],
    queryFn: ({ signal }) => call(getKeptData, { query: { [`${kind}_months`]: months } }, { signal }),
    select: ({ items }) => items.find((item) => item.kind === kind)?.next_night ?? undefined,
  });

export function useKeepFor() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (retention: Partial<Retention>) => call(changeSettings, { body: { retention } }),
    onSuccess: (settings) => {
      client.setQueryData(settingsKey, settings);
      return client.invalidateQueries({ queryKey: keptKey });
    },
  });
}
