import { lazy, Suspense, useState } from 'react';
import { useSearchParams } from 'react-router';

const ContactDrawer = lazy(async () => ({
  default: (await import('../directory/contact-drawer/contact-drawer')).ContactDrawer,
}));

/** Opens the contact drawer over whatever page has `?contact=` in its address; loaded at its first use. */
export function ContactHost() {
  const [search] = useSearchParams();
  const [used, setUsed] = useState(false);
  if (search.has('contact') && !used) setUsed(true);
  return used ? (
    <Suspense fallback={null}>
      <ContactDrawer />
    </Suspense>
  ) : null;
}
