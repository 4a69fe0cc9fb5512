import { Button, Chip } from '@mantine/core';
import { lazy, Suspense, useRef, useState, type MouseEvent } from 'react';
import { Link } from 'react-router';
import { adminAddresses } from '#contracts';
import { rowsOf } from '../../api/paged';
import { ErrorBoundary } from '../../ui/feedback/error-boundary';
import { LoadMore } from '../../ui/pages/load-more';
import { Answer, Empty } from '../../ui/feedback/query-states';
import { dayName, Time } from '../../ui/formatting/time';
import { useNewer, useNewestFirst, useTimeline, type Activity } from '../contacts.queries';
import { families, familyOf, type Family } from './activity-families';

const MailDialog = lazy(async () => ({ default: (await import('./mail-dialog')).MailDialog }));

/** A mail that is read over the timeline, and the link to go back to. */
interface OpenedMail {
  id: string;
  link: HTMLElement;
}

/** What the person did and what was done for them, newest first, in sentences under day headers. */
export function Timeline({ id }: { id: string }) {
  const timeline = useTimeline(id);
  const showNewest = useNewestFirst(id);
  const [shown, setShown] = useState<Family[]>([]);
  const [mail, setMail] = useState<OpenedMail>();
  const top = useRef<HTMLDivElement>(null);
  const rows = rowsOf(timeline.data);
  const newer = useNewer(id, timeline.data ? (rows[0]?.id ?? '') : undefined);
  return (
    <>
      <h2 className="visually-hidden">Timeline</h2>
      <Chip.Group multiple value={shown} onChange={(next) => setShown(next as Family[])}>
        <div className="row" role="group" aria-label="Show only" ref={top}>
          {(Object.keys(families) as Family[]).map((family) => (
            <Chip key={family} value={family} size="xs" variant="outline">
              {families[family].label}
            </Chip>
          ))}
        </div>
      </Chip.Group>
      {/* Takes no room, so that nothing moves when it comes. */}
      <div className="newer" role="status">
        {newer > 0 ? (
          <Button
            size="compact-sm"
            onClick={() => void showNewest().then(() => top.current?.scrollIntoView({ block: 'start' }))}
          >
            {newer >= 50 ? '50 or more new' : `${newer} new`}
          </Button>
        ) : null}
      </div>
      <Answer of={timeline} what="The timeline could not be loaded" lines={8}>
        {() => {
          const visible = shown.length === 0 ? rows : rows.filter((row) => shown.includes(familyOf(row.type)));
          return (
            <>
              {visible.length === 0 && !timeline.hasNextPage ? (
                <Empty title={rows.length === 0 ? 'Nothing has happened yet' : 'Nothing of this type'}>
                  {rows.length === 0
                    ? 'What this person does, and every e-mail to them, will appear here.'
                    : 'Remove a filter above to see the rest.'}
                </Empty>
              ) : null}
              {byDay(visible).map(([day, entries]) => (
                <section key={day} aria-label={day}>
                  <h3 className="day">{day}</h3>
                  <ul className="entries">
                    {entries.map((entry) => (
                      <li key={entry.id} className="entry-item">
                        <ErrorBoundary what="This entry could not be shown" room="line" of={entry}>
                          <Entry activity={entry} onMail={setMail} />
                        </ErrorBoundary>
                      </li>
                    ))}
                  </ul>
                </section>
              ))}
              <LoadMore list={timeline} label="Earlier" />
            </>
          );
        }}
      </Answer>
      {mail ? (
        <Suspense fallback={null}>
          <MailDialog
            id={mail.id}
            onClose={() => {
              setMail(undefined);
              mail.link.focus();
            }}
          />
        </Suspense>
      ) : null}
    </>
  );
}

function byDay(rows: Activity[]): [string, Activity[]][] {
  const days = new Map<string, Activity[]>();
  for (const row of rows) {
    const day = dayName(row.occurred_at);
    const entries = days.get(day);
    if (entries) entries.push(row);
    else days.set(day, [row]);
  }
  return [...days];
}

const text = (value: unknown) => (typeof value === 'string' ? value : undefined);

function Entry({ activity, onMail }: { activity: Activity; onMail: (mail: OpenedMail) => void }) {
  const [raw, setRaw] = useState(false);
  const { icon: Glyph, label } = families[familyOf(activity.type)];
  const message = text(activity.metadata['message_id']);
  const automation = text(activity.metadata['automation_id']);
  const run = text(activity.metadata['run_id']);
  const way = automation && (run ? adminAddresses.run(automation, run) : adminAddresses.automation(automation));
  const subject = message ? adminAddresses.mail(message) : way;
  /** Over this page; with Ctrl or Cmd in the outbox, as any link. */
  const openMail = (event: MouseEvent) => {
    if (!message || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    onMail({ id: message, link: event.currentTarget as HTMLElement });
  };
  return (
    <div className="entry">
      <Time at={activity.occurred_at} as="clock" />
      <Glyph size={16} stroke={1.5} aria-label={label} />
      <p className="sentence">
        {subject ? (
          <Link to={subject} onClick={openMail}>
            {activity.sentence}
          </Link>
        ) : (
          activity.sentence
        )}
      </p>
      <div className="entry-more">
        {way ? <Link to={way}>{run ? 'Their path through it' : 'The automation'}</Link> : null}
        <button type="button" aria-expanded={raw} title={activity.type} onClick={() => setRaw(!raw)}>
          {raw ? 'Hide the data' : 'Data'}
        </button>
      </div>
      {raw ? (
        <pre className="code raw" style={{ gridColumn: '1 / -1' }}>
          {JSON.stringify(
            {
              type: activity.type,
              source: activity.source,
              occurred_at: activity.occurred_at,
              metadata: activity.metadata,
            },
            null,
            2,
          )}
        </pre>
      ) : null}
    </div>
  );
}
