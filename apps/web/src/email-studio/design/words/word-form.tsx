import { liquidFor, personalWords, readLiquid } from '#designs';
import { Button, Select, TextInput } from '@mantine/core';
import { useState } from 'react';

const fallbackOf = (path: string): string => personalWords.find((word) => word.path === path)?.fallback ?? '';

/** Asks for a personal word and for what stands there when it is not known of somebody. */
export function WordForm({ liquid, onDone }: { liquid: string | undefined; onDone: (liquid: string) => void }) {
  const given = liquid === undefined ? undefined : readLiquid(liquid);
  const [path, setPath] = useState(given?.path ?? 'contact.first_name');
  const [fallback, setFallback] = useState(
    given?.fallback ?? (liquid === undefined ? fallbackOf('contact.first_name') : ''),
  );
  if (liquid !== undefined && !given)
    return (
      <div className="stack-tight" style={{ maxWidth: 280 }}>
        <p className="sentence">This is Liquid of your own:</p>
        <pre className="raw code">{liquid}</pre>
        <p className="label">To change it, delete it and write it again.</p>
      </div>
    );
  return (
    <form
      className="stack-tight"
      onSubmit={(event) => {
        event.preventDefault();
        event.stopPropagation();
        onDone(liquidFor(path, fallback.trim()));
      }}
    >
      <Select
        label="Word"
        data-autofocus
        w={280}
        searchable
        // Focused when the form opens, and its list would cover the button.
        openOnFocus={false}
        allowDeselect={false}
        comboboxProps={{ withinPortal: false }}
        data={personalWords.map((word) => ({ value: word.path, label: word.label }))}
        value={path}
        onChange={(next) => {
          if (!next) return;
          // What stood for the word before is not meant for this one, unless it was written by hand.
          if (fallback === fallbackOf(path)) setFallback(fallbackOf(next));
          setPath(next);
        }}
      />
      <TextInput
        label="If it is not known"
        description="Shown in its place. May be empty."
        maxLength={200}
        value={fallback}
        onChange={(event) => setFallback(event.currentTarget.value)}
      />
      <div className="row">
        <Button type="submit" size="xs">
          {liquid === undefined ? 'Insert' : 'Change'}
        </Button>
      </div>
    </form>
  );
}
