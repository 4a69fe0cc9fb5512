import {
  Button,
  Menu,
  Modal,
  PasswordInput,
  SegmentedControl,
  useMantineColorScheme,
  type MantineColorScheme,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useState, type FormEvent } from 'react';
import { useNavigate } from 'react-router';
import { useChangePassword, useSession, useSignOut } from '../access/session.queries';
import { Problem } from '../ui/confirm';
import { readerZone } from '../ui/time';

/** The foot of the rail: who is signed in, light or dark, and the zone that times are shown in. */
export function Who() {
  const { data: session } = useSession();
  const signOut = useSignOut();
  const navigate = useNavigate();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [passwordOpen, password] = useDisclosure(false);
  if (!session) return null;
  return (
    <>
      <Menu position="top-start" width={232} withinPortal>
        <Menu.Target>
          <button type="button" className="who">
            <span>{session.name || session.email}</span>
            <span className="label">{session.role}</span>
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{session.email}</Menu.Label>
          <Menu.Item onClick={password.open}>Change my password</Menu.Item>
          <Menu.Item
            onClick={() => signOut.mutate(undefined, { onSettled: () => void navigate('/sign-in', { replace: true }) })}
          >
            Sign out
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <SegmentedControl
        size="xs"
        fullWidth
        aria-label="Light or dark"
        value={colorScheme}
        onChange={(value) => setColorScheme(value as MantineColorScheme)}
        data={[
          { value: 'auto', label: 'System' },
          { value: 'light', label: 'Light' },
          { value: 'dark', label: 'Dark' },
        ]}
      />
      <p className="label shell-zone">Times in {readerZone}</p>
      <PasswordForm opened={passwordOpen} onClose={password.close} />
    </>
  );
}

function PasswordForm({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const change = useChangePassword();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate(
      { current_password: current, new_password: next },
      {
        onSuccess: () => {
          setCurrent('');
          setNext('');
          onClose();
          notifications.show({ message: 'Your password is changed. Your other sessions have ended.' });
        },
      },
    );
  };
  return (
    <Modal opened={opened} onClose={onClose} title="Change my password" closeButtonProps={{ 'aria-label': 'Close' }}>
      <form onSubmit={submit} className="stack">
        {change.error ? <Problem error={change.error} /> : null}
        <PasswordInput
          label="Current password"
          autoComplete="current-password"
          required
          value={current}
          onChange={(event) => setCurrent(event.currentTarget.value)}
        />
        <PasswordInput
          label="New password"
          description="At least 10 characters. Your other sessions will end."
          autoComplete="new-password"
          required
          minLength={10}
          value={next}
          onChange={(event) => setNext(event.currentTarget.value)}
        />
        <Button type="submit" disabled={change.isPending}>
          Change the password
        </Button>
      </form>
    </Modal>
  );
}
