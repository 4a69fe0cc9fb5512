import './automations.css';
import { adminAddresses, type Automation, type AutomationStatus } from '#contracts';
import { summary } from '#graph';
import { Button } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { useMay } from '../access/session.queries';
import { rowsOf } from '../api/paged';
import { count } from '../ui/formatting/format';
import { LoadMore } from '../ui/pages/load-more';
import { Page } from '../ui/pages/page';
import { Empty, Failed, Loading } from '../ui/feedback/query-states';
import { Time } from '../ui/formatting/time';
import { useAutomations } from './automations.queries';
import { ReferenceNames, useReferenceNames } from './reference-names';
import { StatusPill } from './status-pill';
import { NameAndStatus } from '../ui/pages/name-and-status';

const statuses: { value: string; label: string }[] = [
  { value: '', label: 'All except archived' },
  { value: 'live', label: 'Live' },
  { value: 'draft', label: 'Draft' },
  { value: 'paused', label: 'Paused' },
  { value: 'stopped', label: 'Stopped' },
  { value: 'archived', label: 'Archived' },
];

/** `/admin/automations`: every automation as a sentence, with who is inside. */
export function AutomationsPage() {
  const mayChange = useMay('change');
  const [search, setSearch] = useState('');
  const [status, setStatus] = useState('');
  const [q] = useDebouncedValue(search.trim(), 250);
  const list = useAutomations({ q, status: (status || undefined) as AutomationStatus | undefined });
  const rows = rowsOf(list.data);
  const filtered = q !== '' || status !== '';
  const create = mayChange ? (
    <Button component={Link} to={adminAddresses.newAutomation} data-testid="new-automation">
      New automation
    </Button>
  ) : null;
  return (
    <Page
      title="Automations"
      intro="Messages that respond to what people do, and to what they don’t do."
      actions={create}
      wide
    >
      {rows.length > 0 || filtered ? (
        <NameAndStatus
          search={search}
          onSearch={setSearch}
          label="State"
          status={status}
          statuses={statuses}
          onStatus={setStatus}
        />
      ) : null}
      {list.error ? (
        <Failed error={list.error} what="The automations could not be loaded" onRetry={() => void list.refetch()} />
      ) : null}
      {list.isPending ? <Loading /> : null}
      {list.data && rows.length === 0 ? <Nothing filtered={filtered} action={create} /> : null}
      {rows.length > 0 ? (
        <ReferenceNames>
          <Rows rows={rows} />
        </ReferenceNames>
      ) : null}
      <LoadMore list={list} />
    </Page>
  );
}

function Nothing({ filtered, action }: { filtered: boolean; action: React.ReactNode }) {
  if (filtered) return <p className="sentence quiet">No automation matches.</p>;
  return (
    <Empty title="No automations yet" action={action}>
      An automation starts when something happens, or fails to happen. It then waits, checks and sends for you.
      Abandoned checkout is a good first one: it goes live in three clicks.
    </Empty>
  );
}

function Rows({ rows }: { rows: Automation[] }) {
  const navigate = useNavigate();
  const names = useReferenceNames();
  return (
    <div className="table-scroll">
      <table className="table automations">
        <thead>
          <tr>
            <th scope="col">Automation</th>
            <th scope="col">Status</th>
            <th scope="col" className="num">
              Inside now
            </th>
            <th scope="col" className="num">
              Entered so far
            </th>
            <th scope="col">Changed</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const blocking = row.problems.filter((problem) => problem.severity === 'blocks').length;
            return (
              <tr key={row.id} data-clickable onClick={() => void navigate(adminAddresses.automation(row.id))}>
                <td>
                  <Link
                    to={adminAddresses.automation(row.id)}
                    className="automation-name"
                    onClick={(event) => event.stopPropagation()}
                  >
                    {row.name}
                  </Link>
                  {row.demo ? <span className="tag">demo</span> : null}
                  <p className="sentence automation-sentence">{summary(row.graph, names)}</p>
                </td>
                <td>
                  <StatusPill automation={row} />
                  {row.status === 'draft' && blocking > 0 ? (
                    <p className="label">{blocking === 1 ? '1 problem to fix' : `${blocking} problems to fix`}</p>
                  ) : null}
                </td>
                <td className="num">{count(row.inside)}</td>
                <td className="num">{count(row.entered)}</td>
                <td>
                  <Time at={row.updated_at} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
