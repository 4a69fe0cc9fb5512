import './preview-person.css';
import { listContacts, searchContacts } from '#contracts';
import type { Group } from '#rules';
import { ActionIcon, Autocomplete } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
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

/** People that one goes through. */
const MOST = 50;

const addressesOf = (items: readonly { email: string | null }[] | undefined): string[] => [
  ...new Set((items ?? []).flatMap(({ email }) => (email ? [email] : []))),
];

/**
 * Asks for whom a step is shown: somebody that is searched for, or the next or previous one.
 * @param among the people that one goes through; absent: everybody
 */
export function PreviewPersonInput({
  who,
  setWho,
  search,
  among,
}: Omit<ReturnType<typeof usePreviewPerson>, 'email'> & { among?: Group | undefined }) {
  const people = useQuery({
    queryKey: ['people-for-preview', search],
    queryFn: ({ signal }) => call(listContacts, { query: { limit: 8, ...(search ? { q: search } : {}) } }, { signal }),
    placeholderData: keepPreviousData,
  });
  const all = useQuery({
    queryKey: ['people-to-go-through', among],
    queryFn: ({ signal }) =>
      call(searchContacts, { body: { limit: MOST, ...(among ? { rules: among } : {}) } }, { signal }),
  });
  const addresses = addressesOf(all.data?.items);
  const go = (by: 1 | -1) => {
    const at = addresses.indexOf(who);
    const from = at < 0 && by < 0 ? 0 : at;
    const next = addresses.at((from + by) % addresses.length);
    if (next !== undefined) setWho(next);
  };
  const arrow = (by: 1 | -1, label: string) => (
    <ActionIcon aria-label={label} title={label} disabled={addresses.length === 0} onClick={() => go(by)} size={34}>
      {by < 0 ? <IconChevronLeft size={16} stroke={1.5} /> : <IconChevronRight size={16} stroke={1.5} />}
    </ActionIcon>
  );
  return (
    <div className="preview-person">
      <Autocomplete
        label="Preview for"
        placeholder="Name or address. Leave empty for a sample person."
        data={addressesOf(people.data?.items)}
        filter={({ options }) => options}
        value={who}
        onChange={setWho}
      />
      {arrow(-1, 'Previous person')}
      {arrow(1, 'Next person')}
    </div>
  );
}
