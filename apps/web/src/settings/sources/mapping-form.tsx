import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Problem } from '../../ui/forms/confirm';
import { MappedPreview } from './mapped-preview';
import { useTryMapping, type InboundMapping, type InboundSource } from './inbound.queries';
import { placesOf, type SamplePlace } from './sample-places';

/** What a clicked value becomes. */
type Field = 'type' | 'email' | 'external_id' | 'occurred_at' | 'metadata';

const fields: { value: Field; label: string }[] = [
  { value: 'email', label: 'E-mail' },
  { value: 'type', label: 'Type' },
  { value: 'metadata', label: 'Metadata' },
  { value: 'external_id', label: 'Id' },
  { value: 'occurred_at', label: 'When' },
];

/** A mapping while it is made. */
interface Draft extends Omit<InboundMapping, 'type' | 'email'> {
  type: { text: string } | { at: string };
  email: string;
}

interface Props {
  source: InboundSource;
  sample: InboundSource['samples'][number];
  save: { error: unknown; isPending: boolean };
  onSave: (mapping: InboundMapping) => void;
}

/** Values of a sample are picked by a click, tried against it, and then switched on. */
export function MappingForm({ source, sample, save, onSave }: Props) {
  const [draft, setDraft] = useState<Draft>(source.mapping ?? { type: { text: '' }, email: '', metadata: [] });
  const [field, setField] = useState<Field>('email');
  const attempt = useTryMapping(source.id);
  const change = (next: Draft) => {
    setDraft(next);
    attempt.reset();
  };
  const isTried = attempt.data?.activity != null && attempt.variables?.sample_id === sample.id;
  return (
    <div className="stack-tight">
      <TextInput
        className="form"
        label="Type of each activity"
        description="Or pick it from the sample below, where it differs from body to body."
        placeholder="form.sent"
        maxLength={100}
        value={'text' in draft.type ? draft.type.text : ''}
        onChange={({ currentTarget: { value } }) => change({ ...draft, type: { text: value } })}
      />
      <p className="label">Choose what a value becomes, then click it.</p>
      <SegmentedControl
        className="code-languages"
        aria-label="What the next value becomes"
        value={field}
        onChange={(next) => setField(next as Field)}
        data={fields}
      />
      <ul className="sample" aria-label="Values of the sample">
        {placesOf(sample.body).map((place) => (
          <li key={place.at}>
            <button
              type="button"
              className="sample-value"
              aria-pressed={wordsOf(draft, place.at) !== ''}
              onClick={() => change(picked(draft, field, place))}
            >
              <span className="code">{place.at}</span> {place.value}
              <span className="tag">{wordsOf(draft, place.at)}</span>
            </button>
          </li>
        ))}
      </ul>
      <div className="row">
        <Button
          variant="default"
          disabled={attempt.isPending}
          onClick={() => attempt.mutate({ mapping: draft, sample_id: sample.id })}
        >
          Try it
        </Button>
        <Button disabled={!isTried || save.isPending} onClick={() => onSave(draft)}>
          Switch on
        </Button>
      </div>
      <Problem error={attempt.error ?? save.error} />
      {attempt.data ? <MappedPreview result={attempt.data} hasId={draft.external_id !== undefined} /> : null}
    </div>
  );
}

/** A second click on a value takes it back. */
function picked(draft: Draft, field: Field, { at, name }: SamplePlace): Draft {
  switch (field) {
    case 'type':
      return { ...draft, type: 'at' in draft.type && draft.type.at === at ? { text: '' } : { at } };
    case 'email':
      return { ...draft, email: draft.email === at ? '' : at };
    case 'metadata': {
      if (draft.metadata.some((one) => one.at === at))
        return { ...draft, metadata: draft.metadata.filter((one) => one.at !== at) };
      const isTaken = draft.metadata.some((one) => one.name === name);
      return { ...draft, metadata: [...draft.metadata, { name: isTaken ? at.slice(1, 101) : name.slice(0, 100), at }] };
    }
    default: {
      const { [field]: before, ...rest } = draft;
      return before === at ? rest : { ...rest, [field]: at };
    }
  }
}

/** What becomes of the value at a place, in a few words; nothing where nothing does. */
function wordsOf(draft: Draft, at: string): string {
  const words = [
    'at' in draft.type && draft.type.at === at ? 'type' : '',
    draft.email === at ? 'e-mail' : '',
    draft.external_id === at ? 'id' : '',
    draft.occurred_at === at ? 'when' : '',
    ...draft.metadata.filter((one) => one.at === at).map(({ name }) => `metadata: ${name}`),
  ];
  return words.filter((word) => word !== '').join(', ');
}
