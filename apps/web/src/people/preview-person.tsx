import { listContacts } from '#contracts';
import { Autocomplete } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api/client';

const address = /^[^\s@]+@[^\s@]+$/;

/** The person a step is shown for, found while typing; `email` is undefined for somebody made up. */
export function usePreviewPerson() {
  const [who, setWho] = useState('');
  const [search] = useDebouncedValue(who, 250);
  return { who, setWho, search, email: address.test(search) ? search : undefined };
}

/** Asks for whom a step is shown. */
export function PreviewPersonInput({ who, setWho, search }: ReturnType<typeof usePreviewPerson>) {
  const people = useQuery({
    queryKey: ['people-for-preview', search],
    queryFn: ({ signal }) => call(listContacts, { query: { limit: 8, ...(search ? { q: search } : {}) } }, { signal }),
    placeholderData: keepPreviousData,
  });
  return (
    <Autocomplete
      label="Preview for"
      placeholder="Name or address. Leave empty for a sample person."
      data={[...new Set((people.data?.items ?? []).flatMap((person) => (person.email ? [person.email] : [])))]}
      filter={({ options }) => options}
      value={who}
      onChange={setWho}
    />
  );
}
