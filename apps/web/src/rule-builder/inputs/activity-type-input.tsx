import { Autocomplete, type AutocompleteProps } from '@mantine/core';
import { useState } from 'react';
import { knownTypes, typeNames } from '#rules';
import { useSuggestions } from '../suggestions';

interface Props extends Omit<AutocompleteProps, 'data' | 'value' | 'onChange'> {
  /** The type as it is sent, such as `checkout.abandoned`. */
  value: string;
  onChange: (type: string) => void;
}

/**
 * A type of activity: those seen so far are offered by what they are called, and found by either; any other may be
 * typed. Who points at it sees the type as it is sent.
 */
export function ActivityTypeInput({ value, onChange, onBlur, ...rest }: Props) {
  const { activityTypes } = useSuggestions();
  /** What is being typed stays as it is: a name is shown in its place once that is over. */
  const [typed, setTyped] = useState<string>();
  const called = typeNames(activityTypes);
  const taken = new Map<string, number>();
  for (const label of called.values()) taken.set(label, (taken.get(label) ?? 0) + 1);
  const shown = (type: string) => {
    const label = called.get(type);
    return label === undefined ? type : taken.get(label) === 1 ? label : `${label} (${type})`;
  };
  const seen = activityTypes.map(({ type }) => type);
  const types = new Map([...new Set([...seen, ...knownTypes.keys()])].map((type) => [shown(type), type]));
  return (
    <Autocomplete
      placeholder="Left the checkout"
      {...rest}
      title={value || undefined}
      // Those that never came in yet are offered to who types: a list that opens by itself would hide the form.
      data={typed === undefined ? seen.map(shown) : [...types.keys()]}
      value={typed ?? shown(value)}
      filter={({ options, search }) =>
        options.filter((option) => {
          // What is chosen is no search.
          if (typed === undefined) return true;
          const text = 'value' in option ? option.value : '';
          return `${text} ${types.get(text) ?? ''}`.toLowerCase().includes(search.trim().toLowerCase());
        })
      }
      renderOption={({ option }) => <Option name={option.value} type={types.get(option.value) ?? option.value} />}
      onChange={(text) => {
        setTyped(text);
        onChange(types.get(text) ?? text);
      }}
      onBlur={(event) => {
        setTyped(undefined);
        onBlur?.(event);
      }}
    />
  );
}

const Option = ({ name, type }: { name: string; type: string }) => (
  <span>
    {name}
    {name === type ? null : <span className="label code"> {type}</span>}
  </span>
);
