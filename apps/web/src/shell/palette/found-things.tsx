import { adminAddresses, listAutomations, listContacts, listSmartLists } from '#contracts';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from 'react-router';
import { call } from '../../api/client';
import { nameOf } from '../../people/person-words';
import type { PaletteGroup, PaletteItem } from '../../ui/commands/palette-store';

const LEAST = 2;
const MOST = 6;

/** People, lists and automations that have what is typed in their name. */
export function useFoundThings(query: string): PaletteGroup[] {
  const [q] = useDebouncedValue(query.trim(), 200);
  const navigate = useNavigate();
  const asked = { enabled: q.length >= LEAST, placeholderData: keepPreviousData, staleTime: 10_000, retry: false };
  const people = useQuery({
    queryKey: ['palette', 'people', q],
    queryFn: ({ signal }) => call(listContacts, { query: { q, limit: MOST } }, { signal }),
    ...asked,
  });
  const lists = useQuery({
    queryKey: ['palette', 'lists', q],
    queryFn: ({ signal }) => call(listSmartLists, { query: { q, limit: MOST } }, { signal }),
    ...asked,
  });
  const automations = useQuery({
    queryKey: ['palette', 'automations', q],
    queryFn: ({ signal }) => call(listAutomations, { query: { q, limit: MOST } }, { signal }),
    ...asked,
  });
  if (query.trim().length < LEAST) return [];
  const group = (title: string, items: PaletteItem[]): PaletteGroup[] =>
    items.length > 0 ? [{ title, items: items.map((item) => ({ ...item, found: true })) }] : [];
  return [
    ...group(
      'People',
      (people.data?.items ?? []).map((person) => ({
        id: `person-${person.id}`,
        label: nameOf(person),
        kind: person.email ?? undefined,
        run: () => void navigate(adminAddresses.contact(person.id)),
      })),
    ),
    ...group(
      'Smart lists',
      (lists.data?.items ?? []).map(({ id, name }) => ({
        id: `list-${id}`,
        label: name,
        run: () => void navigate(adminAddresses.smartList(id)),
      })),
    ),
    ...group(
      'Automations',
      (automations.data?.items ?? []).map(({ id, name }) => ({
        id: `automation-${id}`,
        label: name,
        run: () => void navigate(adminAddresses.automation(id)),
      })),
    ),
  ];
}
