import { TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useEffect, useRef, useState } from 'react';

/** What is typed is searched for when nothing more comes for a moment. */
export function SearchInput({ value, onChange }: { value: string; onChange: (q: string) => void }) {
  const [text, setText] = useState(value);
  // What was asked for and has not come back by the address yet.
  const asked = useRef<string[]>([]);
  const later = useDebouncedCallback((q: string) => {
    asked.current.push(q);
    onChange(q);
  }, 250);
  useEffect(() => {
    const at = asked.current.indexOf(value);
    asked.current.splice(0, at < 0 ? asked.current.length : at + 1);
    // Somebody else changed it: a view was opened, or everyone is shown.
    if (at < 0) setText(value);
  }, [value]);
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
