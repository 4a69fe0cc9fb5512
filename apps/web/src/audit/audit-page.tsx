import { Button, Select, TextInput } from '@mantine/core';
import { auditActions, auditSentence, exportAudit, listAudit, type AnswerOf } from '#contracts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSearchParams } from 'react-router';
import { call } from '../api/client';
import { paging, rowsOf } from '../api/paged';
import { useMay } from '../access/session.queries';
import { LoadMore } from '../ui/pages/load-more';
import { Page } from '../ui/pages/page';
import { Answer, Empty, NotAllowed } from '../ui/feedback/query-states';
import { RowButton, Table, type Column } from '../ui/pages/table';
import { Time } from '../ui/formatting/time';

const sentences: ReadonlyMap<string, string> = new Map(Object.entries(auditActions));

type Entry = AnswerOf<typeof listAudit>['items'][number];

const columns: Column<Entry>[] = [
  {
    title: 'When',
    cell: (entry) => (
      <span style={{ whiteSpace: 'nowrap' }}>
        <Time at={entry.at} as="short" />
      </span>
    ),
  },
  { title: 'Who', className: 'short', cell: (entry) => entry.actor },
  {
    title: 'What',
    cell: (entry) => (
      <span className="sentence" title={[entry.action, entry.target_id].filter(Boolean).join(' · ')}>
        <bdi>{auditSentence(entry)}</bdi>
      </span>
    ),
  },
  { title: 'Details', className: 'short', cell: (entry) => <BeforeAndAfter entry={entry} /> },
];

/** Who did what to whom, before and after. */
export function AuditPage() {
  const may = useMay('admin');
  const [search, setSearch] = useSearchParams();
  const actor = search.get('actor') ?? '';
  const action = search.get('action') ?? '';
  const list = useInfiniteQuery({
    queryKey: ['audit', actor, action],
    queryFn: ({ pageParam, signal }) =>
      call(
        listAudit,
        { query: { cursor: pageParam, actor: actor || undefined, action: action || undefined } },
        { signal },
      ),
    ...paging,
    enabled: may,
  });
  const set = (name: string, value: string) =>
    setSearch(
      (before) => {
        const next = new URLSearchParams(before);
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: true },
    );
  return (
    <Page title="Audit" intro="Who changed what, newest first." wide>
      {may ? (
        <>
          <div className="row">
            <TextInput
              aria-label="By whom"
              placeholder="By whom: an address or a part of it"
              w={264}
              value={actor}
              onChange={(event) => set('actor', event.currentTarget.value)}
            />
            <Select
              aria-label="Which action"
              placeholder="Any action"
              w={320}
              clearable
              searchable
              nothingFoundMessage="No action has that name"
              data={[...sentences].map(([value, label]) => ({ value, label }))}
              value={action || null}
              onChange={(value) => set('action', value ?? '')}
            />
            <Button variant="default" component="a" href={`${exportAudit.path}?${search}`} download>
              Export as CSV
            </Button>
          </div>
          <Answer of={list} what="The audit log could not be loaded">
            {(data) => {
              const rows = rowsOf(data);
              return rows.length === 0 ? (
                <Empty title={actor || action ? 'Nothing matches' : 'Nothing has been changed yet'}>
                  {actor || action
                    ? 'Change or clear the filter above.'
                    : 'Every change made by staff or an API key will be listed here.'}
                </Empty>
              ) : (
                <>
                  <Table stacks label="Audit entries" rows={rows} columns={columns} />
                  <LoadMore list={list} />
                </>
              );
            }}
          </Answer>
        </>
      ) : (
        <NotAllowed detail="Only administrators can see the audit log." />
      )}
    </Page>
  );
}

function BeforeAndAfter({ entry }: { entry: Entry }) {
  const [open, setOpen] = useState(false);
  const has = (value: unknown) => value !== null && value !== undefined;
  if (!has(entry.before) && !has(entry.after)) return <span className="quiet">no details</span>;
  return (
    <>
      <RowButton aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? 'Hide' : 'Show'}
      </RowButton>
      {open ? (
        <pre className="code raw">
          {has(entry.before) ? `before ${JSON.stringify(entry.before, null, 2)}\n` : ''}
          {has(entry.after) ? `after ${JSON.stringify(entry.after, null, 2)}` : ''}
        </pre>
      ) : null}
    </>
  );
}
