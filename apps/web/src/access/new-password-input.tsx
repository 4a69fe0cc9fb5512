import { PasswordInput } from '@mantine/core';
import { passwordLength } from '#contracts';

interface NewPasswordInputProps {
  label?: string;
  value: string;
  onChange: (password: string) => void;
}

/** A password that is being chosen. The server says when it is easily guessed. */
export function NewPasswordInput({ label = 'New password', value, onChange }: NewPasswordInputProps) {
  const { min, max } = passwordLength;
  return (
    <PasswordInput
      label={label}
      description={`At least ${min} characters. Four words that do not belong together are a good one.`}
      name="new-password"
      autoComplete="new-password"
      required
      minLength={min}
      maxLength={max}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      visibilityToggleButtonProps={{ 'aria-label': 'Show or hide password' }}
    />
  );
}
