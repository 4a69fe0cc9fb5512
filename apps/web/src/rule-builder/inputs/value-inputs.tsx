import { Autocomplete, NumberInput, Select, TagsInput } from '@mantine/core';
import type { OneValue, ValueType } from '#rules';
import { useState } from 'react';
import type { Reading } from '../tree/rule-edits';
import { InstantInput } from './instant-input';
import { useSeenValues } from '../suggestions';

interface SeenOf {
  field: string;
  activityType: string | undefined;
}

interface SeveralInputProps extends SeenOf {
  label: string;
  value: string[];
  onChange: (value: string[]) => void;
}

/** Several texts or numbers, with those that were seen to choose from. */
export function SeveralInput({ label, field, activityType, value, onChange }: SeveralInputProps) {
  const [text, setText] = useState('');
  const seen = useSeenValues(field, activityType, text);
  return (
    <TagsInput
      aria-label={label}
      miw={200}
      className="grow"
      placeholder={value.length > 0 ? '' : 'Type, then press Enter'}
      data={seen}
      searchValue={text}
      onSearchChange={setText}
      acceptValueOnBlur
      value={value}
      onChange={onChange}
    />
  );
}

interface OneInputProps extends SeenOf {
  label: string;
  type: ValueType | undefined;
  reading: Reading;
  value: OneValue | undefined;
  onChange: (value: OneValue | undefined) => void;
}

/** One value, by its type. */
export function OneInput({ label, type, reading, field, activityType, value, onChange }: OneInputProps) {
  if (type === 'instant') return <InstantInput label={label} value={value} onChange={onChange} />;
  if (type === 'number') {
    return (
      <NumberInput
        aria-label={label}
        w={120}
        value={typeof value === 'number' ? value : ''}
        onChange={(n) => onChange(n === '' ? undefined : Number(n))}
      />
    );
  }
  if (type === 'boolean') {
    return (
      <Select
        aria-label={label}
        w={92}
        allowDeselect={false}
        data={[
          { value: 'true', label: 'true' },
          { value: 'false', label: 'false' },
        ]}
        value={String(value ?? true)}
        onChange={(text) => onChange(text === 'true')}
      />
    );
  }
  if (type === 'enum') {
    return (
      <Select
        aria-label={label}
        w={156}
        allowDeselect={false}
        data={[...(reading.field?.values ?? [])]}
        value={typeof value === 'string' ? value : null}
        onChange={(text) => text && onChange(text)}
      />
    );
  }
  const text = typeof value === 'string' ? value : '';
  return <TextValue label={label} field={field} activityType={activityType} value={text} onChange={onChange} />;
}

interface TextValueProps extends SeenOf {
  label: string;
  value: string;
  onChange: (value: OneValue | undefined) => void;
}

function TextValue({ label, field, activityType, value, onChange }: TextValueProps) {
  const seen = useSeenValues(field, activityType, value);
  return (
    <Autocomplete
      aria-label={label}
      miw={160}
      className="grow"
      placeholder="Value"
      data={seen}
      value={value}
      onChange={(text) => onChange(text === '' ? undefined : text)}
    />
  );
}
