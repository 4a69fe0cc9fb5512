import { Menu, SegmentedControl, useMantineColorScheme, type MantineColorScheme } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { lazy, Suspense } from 'react';
import { Link, useNavigate } from 'react-router';
import { adminAddresses } from '#contracts';
import { useSession, useSignOut } from '../access/session.queries';
import { readerZone } from '../ui/formatting/time';

const PasswordForm = lazy(async () => ({ default: (await import('./password-form')).PasswordForm }));

/** The foot of the rail: who is signed in, light or dark, and the zone that times are shown in. */
export function AccountMenu() {
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
          <Menu.Item component={Link} to={adminAddresses.settings('account')}>
            Two-factor authentication and sessions
          </Menu.Item>
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
      {passwordOpen ? (
        <Suspense fallback={null}>
          <PasswordForm onClose={password.close} />
        </Suspense>
      ) : null}
    </>
  );
}
