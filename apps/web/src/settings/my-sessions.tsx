import { Button } from '@mantine/core';
import { useNavigate } from 'react-router';
import { Answer } from '../ui/query-states';
import { Problem } from '../ui/confirm';
import { Time } from '../ui/time';
import { useEndMySession, useEndMySessions, useMySessions } from './admin.queries';
import { browserName } from './browser-name';

/** Where one is signed in oneself, and ending that, one by one or all. */
export function MySessions() {
  const sessions = useMySessions();
  const end = useEndMySession();
  const endAll = useEndMySessions();
  const navigate = useNavigate();
  const everywhere = () => endAll.mutate(undefined, { onSuccess: () => void navigate('/sign-in', { replace: true }) });
  return (
    <Answer of={sessions} what="Your sessions could not be loaded" lines={2}>
      {({ items }) => (
        <div className="stack">
          {end.error ? <Problem error={end.error} /> : null}
          {endAll.error ? <Problem error={endAll.error} /> : null}
          <div className="table-scroll" tabIndex={0} role="region" aria-label="Your sessions">
            <table className="table">
              <thead>
                <tr>
                  <th>Where you are signed in</th>
                  <th>Last seen</th>
                  <th>
                    <span className="visually-hidden">Actions</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {items.map((session) => (
                  <tr key={session.id}>
                    <td title={session.user_agent ?? ''}>
                      {browserName(session.user_agent)} <span className="quiet">{session.ip_address ?? ''}</span>
                    </td>
                    <td>
                      <Time at={session.last_seen_at} />
                    </td>
                    <td className="num">
                      {session.current ? (
                        <span className="quiet">this one</span>
                      ) : (
                        <Button variant="subtle" size="compact-sm" onClick={() => end.mutate(session.id)}>
                          End
                        </Button>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <div>
            <Button variant="default" size="xs" disabled={endAll.isPending} onClick={everywhere}>
              Sign out everywhere
            </Button>
          </div>
        </div>
      )}
    </Answer>
  );
}
