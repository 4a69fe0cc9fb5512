import './sources.css';
import { useState } from 'react';
import { useMay } from '../../access/session.queries';
import { count, plural } from '../../ui/formatting/format';
import { Answer, Empty } from '../../ui/feedback/query-states';
import { Sparkline } from '../../ui/formatting/sparkline';
import { RowButton, Table, type Column } from '../../ui/pages/table';
import { LastTime } from '../../ui/formatting/time';
import { CodeExamples } from '../programs/code-examples';
import { SettingsPart } from '../saving/settings-part';
import { InboundSetup } from './inbound-setup';
import { LiveTail } from './live-tail';
import { NewInbound } from './new-inbound';
import { SourceRejects } from './source-rejects';
import { sourceName } from './source-words';
import { useSources, type Source } from './sources.queries';
import { TypeLabels } from './type-labels';

const kinds: Record<Source['kind'], string> = {
  server: 'Server key',
  write: 'Write key',
  inbound: 'Inbound webhook',
  webhook: 'Webhook',
};

const columns: Column<Source>[] = [
  {
    title: 'Source',
    cell: (source) => (
      <>
        {sourceName(source)}
        <div className="label">{source.ended ? `${kinds[source.kind]}, revoked` : kinds[source.kind]}</div>
      </>
    ),
  },
  { title: 'Last activity', cell: (source) => <LastTime at={source.last_activity_at} /> },
  { title: 'Per minute', className: 'num', cell: (source) => source.per_minute },
  {
    title: 'Last 24 hours',
    cell: (source) => (
      <div className="source-day">
        {count(source.day.accepted)}
        <Sparkline label="Activities" values={source.per_hour} per="hour" />
      </div>
    ),
  },
  { title: 'Rejected', cell: (source) => <Refused source={source} /> },
];

function Refused({ source: { day, last_reject_at } }: { source: Source }) {
  if (day.rejected + day.unused === 0 && last_reject_at === null) return <span className="quiet">none</span>;
  return (
    <>
      {plural(day.rejected, 'body', 'bodies')} in 24 hours
      {day.unused > 0 ? <div className="label">{count(day.unused)} accepted, not used</div> : null}
      <div className="label">
        last <LastTime at={last_reject_at} />
      </div>
    </>
  );
}

/** Where activities come from: when they came last, how many, what was refused, and what comes in now. */
export function SourcesSettings() {
  const sources = useSources();
  const mayRead = useMay('admin');
  const [open, setOpen] = useState<string>();
  const [setUp, setSetUp] = useState<string>();
  const opened = sources.data?.items.find(({ id }) => id === open);
  return (
    <SettingsPart
      id="sources"
      title="Sources"
      note="Each key and webhook through which activities come in. A body that is refused is kept for a look: the newest 100 of each source."
    >
      <Answer of={sources} what="The sources could not be loaded" lines={4}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No sources yet">An administrator creates a key for the first one under API keys.</Empty>
          ) : (
            <Table
              label="Sources"
              rows={items}
              columns={columns}
              {...(mayRead
                ? {
                    actions: (source: Source) => (
                      <RowActions source={source} open={open} setUp={setUp} onOpen={setOpen} onSetUp={setSetUp} />
                    ),
                  }
                : {})}
            />
          )
        }
      </Answer>
      {mayRead && opened ? <SourceRejects key={opened.id} source={opened} /> : null}
      {mayRead ? <NewInbound onMade={setSetUp} /> : null}
      {mayRead && setUp ? <InboundSetup key={setUp} id={setUp} onGone={() => setSetUp(undefined)} /> : null}
      <TypeLabels />
      <LiveTail />
      <details>
        <summary className="label">Code that sends activities</summary>
        <CodeExamples />
      </details>
    </SettingsPart>
  );
}

interface RowActionsProps {
  source: Source;
  /** Whose rejects are shown, and which webhook is set up. */
  open: string | undefined;
  setUp: string | undefined;
  onOpen: (id: string | undefined) => void;
  onSetUp: (id: string | undefined) => void;
}

function RowActions({ source: { id, kind, rejects }, open, setUp, onOpen, onSetUp }: RowActionsProps) {
  return (
    <>
      {kind === 'inbound' ? (
        <RowButton aria-expanded={setUp === id} onClick={() => onSetUp(setUp === id ? undefined : id)}>
          {setUp === id ? 'Close' : 'Set up'}
        </RowButton>
      ) : null}
      {rejects > 0 ? (
        <RowButton aria-expanded={open === id} onClick={() => onOpen(open === id ? undefined : id)}>
          {open === id ? 'Hide rejects' : 'Show rejects'}
        </RowButton>
      ) : null}
    </>
  );
}
