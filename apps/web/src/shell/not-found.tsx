import { Link } from 'react-router';
import { adminAddresses } from '#contracts';
import { Page } from '../ui/pages/page';

/** An address of no screen. */
export function NotFound() {
  return (
    <Page title="Page not found">
      <p className="sentence">
        The address may be wrong, or the page may have been removed.{' '}
        <Link to={adminAddresses.home}>Go to the home page</Link>.
      </p>
    </Page>
  );
}
