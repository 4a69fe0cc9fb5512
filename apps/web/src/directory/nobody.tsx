import { adminAddresses } from '#contracts';
import { Link } from 'react-router';
import { Empty } from '../ui/feedback/query-states';

/** What stands in place of people: nobody fits, or nobody has come yet. */
export function Nobody({ isNarrowed, mayImport }: { isNarrowed: boolean; mayImport: boolean }) {
  if (isNarrowed) return <Empty title="No one matches">Try a shorter name or address, or clear the filter.</Empty>;
  return (
    <Empty title="No one is here yet">
      People appear as soon as another system sends leads, profiles or activities.{' '}
      <a href="/docs">See how to send them</a>
      {mayImport ? (
        <>
          , or <Link to={adminAddresses.importPeople}>import them from a file</Link>
        </>
      ) : null}
      .
    </Empty>
  );
}
