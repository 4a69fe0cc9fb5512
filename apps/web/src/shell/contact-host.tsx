import { lazy, Suspense, useState } from 'react';
import { useSearchParams } from 'react-router';
import { ErrorBoundary } from '../ui/feedback/error-boundary';

const ContactDrawer = lazy(async () => ({
  default: (await import('../directory/contact-drawer/contact-drawer')).ContactDrawer,
}));

/** Opens the contact drawer over whatever page has `?contact=` in its address; loaded at its first use. */
export function ContactHost() {
  const [search] = useSearchParams();
  const [used, setUsed] = useState(false);
  if (search.has('contact') && !used) setUsed(true);
  return used ? (
    <ErrorBoundary what="This person could not be shown" of={search.get('contact')} room="line">
      <Suspense fallback={null}>
        <ContactDrawer />
      </Suspense>
    </ErrorBoundary>
  ) : null;
}
