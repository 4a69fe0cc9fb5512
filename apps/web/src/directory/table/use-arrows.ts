import { useEffect } from 'react';
import { isOtherDialogOpen } from '../../ui/forms/dialogs';
import type { Contact } from '../contacts.queries';

/** Arrow keys move through the rows while the drawer is open. */
export function useArrows(rows: Contact[], selected: string | undefined, open: (id: string) => void) {
  useEffect(() => {
    if (!selected) return undefined;
    const onKey = (event: KeyboardEvent) => {
      const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
      const target = event.target as HTMLElement;
      if (
        step === 0 ||
        event.defaultPrevented ||
        isOtherDialogOpen('.contact-drawer') ||
        target.closest('input, textarea, select, [role=listbox], [role=menu]')
      )
        return;
      const next = rows[rows.findIndex((row) => row.id === selected) + step];
      if (!next) return;
      event.preventDefault();
      open(next.id);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [rows, selected, open]);
}
