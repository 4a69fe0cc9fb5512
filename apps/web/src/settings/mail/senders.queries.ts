import { changeSender, createSender, listSenders, removeSender } from '#contracts';
import { useQuery } from '@tanstack/react-query';
import { call } from '../../api/client';
import { useChange } from '../../api/use-change';

const key = 'named-senders';

/** The senders that mail may name, all of them. */
export const useSendersList = () =>
  useQuery({ queryKey: [key], queryFn: ({ signal }) => call(listSenders, { query: { limit: 1 } }, { signal }) });

/** As they are offered where one is chosen. */
export const useNamedSenders = (): readonly string[] => useSendersList().data?.named.map(({ from }) => from) ?? [];

/** Lists one, or with an `id` puts another in its place. */
export const useSaveSender = () =>
  useChange(key, ({ id, from }: { id?: string; from: string }) =>
    id ? call(changeSender, { params: { id }, body: { from } }) : call(createSender, { body: { from } }),
  );

export const useRemoveSender = () => useChange(key, (id: string) => call(removeSender, { params: { id } }));
