import { adminAddresses } from '#contracts';
import { lazy, Suspense, useRef } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { ErrorBoundary } from '../../../ui/feedback/error-boundary';
import { focusContent } from '../../../ui/forms/focus-back';
import type { Contact } from '../../contacts.queries';
import { PossibleDuplicates } from '../possible-duplicates';
import { ActionBar } from './action-bar';
import { useOpenAction } from './open-action';

const ActionDialog = lazy(async () => ({ default: (await import('./action-dialog')).ActionDialog }));

interface PersonActionsProps {
  contact: Contact;
  /** Somebody else lies over this person, whose action the address then means. */
  behind?: boolean;
}

/** The address of what lay below them, as it was: filtered and ordered. */
function withoutPerson(before: URLSearchParams): URLSearchParams {
  const kept = [...before].filter(([name]) => name !== 'contact' && name !== 'action' && !name.startsWith('with.'));
  return new URLSearchParams(kept);
}

/** The actions at the end of a person's parts, and the dialog of the one that the address names. */
export function PersonActions({ contact, behind = false }: PersonActionsProps) {
  const { action, given, open } = useOpenAction();
  const bar = useRef<HTMLDivElement>(null);
  const [search, setSearch] = useSearchParams();
  const navigate = useNavigate();
  const isErased = useRef(false);
  const close = () => {
    // Nobody is left to look at: the drawer closes, and a page of their own leads back to everyone.
    if (isErased.current) {
      if (search.has('contact')) setSearch(withoutPerson, { preventScrollReset: true, replace: true });
      else void navigate(adminAddresses.directory, { replace: true });
      // Whatever is given back by then, their row is gone.
      window.setTimeout(focusContent, 50);
      return;
    }
    open(undefined);
    // Back to its button, from wherever it was opened; where the buttons are folded, to what unfolds them.
    (
      bar.current?.querySelector<HTMLElement>(`[data-action="${action}"]`) ?? bar.current?.querySelector('button')
    )?.focus();
  };
  return (
    <ErrorBoundary what="The actions could not be shown" of={contact}>
      <div ref={bar}>
        <ErrorBoundary what="The possible duplicates could not be shown">
          <PossibleDuplicates
            contactId={contact.id}
            onLink={(other) => open('link_accounts', { other_contact_id: other })}
          />
        </ErrorBoundary>
        <ActionBar contactId={contact.id} onOpen={open} />
      </div>
      {action && !behind ? (
        <Suspense fallback={null}>
          <ActionDialog
            // Not by the person: who is enrolled gets another id, and their dialog goes on.
            key={action}
            contact={contact}
            action={action}
            given={given}
            onOpen={open}
            onDone={(result) => {
              isErased.current = result.action === 'erase' && result.state === 'done';
            }}
            onClose={close}
          />
        </Suspense>
      ) : null}
    </ErrorBoundary>
  );
}
