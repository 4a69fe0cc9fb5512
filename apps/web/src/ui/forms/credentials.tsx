import { PasswordInput, TextInput } from '@mantine/core';

interface CredentialProps {
  value: string;
  onChange: (value: string) => void;
}

/** The address that somebody signs in with, as password managers know it. */
export function SignInAddress({ value, onChange }: CredentialProps) {
  return (
    <TextInput
      label="E-mail address"
      type="email"
      name="email"
      autoComplete="username"
      required
      autoFocus
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

/** The password that belongs to it. */
export function SignInPassword({ value, onChange }: CredentialProps) {
  return (
    <PasswordInput
      label="Password"
      name="password"
      autoComplete="current-password"
      required
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      visibilityToggleButtonProps={{ 'aria-label': 'Show or hide password' }}
    />
  );
}
