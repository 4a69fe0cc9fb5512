import { TextInput } from '@mantine/core';

interface CodeInputProps {
  value: string;
  onChange: (code: string) => void;
  takesRecoveryCodes?: boolean;
}

/** The code of an authenticator app; where recovery codes are taken, letters are too. */
export function CodeInput({ value, onChange, takesRecoveryCodes }: CodeInputProps) {
  return (
    <TextInput
      label="Code"
      description={`Six digits from your authenticator app${takesRecoveryCodes ? ', or a recovery code' : ''}.`}
      name="code"
      autoComplete="one-time-code"
      inputMode={takesRecoveryCodes ? 'text' : 'numeric'}
      autoFocus
      required
      minLength={6}
      maxLength={40}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
