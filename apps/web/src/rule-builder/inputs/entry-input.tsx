import { Autocomplete, Button } from '@mantine/core';
import { leadEntries, type EntryValue, type OneValue } from '#rules';

interface EntryInputProps {
  label: string;
  value: EntryValue;
  onChange: (value: OneValue | undefined) => void;
}

/** A value of what started the run: which part of the activity's metadata, or of the lead. */
export function EntryInput({ label, value, onChange }: EntryInputProps) {
  return (
    <>
      <span>the same as in what started this:</span>
      <Autocomplete
        aria-label={`${label}, taken from what started this`}
        miw={180}
        className="grow"
        placeholder="metadata.cart"
        data={leadEntries.map((name) => `lead.${name}`)}
        value={value.entry}
        onChange={(entry) => onChange({ entry })}
      />
      <Button variant="subtle" size="compact-sm" onClick={() => onChange(undefined)}>
        a value instead
      </Button>
    </>
  );
}

/** Turns the comparison to the same field of what started the run. */
export function SameAsStart({ field, onChange }: { field: string; onChange: (value: OneValue) => void }) {
  const entry = field.startsWith('metadata.') ? field : 'metadata.';
  return (
    <Button variant="subtle" size="compact-sm" onClick={() => onChange({ entry })}>
      same as the one that started this
    </Button>
  );
}
