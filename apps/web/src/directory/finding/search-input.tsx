import { TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useState } from 'react';

/** What is typed is searched for when nothing more comes for a moment. */
export function SearchInput({ value, onChange }: { value: string; onChange: (q: string) => void }) {
  const [text, setText] = useState(value);
  const later = useDebouncedCallback(onChange, 250);
  return (
    <TextInput
      className="search"
      type="search"
      aria-label="Search people"
      placeholder="Name, e-mail or ID"
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        later(event.currentTarget.value.trim());
      }}
    />
  );
}
