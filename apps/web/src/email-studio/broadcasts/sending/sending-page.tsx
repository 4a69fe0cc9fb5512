import './sending-page.css';
import { adminAddresses } from '#contracts';
import { Button } from '@mantine/core';
import { Link, useNavigate } from 'react-router';
import { useMay } from '../../../access/session.queries';
import { count, people } from '../../../ui/formatting/format';
import { Page, Section } from '../../../ui/pages/page';
import { Answer } from '../../../ui/feedback/query-states';
import { Time } from '../../../ui/formatting/time';
import { showToast } from '../../../ui/feedback/toast';
import { Batches } from './batches';
import { BroadcastFigures } from './broadcast-figures';
import { SentBar } from '../broadcast/broadcast-status';
import { broadcastStates, percent, progressOf } from '../broadcast/broadcast-words';
import { useDuplicateBroadcast, type Broadcast } from '../broadcast/broadcasts.queries';
import { EarlierBroadcasts } from '../report/earlier-broadcasts';
import { PEOPLE_PART, usePeopleFilter } from '../report/people-link';
import { Recipients } from '../report/recipients';
import { ReportParts } from '../report/report-parts';
import { recipientsFile, useFollowUp, useReport } from '../report/report.queries';
import { SendingActs } from './sending-acts';
import { TestOfBroadcast } from './test-result';

/** A broadcast that is scheduled, under way or over: how far it is, what can be done, and what became of everybody. */
export function SendingPage({ broadcast }: { broadcast: Broadcast }) {
  const mayChange = useMay('change');
  const { name, status } = broadcast;
  const { label, tone } = broadcastStates[status];
  const over = broadcast.finished_at !== null;
  return (
    <Page
      title={name}
      intro={
        <span className="row">
          <span className="pill" data-tone={tone ?? ''} data-testid="broadcast-status">
            {label}
          </span>
          <When broadcast={broadcast} />
        </span>
      }
      actions={
        <>
          {mayChange && broadcast.audience === 'lists' && broadcast.counts.delivered > 0 && status !== 'failed' ? (
            <FollowUp id={broadcast.id} />
          ) : null}
          {mayChange ? <Duplicate id={broadcast.id} /> : null}
          <Button variant="default" component={Link} to={adminAddresses.emailStudio}>
            All broadcasts
          </Button>
        </>
      }
      wide
    >
      {broadcast.reason ? (
        <p className="notice" data-tone={status === 'failed' ? 'danger' : 'warning'}>
          {broadcast.reason}
        </p>
      ) : null}
      <HowFar broadcast={broadcast} />
      {mayChange ? <SendingActs key={status} broadcast={broadcast} /> : null}
      {broadcast.frozen_at && !over ? <Batches broadcast={broadcast} /> : null}
      {broadcast.started_at && broadcast.test ? <TestOfBroadcast broadcast={broadcast} /> : null}
      {broadcast.started_at ? <Report broadcast={broadcast} /> : null}
    </Page>
  );
}

/** What it led to, and the people behind each number. */
function Report({ broadcast }: { broadcast: Broadcast }) {
  const report = useReport(broadcast.id);
  return (
    <>
      <Section
        title="Report"
        note="Some mail programs open mail by themselves, so opens are only a rough guide. Clicks are reliable."
      >
        <BroadcastFigures broadcast={broadcast} machine={report.data?.machine} />
      </Section>
      <Answer of={report} what="The report could not be loaded">
        {(data) => <ReportParts report={data} />}
      </Answer>
      {broadcast.finished_at ? <Batches broadcast={broadcast} /> : null}
      <EarlierBroadcasts broadcast={broadcast} />
      <div id={PEOPLE_PART}>
        <Section title="People" actions={<Download id={broadcast.id} />}>
          <Recipients broadcast={broadcast} report={report.data} />
        </Section>
      </div>
    </>
  );
}

/** The people that are listed, as a file. */
function Download({ id }: { id: string }) {
  const filter = usePeopleFilter();
  return useMay('bulk') ? (
    <Button variant="default" size="compact-sm" component="a" href={recipientsFile(id, filter)} download>
      Download as CSV
    </Button>
  ) : null;
}

/** The same mail once more, to those who got it and did not click. */
function FollowUp({ id }: { id: string }) {
  const followUp = useFollowUp();
  const navigate = useNavigate();
  return (
    <Button
      variant="default"
      loading={followUp.isPending}
      onClick={() =>
        followUp.mutate(id, {
          onSuccess: (made) => void navigate(adminAddresses.broadcast(made.id, 'settings')),
          onError: (error) => showToast(error.message),
        })
      }
    >
      Write to those who did not click
    </Button>
  );
}

function Duplicate({ id }: { id: string }) {
  const duplicate = useDuplicateBroadcast();
  const navigate = useNavigate();
  return (
    <Button
      variant="default"
      loading={duplicate.isPending}
      onClick={() =>
        duplicate.mutate(id, {
          onSuccess: (made) => void navigate(adminAddresses.broadcast(made.id, 'settings')),
          onError: (error) => showToast(error.message),
        })
      }
    >
      Duplicate
    </Button>
  );
}

function When({ broadcast: { status, scheduled_at, begins_at, started_at, finished_at } }: { broadcast: Broadcast }) {
  if (finished_at)
    return (
      <span>
        Ended <Time at={finished_at} />
      </span>
    );
  if (started_at)
    return (
      <span>
        Started <Time at={started_at} />
      </span>
    );
  if (status === 'scheduled' && scheduled_at)
    return (
      <span>
        Leaves {begins_at ? 'from' : 'on'} <Time at={begins_at ?? scheduled_at} as="short" />
        {begins_at ? ', to each person at their own time of day' : ''}
      </span>
    );
  return null;
}

/** How much of it has left, in words and as a bar. */
function HowFar({ broadcast }: { broadcast: Broadcast }) {
  const { status, frozen_at, counts } = broadcast;
  const { mails, done, leftOut } = progressOf(broadcast);
  if (!broadcast.started_at) return null;
  if (!frozen_at)
    return (
      <p className="sentence lead" role="status">
        {status === 'preparing' ? 'The audience is being put together: ' : 'So far '}
        {people(counts.candidates)} looked at, {count(leftOut)} left out. Nothing has left yet.
      </p>
    );
  return (
    <div className="how-far">
      <p className="sentence lead" role="status" data-testid="how-far">
        <b>{count(counts.sent)}</b> of {count(mails)} sent ({percent(done, mails)} done)
        {counts.submitting > 0 ? `, ${count(counts.submitting)} in a call now` : ''}
        {counts.uncertain > 0 ? `, ${count(counts.uncertain)} being looked up at Postmark` : ''}
        {counts.cancelled > 0 ? `, ${count(counts.cancelled)} cancelled` : ''}.{' '}
        {leftOut > 0 ? `${people(leftOut)} ${leftOut === 1 ? 'was' : 'were'} left out.` : ''}
      </p>
      {status === 'sending' || status === 'paused' ? <SentBar mails={mails} done={done} /> : null}
    </div>
  );
}
