import { Link } from 'react-router';
import { adminAddresses } from '#contracts';
import { useMay } from '../access/session.queries';
import { useSettings } from '../settings/saving/settings.queries';

/** Says, on every page, that made-up people are among the real ones. */
export function DemoBanner() {
  const { data: settings } = useSettings();
  const mayRemove = useMay('admin');
  if (!settings?.demo) return null;
  return (
    <div className="shell-banner" role="note">
      <p>This workspace contains demo data: made-up people at example.com. They are never e-mailed.</p>
      {mayRemove ? <Link to={adminAddresses.settings('demo')}>Remove the demo data</Link> : null}
    </div>
  );
}
