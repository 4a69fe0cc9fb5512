import './shell.css';
import { ActionIcon, Button } from '@mantine/core';
import { useDisclosure, useHotkeys } from '@mantine/hooks';
import { IconMenu2 } from '@tabler/icons-react';
import { Suspense, lazy, useState } from 'react';
import { Link, Outlet } from 'react-router';
import { adminAddresses } from '#contracts';
import { useSession } from '../access/session.queries';
import { useLiveChanges } from '../api/live-changes';
import { failedBy } from '../api/problem';
import { Failed, Loading } from '../ui/feedback/query-states';
import { ContactHost } from './contact-host';
import { DemoBanner } from './demo-banner';
import { Navigation } from './navigation';
import { createPaletteStore, PaletteProvider } from '../ui/commands/palette-store';
import { SendingState, StoppedBanner } from './sending-state';
import { AccountMenu } from './account-menu';

const MenuDrawer = lazy(async () => ({ default: (await import('./menu-drawer')).MenuDrawer }));
const SecondFactorPage = lazy(async () => ({
  default: (await import('../access/second-factor-page')).SecondFactorPage,
}));
const CommandPalette = lazy(async () => ({ default: (await import('./palette/command-palette')).CommandPalette }));

/** Listens for changes once somebody is signed in; draws nothing. */
function LiveChanges() {
  useLiveChanges();
  return null;
}

/** The frame of every screen below `/admin`: shown only to who is signed in. */
export function AdminShell() {
  const session = useSession();
  const [menuOpen, menu] = useDisclosure(false);
  const [paletteAsked, setPaletteAsked] = useState(false);
  const [palette] = useState(() =>
    createPaletteStore(() => {
      setPaletteAsked(true);
      void import('./commands').then(({ openCommands }) => openCommands());
    }),
  );
  const openPalette = () => palette.getState().open();
  // In fields too: there is one Ctrl+K everywhere.
  useHotkeys([['mod+K', openPalette]], []);
  if (!session.data) {
    // Nobody is signed in: the sign-in page is on its way, and nothing has gone wrong.
    return session.isPending || failedBy(session.error, 'not_signed_in') ? (
      <Loading lines={3} />
    ) : (
      <div className="page">
        <Failed
          error={session.error}
          what="Cortex could not check who is signed in"
          onRetry={() => void session.refetch()}
        />
      </div>
    );
  }
  if (session.data.second_factor_missing)
    return (
      <Suspense fallback={<Loading lines={3} />}>
        <SecondFactorPage />
      </Suspense>
    );
  const rail = (
    <>
      <Navigation onGo={menu.close} />
      <div className="shell-foot">
        <Button
          variant="default"
          size="xs"
          justify="space-between"
          rightSection={<kbd>Ctrl K</kbd>}
          data-opens-palette
          onClick={openPalette}
        >
          Go to…
        </Button>
        <SendingState />
        <AccountMenu />
      </div>
    </>
  );
  return (
    <PaletteProvider value={palette}>
      <div className="shell">
        <LiveChanges />
        <a className="skip-link" href="#main">
          Skip to the content
        </a>
        <aside className="shell-rail" aria-label="Navigation and account">
          <Link to={adminAddresses.home} className="wordmark">
            Cortex
          </Link>
          {rail}
        </aside>
        <div className="shell-main">
          <div className="shell-bar">
            <ActionIcon aria-label="Open the menu" onClick={menu.open} size={44}>
              <IconMenu2 size={20} stroke={1.5} />
            </ActionIcon>
            <Link to={adminAddresses.home} className="wordmark">
              Cortex
            </Link>
          </div>
          <StoppedBanner />
          <DemoBanner />
          <main id="main" tabIndex={-1}>
            <Outlet />
          </main>
        </div>
        {menuOpen ? (
          <Suspense fallback={null}>
            <MenuDrawer onClose={menu.close}>{rail}</MenuDrawer>
          </Suspense>
        ) : null}
        <ContactHost />
        {paletteAsked ? (
          <Suspense fallback={null}>
            <CommandPalette />
          </Suspense>
        ) : null}
      </div>
    </PaletteProvider>
  );
}
