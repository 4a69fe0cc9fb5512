import { PasswordInput } from '@mantine/core';
import { passwordLength } from '#contracts';

interface NewPasswordInputProps {
  label?: string;
  value: string;
  onChange: (password: string) => void;
}

/** A password that is being chosen. The server says when it is easily guessed or too long: nothing pasted is cut. */
export function NewPasswordInput({ label = 'New password', value, onChange }: NewPasswordInputProps) {
  return (
    <PasswordInput
      label={label}
      description={`At least ${passwordLength.min} characters. Four words that do not belong together are a good one.`}
      name="new-password"
      autoComplete="new-password"
      required
      minLength={passwordLength.min}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      visibilityToggleButtonProps={{ 'aria-label': 'Show or hide password' }}
    />
  );
}
