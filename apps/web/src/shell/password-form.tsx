import { Button, Modal, PasswordInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState, type FormEvent } from 'react';
import { NewPasswordInput } from '../access/new-password-input';
import { useChangePassword } from '../access/session.queries';
import { Problem } from '../ui/forms/confirm';

/** Changing one's own password. */
export function PasswordForm({ onClose }: { onClose: () => void }) {
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const change = useChangePassword();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate(
      { current_password: current, new_password: next },
      {
        onSuccess: () => {
          onClose();
          notifications.show({ message: 'Your password is changed. Your other sessions have ended.' });
        },
      },
    );
  };
  return (
    <Modal opened onClose={onClose} title="Change my password" closeButtonProps={{ 'aria-label': 'Close' }}>
      <form onSubmit={submit} className="stack">
        {change.error ? <Problem error={change.error} /> : null}
        <PasswordInput
          label="Current password"
          autoComplete="current-password"
          required
          value={current}
          onChange={(event) => setCurrent(event.currentTarget.value)}
        />
        <NewPasswordInput value={next} onChange={setNext} />
        <p className="label">Your other sessions will end.</p>
        <Button type="submit" disabled={change.isPending}>
          Change the password
        </Button>
      </form>
    </Modal>
  );
}
