import { Autocomplete, type AutocompleteProps } from '@mantine/core';
import { useState } from 'react';
import { usePeopleSearch, type FoundPerson } from './people-search';

interface PersonInputProps extends Omit<
  AutocompleteProps,
  'data' | 'onChange' | 'onOptionSubmit' | 'filter' | 'value'
> {
  /** A name, an address, or a part of one. */
  value: string;
  onChange: (text: string) => void;
  /** Somebody was chosen among those found; without it their address becomes the text. */
  onPick?: (person: FoundPerson) => void;
}

/** Names a person: what is typed is looked for in the directory, and those found are offered. */
export function PersonInput({ value, onChange, onPick, ...more }: PersonInputProps) {
  const [picked, setPicked] = useState('');
  const found = usePeopleSearch(picked === value ? '' : value);
  const pick = (person: FoundPerson) => {
    setPicked(person.email);
    if (onPick) onPick(person);
    else onChange(person.email);
  };
  return (
    <Autocomplete
      placeholder="Name or address"
      {...more}
      data={found.map(({ email, name }) => ({ value: email, label: name === email ? email : `${name}, ${email}` }))}
      filter={({ options }) => options}
      value={value}
      onChange={onChange}
      onKeyDown={(event) => {
        // Enter takes the first who is called so; a typed address is meant as it stands, and a choice made by arrows counts.
        const chosen = event.currentTarget.getAttribute('aria-activedescendant');
        if (event.key !== 'Enter' || value.includes('@') || chosen || !found[0]) return;
        event.preventDefault();
        pick(found[0]);
      }}
      onOptionSubmit={(email) => {
        const person = found.find((one) => one.email === email);
        // After the input has taken the choice's label for its text.
        if (person) queueMicrotask(() => pick(person));
      }}
    />
  );
}
