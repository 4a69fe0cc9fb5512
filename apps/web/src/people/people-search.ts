import { useDebouncedValue } from '@mantine/hooks';
import { listContacts } from '#contracts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { call } from '../api/client';
import { nameOf } from './person-words';

export interface FoundPerson {
  id: string;
  email: string;
  name: string;
}

/** The first few people with an address whom a text finds, asked 200 ms after the last key; none for an empty text. */
export function usePeopleSearch(text: string): FoundPerson[] {
  const [q] = useDebouncedValue(text.trim(), 200);
  const { data } = useQuery({
    queryKey: ['contacts', 'found', q],
    queryFn: ({ signal }) => call(listContacts, { query: { q, limit: 6 } }, { signal }),
    enabled: q.length > 1,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });
  if (text.trim().length < 2) return [];
  return (data?.items ?? []).flatMap((person) =>
    person.email ? [{ id: person.id, email: person.email, name: nameOf(person) }] : [],
  );
}
