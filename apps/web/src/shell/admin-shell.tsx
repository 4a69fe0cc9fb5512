import './shell.css';
import { ActionIcon, Drawer } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconMenu2 } from '@tabler/icons-react';
import { Link, Outlet } from 'react-router';
import { Navigation } from './navigation';

/** The frame of every screen below `/admin`. */
export function AdminShell() {
  const [menuOpen, menu] = useDisclosure(false);
  const rail = (
    <>
      <Link to="/admin" className="wordmark">
        Cortex
      </Link>
      <Navigation onGo={menu.close} />
    </>
  );
  return (
    <div className="shell">
      <a className="skip-link" href="#main">
        Skip to the content
      </a>
      <aside className="shell-rail">{rail}</aside>
      <div className="shell-main">
        <div className="shell-bar">
          <ActionIcon aria-label="Open the menu" onClick={menu.open} size={44}>
            <IconMenu2 size={20} stroke={1.5} />
          </ActionIcon>
          <span className="wordmark">Cortex</span>
        </div>
        <main id="main" tabIndex={-1}>
          <Outlet />
        </main>
      </div>
      <Drawer opened={menuOpen} onClose={menu.close} size={264} title="Menu">
        {rail}
      </Drawer>
    </div>
  );
}
