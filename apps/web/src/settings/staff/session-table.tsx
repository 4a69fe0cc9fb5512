import { RowButton, Table, type Column } from '../../ui/pages/table';
import { browserName } from './browser-name';

interface OpenSession {
  id: string;
  ip_address: string | null;
  user_agent: string | null;
  /** The one that asks. */
  current?: boolean;
}

interface SessionTableProps<S> {
  label: string;
  sessions: readonly S[];
  /** Above the browsers and addresses. */
  where: string;
  /** What else is told of each, before and after that. */
  before?: readonly Column<S>[];
  after: readonly Column<S>[];
  onEnd: (id: string) => void;
}

/** Where somebody is signed in, each with a way to end it. */
export function SessionTable<S extends OpenSession>({
  label,
  sessions,
  where,
  before = [],
  after,
  onEnd,
}: SessionTableProps<S>) {
  const place: Column<S> = {
    title: where,
    cell: ({ user_agent, ip_address }) => (
      <span title={user_agent ?? ''}>
        {browserName(user_agent)} <span className="quiet">{ip_address ?? ''}</span>
      </span>
    ),
  };
  return (
    <Table
      stacks
      label={label}
      rows={sessions}
      columns={[...before, place, ...after]}
      actions={({ id, current }) =>
        current ? <span className="quiet">this one</span> : <RowButton onClick={() => onEnd(id)}>End</RowButton>
      }
    />
  );
}
