import { Link } from 'react-router';
import { Page } from '../ui/page';

/** An address of no screen. */
export function NotFound() {
  return (
    <Page title="There is no such page">
      <p className="sentence">
        The address may be mistyped, or what it showed may have been removed.{' '}
        <Link to="/admin">Go to the start page</Link>.
      </p>
    </Page>
  );
}
