import { Button } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { ErrorBoundary } from '../../ui/feedback/error-boundary';
import type { Contact } from '../contacts.queries';
import { PastActions } from './actions/past-actions';
import { CurrentAutomations } from './current-automations';
import { Notes } from './notes';

// Brings the words of rules and steps along, which the drawer itself does not need.
const WhyNotIn = lazy(async () => ({ default: (await import('./why-not-entered')).WhyNotEntered }));

/** What stands beside a person's timeline: where they are now, what was done by hand, and notes. */
export function PersonParts({ contact }: { contact: Contact }) {
  return (
    <>
      <ErrorBoundary what="The automations could not be shown">
        {contact.email ? <CurrentAutomations email={contact.email} /> : null}
      </ErrorBoundary>
      {contact.email ? <AskWhyNot email={contact.email} /> : null}
      <ErrorBoundary what="The actions so far could not be shown">
        <PastActions contactId={contact.id} />
      </ErrorBoundary>
      <ErrorBoundary what="The notes could not be shown">
        <Notes contactId={contact.id} />
      </ErrorBoundary>
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
