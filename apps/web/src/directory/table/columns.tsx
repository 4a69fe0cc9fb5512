import { personalFields } from '#rules';
import { Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';
import { emailStatusWords } from '../../people/person-words';
import { Time } from '../../ui/formatting/time';
import type { Contact } from '../contacts.queries';
import { LifetimeValue } from './lifetime-value';

export interface Column {
  id: string;
  label: string;
  /** Numbers stand right. */
  numeric?: true;
  cell: (person: Contact) => ReactNode;
}

const quiet = (words: string) => <span className="quiet">{words}</span>;

/** What the table can show of a person besides who they are. */
export const columns: readonly Column[] = [
  {
    id: 'type',
    label: 'Type',
    cell: ({ type }) => (
      <span className="kind-word" data-kind={type}>
        {type}
      </span>
    ),
  },
  {
    id: 'lifetime_value',
    label: 'Lifetime value',
    numeric: true,
    cell: (person) => <LifetimeValue person={person} />,
  },
  {
    id: 'last_activity',
    label: 'Last activity',
    cell: ({ last_activity }) => (last_activity ? <Time at={last_activity} /> : quiet('never')),
  },
  { id: 'tags', label: 'Tags', cell: ({ tags }) => <Tags tags={tags} /> },
  {
    id: 'can_be_emailed',
    label: 'Can be e-mailed',
    cell: (person) => (
      <Tooltip label={person.email_reason}>
        <span className={person.can_be_emailed ? 'email-yes' : 'email-no'}>
          {person.can_be_emailed ? 'yes' : `no, ${emailStatusWords[person.email_status]}`}
        </span>
      </Tooltip>
    ),
  },
  { id: 'created_at', label: 'Added', cell: ({ created_at }) => <Time at={created_at} /> },
  ...personalFields
    // Who somebody is stands in front of every row.
    .filter(({ id }) => id !== 'first_name' && id !== 'last_name')
    .map(({ id, label }): Column => ({ id, label, cell: (person) => person[id] })),
  { id: 'consent', label: 'Consent', cell: ({ consent }) => consent.status },
];

export const usualColumns: readonly string[] = ['type', 'lifetime_value', 'last_activity', 'tags', 'can_be_emailed'];

/** The columns in an address or in the browser's memory, in their order; the usual ones where nothing is said. */
export function columnsIn(text: string | null | undefined): Column[] {
  const named = (text ?? '').split(',').flatMap((id) => columns.find((column) => column.id === id) ?? []);
  const ids = named.length > 0 ? [...new Set(named)] : undefined;
  return ids ?? usualColumns.map((id) => columns.find((column) => column.id === id)!);
}

const shown = 3;

function Tags({ tags }: { tags: string[] }) {
  if (tags.length === 0) return null;
  return (
    <span className="tags">
      {tags.slice(0, shown).map((tag) => (
        <span key={tag} className="tag">
          {tag}
        </span>
      ))}
      {tags.length > shown ? (
        <Tooltip label={tags.slice(shown).join(', ')}>
          <span className="tag">+{tags.length - shown}</span>
        </Tooltip>
      ) : null}
    </span>
  );
}
