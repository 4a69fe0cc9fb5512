import { Problem } from '../../ui/forms/confirm';
import { Answer } from '../../ui/feedback/query-states';
import type { Column } from '../../ui/pages/table';
import { Time } from '../../ui/formatting/time';
import { SessionTable } from './session-table';
import { SettingsPart } from '../saving/settings-part';
import { useEndSession, useSessions, type StaffSession } from './staff.queries';

const who: Column<StaffSession>[] = [{ title: 'Who', cell: (session) => session.email }];
const since: Column<StaffSession>[] = [{ title: 'Since', cell: (session) => <Time at={session.created_at} /> }];

/** Where staff are signed in now. */
export function SessionsSettings() {
  const sessions = useSessions();
  const end = useEndSession();
  return (
    <SettingsPart
      id="sessions"
      title="Sessions"
      note="Where staff are signed in. A session that you end stops at its next request."
    >
      <Problem error={end.error} />
      <Answer of={sessions} what="The sessions could not be loaded" lines={3}>
        {({ items }) => (
          <SessionTable
            label="Sessions"
            sessions={items}
            before={who}
            where="Where"
            after={since}
            onEnd={(id) => end.mutate(id)}
          />
        )}
      </Answer>
    </SettingsPart>
  );
}
