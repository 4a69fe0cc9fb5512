import { Button, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useMay } from '../../access/session.queries';
import { ActivityTypeInput } from '../../rule-builder/inputs/activity-type-input';
import { useSuggestions } from '../../rule-builder/suggestions';
import { Problem } from '../../ui/forms/confirm';
import { useNameType, useUnnamedTypes } from './sources.queries';

/** Types that are asked about at once. */
const SHOWN = 5;

/** Asks what types are called that were seen for the first time, and lets every label be changed. */
export function TypeLabels() {
  const types = useUnnamedTypes();
  const mayName = useMay('change');
  const items = types.data ?? [];
  if (!mayName) return null;
  return (
    <section className="stack-tight" aria-label="What activities are called">
      <h3>What activities are called</h3>
      {items.length > 0 ? (
        <p className="label">
          These types are new. Say what each is called on screens, such as “Finished the quiz”. You are asked once.
          {items.length > SHOWN ? ` ${items.length - SHOWN} more wait.` : ''}
        </p>
      ) : null}
      {items.slice(0, SHOWN).map(({ type, label }) => (
        <TypeLabel key={type} type={type} words={label} />
      ))}
      <AnyLabel />
    </section>
  );
}

/** Another name for a type that has one. */
function AnyLabel() {
  const { activityTypes } = useSuggestions();
  const [type, setType] = useState('');
  const seen = activityTypes.find((one) => one.type === type);
  return (
    <>
      <ActivityTypeInput
        label="Change a label"
        description="Type what it is called, or its type as it is sent."
        maw={480}
        value={type}
        onChange={setType}
      />
      {seen ? <TypeLabel key={`${type} ${seen.label}`} type={type} words={seen.label} /> : null}
      {type === '' || seen ? null : <p className="label">Nothing of this type has come in so far.</p>}
    </>
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
    <form className="row type-label" onSubmit={submit} aria-label={`Label of “${words}”`}>
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
