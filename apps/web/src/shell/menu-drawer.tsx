import { Drawer } from '@mantine/core';
import type { ReactNode } from 'react';

/** The rail as a sheet, where the window is too narrow for it. */
export function MenuDrawer({ onClose, children }: { onClose: () => void; children: ReactNode }) {
  return (
    <Drawer
      opened
      onClose={onClose}
      size={280}
      title="Menu"
      closeButtonProps={{ 'aria-label': 'Close the menu' }}
      classNames={{ body: 'shell-drawer' }}
    >
      {children}
    </Drawer>
  );
}
