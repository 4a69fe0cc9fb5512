import './contact-drawer.css';
import { Button, Drawer } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { useSearchParams } from 'react-router';
import { ErrorBoundary } from '../../ui/error-boundary';
import { Answer } from '../../ui/query-states';
import { useContact } from '../contacts.queries';
import { nameOf } from '../../people/person-words';
import { CurrentAutomations } from './current-automations';
import { Profile } from './profile';
import { Timeline } from './timeline';

// Brings the words of rules and steps along, which the drawer itself does not need.
const WhyNotIn = lazy(async () => ({ default: (await import('./why-not-entered')).WhyNotEntered }));

/** One person, over any page: `?contact=<id>` opens it, Esc closes it. */
export function ContactDrawer() {
  const [search, setSearch] = useSearchParams();
  const id = search.get('contact');
  const close = () =>
    setSearch(
      (before) => {
        const next = new URLSearchParams(before);
        next.delete('contact');
        return next;
      },
      { preventScrollReset: true },
    );
  return (
    <Drawer.Root
      opened={id !== null}
      onClose={close}
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
        <Drawer.CloseButton aria-label="Close" />
      </div>
      <Answer of={contact} what="This person could not be loaded">
        {(data) => (
          <>
            <ErrorBoundary what="The profile could not be shown" of={data}>
              <Profile contact={data} />
            </ErrorBoundary>
            <div className="contact-scroll" tabIndex={0} role="region" aria-label="Timeline">
              <ErrorBoundary what="The automations could not be shown">
                {data.email ? <CurrentAutomations email={data.email} /> : null}
              </ErrorBoundary>
              {data.email ? <AskWhyNot email={data.email} /> : null}
              <ErrorBoundary what="The timeline could not be shown">
                <Timeline id={data.id} />
              </ErrorBoundary>
            </div>
          </>
        )}
      </Answer>
    </>
  );
}

/** A question that few ask: its form comes when it is asked. */
function AskWhyNot({ email }: { email: string }) {
  const [asked, setAsked] = useState(false);
  if (asked)
    return (
      <Suspense fallback={null}>
        <WhyNotIn email={email} />
      </Suspense>
    );
  return (
    <div>
      <Button variant="default" size="compact-sm" onClick={() => setAsked(true)} data-testid="ask-why-not">
        Why not in an automation?
      </Button>
    </div>
  );
}
