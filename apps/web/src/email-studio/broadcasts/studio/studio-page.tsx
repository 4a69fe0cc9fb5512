import '../broadcast/broadcasts.css';
import './studio-page.css';
import { adminAddresses } from '#contracts';
import { Button, SegmentedControl } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { useMay } from '../../../access/session.queries';
import { rowsOf } from '../../../api/paged';
import { useUnderWay } from '../../../home/home.queries';
import { useEmailSummary } from '../../../shell/sending.queries';
import { plural, people } from '../../../ui/formatting/format';
import { LoadMore } from '../../../ui/pages/load-more';
import { Page, Section } from '../../../ui/pages/page';
import { Answer, Empty } from '../../../ui/feedback/query-states';
import { showToast } from '../../../ui/feedback/toast';
import { BroadcastTable } from './broadcast-table';
import { broadcastStates } from '../broadcast/broadcast-words';
import { useBroadcasts, useCreateBroadcast, type BroadcastState } from '../broadcast/broadcasts.queries';
import { CAN_BE_MAILED, MailFigures } from './mail-figures';
import { ScheduledCalendar } from './scheduled-calendar';
import { NameAndStatus } from '../../../ui/pages/name-and-status';

const statuses = [
  { value: '', label: 'Any status' },
  ...Object.entries(broadcastStates).map(([value, { label }]) => ({ value, label })),
];

/** `/admin/email-studio`: the two ways to write to people, how mail is doing, and every broadcast. */
export function StudioPage() {
  const mailable = useEmailSummary().data?.subscribers.can_be_emailed;
  return (
    <Page
      title="E-mail studio"
      intro={
        mailable === undefined ? (
          <>&nbsp;</>
        ) : (
          <>
            <Link to={adminAddresses.peopleOf(CAN_BE_MAILED)}>{people(mailable)}</Link> can be e-mailed today.
          </>
        )
      }
      wide
    >
      <Doors />
      <MailFigures />
      <Broadcasts />
    </Page>
  );
}

function Doors() {
  const mayChange = useMay('change');
  const { data: running } = useUnderWay();
  const live = running?.filter(({ status }) => status === 'live').length;
  return (
    <div className="studio-doors">
      <section className="studio-door" aria-label="Broadcasts">
        <h2>Broadcast</h2>
        <p className="sentence">One message to many people, once.</p>
        {mayChange ? <NewBroadcast /> : null}
      </section>
      <section className="studio-door" aria-label="Automations">
        <h2>Automations</h2>
        <p className="sentence">
          Messages that respond to what people do.
          {live === undefined ? '' : live === 0 ? ' None is live.' : ` ${plural(live, 'is', 'are')} live.`}
        </p>
        <Button variant="default" component={Link} to={adminAddresses.automations}>
          Open automations
        </Button>
      </section>
      <section className="studio-door studio-door-small" aria-label="Templates">
        <h3>Templates</h3>
        <p className="label">What a message looks like, written once and used anywhere.</p>
        <Link to={adminAddresses.templates()}>Open templates</Link>
      </section>
    </div>
  );
}

function NewBroadcast() {
  const create = useCreateBroadcast();
  const navigate = useNavigate();
  return (
    <Button
      className="start"
      loading={create.isPending}
      onClick={() =>
        create.mutate('Untitled broadcast', {
          onSuccess: ({ id }) => void navigate(adminAddresses.broadcast(id, 'settings')),
          onError: (error) => showToast(error.message),
        })
      }
    >
      New broadcast
    </Button>
  );
}

function Broadcasts() {
  const [search, setSearch] = useState('');
  const [status, setStatus] = useState('');
  const [q] = useDebouncedValue(search.trim(), 250);
  const list = useBroadcasts({ q, status: (status || undefined) as BroadcastState | undefined });
  const filtered = q !== '' || status !== '';
  const [face, setFace] = useState('list');
  if (face === 'calendar')
    return (
      <Section title="Broadcasts" actions={<Faces face={face} onFace={setFace} />}>
        <ScheduledCalendar />
      </Section>
    );
  return (
    <Section title="Broadcasts" actions={<Faces face={face} onFace={setFace} />}>
      <Answer of={list} what="The broadcasts could not be loaded">
        {(data) => {
          const rows = rowsOf(data);
          if (rows.length === 0 && !filtered)
            return (
              <Empty title="No broadcasts yet">
                Choose who gets it, pick a template, and check it with everybody’s data before it leaves.
              </Empty>
            );
          return (
            <>
              <NameAndStatus
                search={search}
                onSearch={setSearch}
                label="Status"
                status={status}
                statuses={statuses}
                onStatus={setStatus}
              />
              {rows.length === 0 ? (
                <p className="sentence quiet">No broadcast matches.</p>
              ) : (
                <BroadcastTable rows={rows} />
              )}
              <LoadMore list={list} />
            </>
          );
        }}
      </Answer>
    </Section>
  );
}

function Faces({ face, onFace }: { face: string; onFace: (face: string) => void }) {
  return (
    <SegmentedControl
      size="xs"
      aria-label="Show broadcasts as"
      value={face}
      onChange={onFace}
      data={[
        { value: 'list', label: 'List' },
        { value: 'calendar', label: 'Calendar' },
      ]}
    />
  );
}
