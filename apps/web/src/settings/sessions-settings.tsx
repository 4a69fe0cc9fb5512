import { Button } from '@mantine/core';
import { Problem } from '../ui/confirm';
import { Section } from '../ui/page';
import { Answer } from '../ui/query-states';
import { Time } from '../ui/time';
import { useEndSession, useSessions } from './admin.queries';
import { browserName } from './browser-name';

/** Where staff are signed in now. */
export function SessionsSettings() {
  const sessions = useSessions();
  const end = useEndSession();
  return (
    <div id="sessions" className="settings-anchor">
      <Section title="Sessions" note="Where staff are signed in. A session that you end stops at its next request.">
        {end.error ? <Problem error={end.error} /> : null}
        <Answer of={sessions} what="The sessions could not be loaded" lines={3}>
          {({ items }) => (
            <div className="table-scroll" tabIndex={0} role="region" aria-label="Sessions">
              <table className="table">
                <thead>
                  <tr>
                    <th>Who</th>
                    <th>Where</th>
                    <th>Since</th>
                    <th>
                      <span className="visually-hidden">Actions</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {items.map((session) => (
                    <tr key={session.id}>
                      <td>{session.email}</td>
                      <td title={session.user_agent ?? ''}>
                        {browserName(session.user_agent)} <span className="quiet">{session.ip_address ?? ''}</span>
                      </td>
                      <td>
                        <Time at={session.created_at} />
                      </td>
                      <td className="num">
                        <Button variant="subtle" size="compact-sm" onClick={() => end.mutate(session.id)}>
                          End
                        </Button>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </Answer>
      </Section>
    </div>
  );
}
