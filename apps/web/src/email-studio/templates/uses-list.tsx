import { Link } from 'react-router';
import { adminAddresses } from '#contracts';

export interface Use {
  kind: string;
  id: string;
  name: string | null;
}

/** What uses a template, each with the way to it. */
export function UsesList({ uses }: { uses: readonly Use[] }) {
  return (
    <ul className="template-uses">
      {uses.map((use) => (
        <li key={`${use.kind} ${use.id}`}>
          {use.kind === 'automation' ? (
            <Link to={adminAddresses.automation(use.id)}>{use.name ?? 'An automation'}</Link>
          ) : use.kind === 'broadcast' ? (
            <Link to={adminAddresses.broadcast(use.id)}>{use.name ?? 'A broadcast'}</Link>
          ) : (
            (use.name ?? use.kind)
          )}
        </li>
      ))}
    </ul>
  );
}
