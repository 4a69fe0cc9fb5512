import { Button } from '@mantine/core';
import { useNavigate } from 'react-router';
import { Problem } from '../../ui/forms/confirm';
import { Answer } from '../../ui/feedback/query-states';
import type { Column } from '../../ui/pages/table';
import { Time } from '../../ui/formatting/time';
import { SessionTable } from './session-table';
import { useEndMySession, useEndMySessions, useMySessions, type MySession } from './staff.queries';

const lastSeen: Column<MySession>[] = [{ title: 'Last seen', cell: (session) => <Time at={session.last_seen_at} /> }];

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
          <Problem error={end.error} />
          <Problem error={endAll.error} />
          <SessionTable
            label="Your sessions"
            sessions={items}
            where="Where you are signed in"
            after={lastSeen}
            onEnd={(id) => end.mutate(id)}
          />
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
