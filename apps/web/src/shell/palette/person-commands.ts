import { adminAddresses } from '#contracts';
import { useMatch, useSearchParams } from 'react-router';
import { isOffered, useAvailableActions } from '../../directory/contact-drawer/actions/actions.queries';
import { useOpenAction } from '../../directory/contact-drawer/actions/open-action';
import { useContact } from '../../directory/contacts.queries';
import { nameOf } from '../../people/person-words';
import { showToast } from '../../ui/feedback/toast';
import type { PaletteGroup } from '../../ui/commands/palette-store';

/** What can be done with the person who is open, in the drawer or on their page, for the command palette. */
export function usePersonCommands(): PaletteGroup[] {
  const [search] = useSearchParams();
  const page = useMatch(`${adminAddresses.directory}/:id`)?.params.id;
  const id = search.get('contact') ?? page;
  const contact = useContact(id).data;
  const actions = useAvailableActions(contact?.id).data ?? [];
  const { open } = useOpenAction();
  if (!contact || actions.length === 0) return [];
  return [
    {
      title: nameOf(contact),
      items: actions.filter(isOffered).map(({ action, label, available, reason }) => ({
        id: `action-${action}`,
        label,
        kind: reason ?? undefined,
        keywords: `${action.replaceAll('_', ' ')} action`,
        unavailable: !available,
        run: () => (available ? open(action) : showToast(`${label}: ${reason ?? 'This cannot be done now.'}`)),
      })),
    },
  ];
}
