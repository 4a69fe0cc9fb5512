import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';

const SCHEME = /^(https?:|mailto:|tel:|\{\{|#)/i;

/** `example.com/course` is meant as a web address. */
const whole = (href: string): string => {
  const text = href.trim();
  if (text === '' || SCHEME.test(text)) return text;
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text) ? `mailto:${text}` : `https://${text}`;
};

/** Asks for the address of a link. */
export function LinkForm({ href, onDone }: { href: string; onDone: (href: string) => void }) {
  const [value, setValue] = useState(href);
  return (
    <form
      className="stack-tight"
      onSubmit={(event) => {
        event.preventDefault();
        event.stopPropagation();
        onDone(whole(value));
      }}
    >
      <TextInput
        label="Link to"
        placeholder="https://example.com"
        data-autofocus
        w={280}
        value={value}
        onChange={(event) => setValue(event.currentTarget.value)}
      />
      <div className="row">
        <Button type="submit" size="xs" disabled={value.trim() === ''}>
          {href ? 'Change the link' : 'Link'}
        </Button>
        {href ? (
          <Button size="xs" variant="default" onClick={() => onDone('')}>
            Remove the link
          </Button>
        ) : null}
      </div>
    </form>
  );
}
