import { Button } from '@mantine/core';
import { rowsOf } from '../../../api/paged';
import { count, plural } from '../../../ui/formatting/format';
import { Section } from '../../../ui/pages/page';
import { Answer } from '../../../ui/feedback/query-states';
import { Table, type Column } from '../../../ui/pages/table';
import { Time } from '../../../ui/formatting/time';
import type { Broadcast } from '../broadcast/broadcasts.queries';
import { peopleOf } from '../report/people-link';
import { useBatches, type Batch } from '../report/report.queries';

/** The calls to Postmark of a broadcast, the latest first: how far each is, and what Postmark said. */
export function Batches({ broadcast }: { broadcast: Broadcast }) {
  const batches = useBatches(broadcast.id);
  const first = batches.data?.pages[0];
  if (first?.begun === 0) return null;
  const moving = broadcast.status === 'sending' || broadcast.status === 'paused';
  const of = moving ? (first?.expected ?? null) : null;
  const columns: Column<Batch>[] = [
    { title: 'Batch', className: 'short', cell: ({ number }) => count(number) },
    { title: 'State', className: 'short', cell: (batch) => <State batch={batch} /> },
    { title: 'E-mails', className: 'num', cell: ({ mails }) => count(mails) },
    { title: 'Accepted', className: 'num', cell: ({ accepted }) => count(accepted) },
    { title: 'Refused', className: 'num', cell: ({ refused }) => count(refused) },
    { title: 'Put back', className: 'num', cell: ({ put_back }) => count(put_back) },
    {
      title: 'When',
      className: 'short',
      cell: ({ claimed_at }) => (
        <span className="batch-when">
          <Time at={claimed_at} />
        </span>
      ),
    },
    { title: 'What Postmark said', cell: (batch) => <Said batch={batch} /> },
  ];
  return (
    <Section
      title="Batches"
      note={`Each is handed to Postmark in one call, or in several if its e-mails are heavy. What was put back leaves in a later one.${
        broadcast.counts.failed > 0 ? ' The people who were refused are listed below.' : ''
      }`}
    >
      {first ? (
        <p className="sentence" role="status" data-testid="batches">
          {of !== null && of > first.begun ? (
            <>
              Batch <b>{count(first.begun)}</b> of about {count(of)}.
            </>
          ) : (
            <>
              <b>{plural(first.begun, 'batch', 'batches')}</b>
              {moving ? ' so far.' : '.'}
            </>
          )}{' '}
          {broadcast.counts.failed > 0 ? (
            <>Refused in all: {peopleOf(broadcast.counts.failed, { state: 'failed' })}.</>
          ) : null}
        </p>
      ) : null}
      <Answer of={batches} what="The batches could not be loaded" lines={3}>
        {(data) => <Table label="Batches" rows={rowsOf(data)} columns={columns} />}
      </Answer>
      {/* A button only: what stands below would move away from who scrolls to it. */}
      {batches.hasNextPage ? (
        <Button
          variant="default"
          size="compact-sm"
          className="start"
          loading={batches.isFetchingNextPage}
          onClick={() => void batches.fetchNextPage()}
        >
          Show earlier batches
        </Button>
      ) : null}
    </Section>
  );
}

function State({ batch: { state, open, unknown, put_back, accepted, provider, searches } }: { batch: Batch }) {
  if (state === 'in_call') return 'In the call';
  if (state === 'looked_up')
    return (
      <div className="batch-said">
        Unclear, being looked up at Postmark
        <br />
        <span className="label">
          {searches === 0 ? 'Not searched yet' : searches === 1 ? 'Searched once' : `Searched ${count(searches)} times`}
          {open > 0 ? `, ${count(open)} open` : ''}
        </span>
      </div>
    );
  if (unknown > 0) return <>{count(unknown)} may or may not have left</>;
  if (accepted === 0 && put_back > 0) return 'Put back';
  if (provider === 'outbox') return 'Kept in the outbox';
  return searches > 0 ? 'Found at Postmark' : 'Answered';
}

/** Of the call as a whole, and of the mails that were refused. */
function Said({ batch: { trouble, refusals } }: { batch: Batch }) {
  if (!trouble && refusals.length === 0) return <span className="quiet">–</span>;
  return (
    <div className="stack-tight batch-said">
      {trouble ? (
        <span>
          {trouble.message} <span className="label">{trouble.code || trouble.status || ''}</span>
        </span>
      ) : null}
      {refusals.map(({ code, reason, mails }) => (
        <span key={`${code} ${reason}`}>
          {count(mails)}: {reason} {code === null ? null : <span className="label">{code}</span>}
        </span>
      ))}
    </div>
  );
}
