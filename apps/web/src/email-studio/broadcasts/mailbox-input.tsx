import { TextInput } from '@mantine/core';
import { useState } from 'react';

interface MailboxInputProps {
  label: string;
  description: string;
  placeholder: string;
  value: string | null;
  readOnly: boolean;
  /** What is wrong with a text, if anything. */
  check: (text: string) => string | undefined;
  onChange: (value: string | null) => void;
}

/** An address while it is typed: only a whole one, or none, is handed on, so that half of one does not stop the saving. */
export function MailboxInput({ value, check, onChange, readOnly, ...rest }: MailboxInputProps) {
  const [typed, setTyped] = useState<string>();
  const [left, setLeft] = useState(false);
  const shown = typed ?? value ?? '';
  const problem = typed === undefined || typed.trim() === '' ? undefined : check(typed);
  return (
    <TextInput
      {...rest}
      readOnly={readOnly}
      value={shown}
      error={problem && left ? `${problem} It is not saved like this.` : undefined}
      onBlur={() => {
        setLeft(true);
        if (problem === undefined) setTyped(undefined);
      }}
      onChange={(event) => {
        const text = event.currentTarget.value;
        setLeft(false);
        const whole = text.trim() === '' || check(text) === undefined;
        setTyped(text);
        if (whole) onChange(text.trim() || null);
      }}
    />
  );
}
