import { Button, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useMay } from '../../access/session.queries';
import { Problem } from '../../ui/forms/confirm';
import { useNameType, useUnnamedTypes } from './sources.queries';

/** Types that are asked about at once. */
const SHOWN = 5;

/** Asks what types are called that were seen for the first time; each once. */
export function TypeLabels() {
  const types = useUnnamedTypes();
  const mayName = useMay('change');
  const items = types.data ?? [];
  if (!mayName || items.length === 0) return null;
  return (
    <section className="stack-tight" aria-label="New types of activities">
      <h3>New types of activities</h3>
      <p className="label">
        Say what each is called in timelines, such as “Finished the quiz”. You are asked once.
        {items.length > SHOWN ? ` ${items.length - SHOWN} more wait.` : ''}
      </p>
      {items.slice(0, SHOWN).map(({ type, label }) => (
        <TypeLabel key={type} type={type} words={label} />
      ))}
    </section>
  );
}

function TypeLabel({ type, words }: { type: string; words: string }) {
  const [label, setLabel] = useState(words);
  const name = useNameType();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    name.mutate({ type, label });
  };
  return (
    <form className="row type-label" onSubmit={submit} aria-label={`Label of ${type}`}>
      <TextInput
        label={<span className="code">{type}</span>}
        required
        withAsterisk={false}
        maxLength={100}
        value={label}
        onChange={(event) => setLabel(event.currentTarget.value)}
      />
      <Button type="submit" variant="default" disabled={name.isPending}>
        Save
      </Button>
      <Button variant="subtle" disabled={name.isPending} onClick={() => name.mutate({ type, label: null })}>
        No label
      </Button>
      <Problem error={name.error} />
    </form>
  );
}
