import './directory.css';
import './contact-drawer/contact-drawer.css';
import { adminAddresses } from '#contracts';
import { Link, useParams, useSearchParams } from 'react-router';
import { nameOf } from '../people/person-words';
import { ErrorBoundary } from '../ui/feedback/error-boundary';
import { Page } from '../ui/pages/page';
import { Answer } from '../ui/feedback/query-states';
import { PersonActions } from './contact-drawer/actions/person-actions';
import { PersonParts } from './contact-drawer/person-parts';
import { Profile } from './contact-drawer/profile';
import { Timeline } from './contact-drawer/timeline';
import { useContact } from './contacts.queries';

/** One person on a page of their own, with the same parts as the drawer. */
export function PersonPage() {
  const { id = '' } = useParams();
  const contact = useContact(id);
  const [search] = useSearchParams();
  return (
    <Page
      key={id}
      title={contact.data ? nameOf(contact.data) : 'Person'}
      intro={<Link to={adminAddresses.directory}>Everyone in the directory</Link>}
      wide
    >
      <Answer of={contact} what="This person could not be loaded">
        {(data) => (
          <div className="person-page">
            <section className="person-main" aria-label="Timeline">
              <ErrorBoundary what="The timeline could not be shown">
                <Timeline id={data.id} />
              </ErrorBoundary>
            </section>
            <div className="person-side">
              <ErrorBoundary what="The profile could not be shown" of={data}>
                <Profile contact={data} />
              </ErrorBoundary>
              <PersonActions contact={data} behind={search.has('contact')} />
              <PersonParts contact={data} />
            </div>
          </div>
        )}
      </Answer>
    </Page>
  );
}
