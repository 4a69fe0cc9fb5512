import { Autocomplete, TextInput } from '@mantine/core';
import { useState } from 'react';

interface MailboxInputProps {
  label: string;
  description: string;
  placeholder: string;
  value: string | null;
  readOnly: boolean;
  /** Mailboxes to choose from. */
  offered?: readonly string[];
  /** What the server says of the one that is stored. */
  problem?: string | undefined;
  /** What is wrong with a text, if anything. */
  check: (text: string) => string | undefined;
  onChange: (value: string | null) => void;
}

/** An address while it is typed: only a whole one, or none, is handed on, so that half of one does not stop the saving. */
export function MailboxInput({
  value,
  check,
  onChange,
  readOnly,
  offered = [],
  problem: stored,
  ...rest
}: MailboxInputProps) {
  const [typed, setTyped] = useState<string>();
  const [left, setLeft] = useState(false);
  const shown = typed ?? value ?? '';
  const problem = typed === undefined || typed.trim() === '' ? undefined : check(typed);
  const put = (text: string) => {
    setLeft(false);
    const whole = text.trim() === '' || check(text) === undefined;
    setTyped(text);
    if (whole) onChange(text.trim() || null);
  };
  const input = {
    ...rest,
    readOnly,
    value: shown,
    error: problem && left ? `${problem} It is not saved like this.` : problem ? undefined : stored,
    onBlur: () => {
      setLeft(true);
      if (problem === undefined) setTyped(undefined);
    },
  };
  return offered.length > 0 ? (
    <Autocomplete {...input} data={[...offered]} filter={({ options }) => options} onChange={put} />
  ) : (
    <TextInput {...input} onChange={(event) => put(event.currentTarget.value)} />
  );
}
