import { SegmentedControl, useMantineColorScheme, type MantineColorScheme } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { lazy, Suspense } from 'react';
import { useNavigate } from 'react-router';
import { adminAddresses } from '#contracts';
import { useSession, useSignOut } from '../access/session.queries';
import { readerZone } from '../ui/formatting/time';
import { CommandMenu } from '../ui/commands/command-menu';
import { usePaletteSource } from '../ui/commands/palette-store';

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
  usePaletteSource(() => [
    {
      title: 'Account',
      everywhere: true,
      items: schemes.map(({ value, label }) => ({
        id: `scheme-${value}`,
        label: `${label} colors`,
        keywords: 'theme light dark mode',
        run: () => setColorScheme(value),
      })),
    },
  ]);
  if (!session) return null;
  return (
    <>
      <CommandMenu
        title="Account"
        everywhere
        position="top-start"
        menu={{ width: 232 }}
        target={
          <button type="button" className="who">
            <span>{session.name || session.email}</span>
            <span className="label">{session.role}</span>
          </button>
        }
        parts={[
          {
            heading: session.email,
            commands: [
              {
                label: 'Two-factor authentication and sessions',
                run: () => void navigate(adminAddresses.settings('account')),
              },
              { label: 'Change my password', run: password.open },
              { label: 'Sign out', run: leave },
            ],
          },
        ]}
      />
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
