import './contact-drawer.css';
import { adminAddresses } from '#contracts';
import { ActionIcon, Drawer, Tooltip } from '@mantine/core';
import { useWindowEvent } from '@mantine/hooks';
import { IconArrowsMaximize } from '@tabler/icons-react';
import { Link, useSearchParams } from 'react-router';
import { nameOf } from '../../people/person-words';
import { isOtherDialogOpen } from '../../ui/forms/dialogs';
import { useFocusBack } from '../../ui/forms/focus-back';
import { ErrorBoundary } from '../../ui/feedback/error-boundary';
import { Answer } from '../../ui/feedback/query-states';
import { useContact } from '../contacts.queries';
import { PersonActions } from './actions/person-actions';
import { PersonParts } from './person-parts';
import { Profile } from './profile';
import { Timeline } from './timeline';

/** One person, over any page: `?contact=<id>` opens it, Esc closes it. */
export function ContactDrawer() {
  const [search, setSearch] = useSearchParams();
  const id = search.get('contact');
  useFocusBack(id !== null, '.contact-drawer');
  const close = () =>
    setSearch(
      (before) => {
        const next = new URLSearchParams(before);
        next.delete('contact');
        next.delete('action');
        return next;
      },
      { preventScrollReset: true },
    );
  // What lies over the drawer is closed first: Mantine would close all of them at once.
  useWindowEvent(
    'keydown',
    (event) => {
      const inList = (event.target as Element | null)?.getAttribute?.('data-mantine-stop-propagation') === 'true';
      if (event.key === 'Escape' && !event.isComposing && id && !inList && !isOtherDialogOpen('.contact-drawer'))
        close();
    },
    { capture: true },
  );
  return (
    <Drawer.Root
      opened={id !== null}
      onClose={close}
      closeOnEscape={false}
      position="right"
      size={560}
      lockScroll={false}
      classNames={{ content: 'contact-drawer' }}
    >
      <Drawer.Content aria-label="Person">
        {id ? (
          <ErrorBoundary what="This person could not be shown" of={id}>
            <Person key={id} id={id} />
          </ErrorBoundary>
        ) : null}
      </Drawer.Content>
    </Drawer.Root>
  );
}

function Person({ id }: { id: string }) {
  const contact = useContact(id);
  return (
    <>
      <div className="contact-bar">
        <h2>{contact.data ? nameOf(contact.data) : 'Person'}</h2>
        <div className="contact-bar-links">
          <Tooltip label="Open as a page">
            <ActionIcon component={Link} to={adminAddresses.person(id)} aria-label="Open as a page">
              <IconArrowsMaximize size={16} stroke={1.5} />
            </ActionIcon>
          </Tooltip>
          <Drawer.CloseButton aria-label="Close" data-autofocus />
        </div>
      </div>
      <Answer of={contact} what="This person could not be loaded">
        {(data) => (
          <>
            <ErrorBoundary what="The profile could not be shown" of={data}>
              <Profile contact={data} />
            </ErrorBoundary>
            <div className="contact-scroll" tabIndex={0} role="region" aria-label="Timeline">
              <PersonParts contact={data} />
              <ErrorBoundary what="The timeline could not be shown">
                <Timeline id={data.id} />
              </ErrorBoundary>
            </div>
            <PersonActions contact={data} />
          </>
        )}
      </Answer>
    </>
  );
}
