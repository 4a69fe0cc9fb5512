import { Menu, SegmentedControl, useMantineColorScheme, type MantineColorScheme } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { lazy, Suspense } from 'react';
import { useNavigate } from 'react-router';
import { adminAddresses } from '#contracts';
import { useSession, useSignOut } from '../access/session.queries';
import { readerZone } from '../ui/formatting/time';
import { usePaletteSource, type PaletteItem } from './palette/palette-store';

const PasswordForm = lazy(async () => ({ default: (await import('./password-form')).PasswordForm }));

const schemes: { value: MantineColorScheme; label: string }[] = [
  { value: 'auto', label: 'System' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
];

/** The foot of the rail: who is signed in, light or dark, and the zone that times are shown in. */
export function AccountMenu() {
  const { data: session } = useSession();
  const signOut = useSignOut();
  const navigate = useNavigate();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [passwordOpen, password] = useDisclosure(false);
  const leave = () => signOut.mutate(undefined, { onSettled: () => void navigate('/sign-in', { replace: true }) });
  const items: PaletteItem[] = [
    {
      id: 'account',
      label: 'Two-factor authentication and sessions',
      run: () => void navigate(adminAddresses.settings('account')),
    },
    { id: 'password', label: 'Change my password', run: password.open },
    { id: 'sign-out', label: 'Sign out', run: leave },
  ];
  usePaletteSource(() => [
    {
      title: 'Account',
      items: [
        ...items,
        ...schemes.map(({ value, label }) => ({
          id: `scheme-${value}`,
          label: `${label} colors`,
          keywords: 'theme light dark mode',
          run: () => setColorScheme(value),
        })),
      ],
    },
  ]);
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
          {items.map(({ id, label, run }) => (
            <Menu.Item key={id} onClick={run}>
              {label}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <SegmentedControl
        size="xs"
        fullWidth
        aria-label="Light or dark"
        value={colorScheme}
        onChange={(value) => setColorScheme(value as MantineColorScheme)}
        data={schemes}
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
