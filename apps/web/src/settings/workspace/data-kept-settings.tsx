import { Select } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import type { RetainedKind } from '#contracts';
import { Confirm, Problem } from '../../ui/forms/confirm';
import { count, diskSize } from '../../ui/formatting/format';
import { Answer } from '../../ui/feedback/query-states';
import { Table, type Column } from '../../ui/pages/table';
import { Time } from '../../ui/formatting/time';
import { SettingsPart } from '../saving/settings-part';
import { useKeepFor, useKeptData, useWouldGo, type KeptData } from './data-kept.queries';
import { choicesFor, isRetained, keptWords, monthsText } from './kept-words';

type Row = KeptData & { id: string };
interface Wish {
  kind: RetainedKind;
  months: number;
}

/** How much of each kind is stored, and how long it is kept. */
export function DataKeptSettings() {
  const answer = useKeptData();
  const keep = useKeepFor();
  const [wish, setWish] = useState<Wish>();
  const save = (kind: RetainedKind, months: number | null) =>
    keep.mutate(
      { [`${kind}_months`]: months },
      {
        onSuccess: () => {
          setWish(undefined);
          notifications.show({ message: `${keptWords[kind].title}: ${monthsText(months)}. Saved.` });
        },
      },
    );
  const choose = (kind: RetainedKind, months: number) => {
    keep.reset();
    if (months === 0) save(kind, null);
    else setWish({ kind, months });
  };
  const columns: Column<Row>[] = [
    { title: 'What', cell: ({ kind }) => <What kind={kind} /> },
    {
      title: 'Kept for',
      cell: (row) =>
        isRetained(row.kind) ? (
          <KeptFor kind={row.kind} row={row} busy={keep.isPending} onChoose={choose} />
        ) : (
          keptWords[row.kind].kept
        ),
    },
    { title: 'Rows', className: 'num', cell: ({ rows, estimated }) => `${estimated ? 'about ' : ''}${count(rows)}` },
    { title: 'Size', className: 'num', cell: ({ bytes }) => diskSize(bytes) },
    { title: 'Oldest', className: 'short', cell: ({ oldest }) => (oldest ? <Time at={oldest} as="short" /> : '–') },
  ];
  return (
    <SettingsPart
      id="data"
      title="Data kept"
      note="Every night Cortex deletes what is older than you keep it, and writes how much went to the audit log. Deleted data cannot be brought back."
    >
      <Answer of={answer} what="The sizes could not be loaded" lines={8}>
        {(data) => (
          <>
            {data.activities_known_since ? (
              <p className="sentence">
                Activities are known from <Time at={data.activities_known_since} as="short" /> on.
              </p>
            ) : null}
            <Table
              label="Data kept"
              rows={data.items.map((item): Row => ({ ...item, id: item.kind }))}
              columns={columns}
            />
          </>
        )}
      </Answer>
      {wish ? null : <Problem error={keep.error} />}
      {wish ? (
        <Question
          wish={wish}
          busy={keep.isPending}
          error={keep.error}
          onClose={() => setWish(undefined)}
          onConfirm={() => save(wish.kind, wish.months)}
        />
      ) : null}
    </SettingsPart>
  );
}

function What({ kind }: { kind: KeptData['kind'] }) {
  const { title, note } = keptWords[kind];
  return (
    <div className="kept-kind">
      <p>{title}</p>
      <p className="label">{note}</p>
    </div>
  );
}

interface KeptForProps {
  kind: RetainedKind;
  row: Row;
  busy: boolean;
  onChoose: (kind: RetainedKind, months: number) => void;
}

function KeptFor({ kind, row, busy, onChoose }: KeptForProps) {
  return (
    <div className="kept-time">
      <Select
        aria-label={`${keptWords[kind].title} are kept for`}
        allowDeselect={false}
        disabled={busy}
        data={choicesFor(kind, row.months)}
        value={String(row.months ?? 0)}
        onChange={(value) => value !== null && value !== String(row.months ?? 0) && onChoose(kind, Number(value))}
      />
      {row.last && row.last.deleted > 0 ? (
        <p className="label">
          {count(row.last.deleted)} deleted <Time at={row.last.ended_at ?? row.last.began_at} as="short" />
        </p>
      ) : null}
    </div>
  );
}

interface QuestionProps {
  wish: Wish;
  busy: boolean;
  error: unknown;
  onClose: () => void;
  onConfirm: () => void;
}

/** Asks with the number that the next night would delete. */
function Question({ wish, busy, error, onClose, onConfirm }: QuestionProps) {
  const wouldGo = useWouldGo(wish.kind, wish.months);
  const { title, note } = keptWords[wish.kind];
  const goes = wouldGo.data;
  return (
    <Confirm
      opened
      title={`${title}: kept for ${monthsText(wish.months)}`}
      label={goes && goes.rows > 0 ? 'Save and delete' : 'Save'}
      danger={goes !== undefined && goes.rows > 0}
      busy={busy}
      disabled={goes === undefined}
      error={error ?? wouldGo.error}
      onClose={onClose}
      onConfirm={onConfirm}
    >
      <p>{note}</p>
      <p>
        {goes === undefined
          ? 'Counting what would be deleted.'
          : goes.rows === 0
            ? 'The next night deletes nothing. From then on, each night deletes what has become too old.'
            : `The next night deletes ${goes.more ? 'more than ' : 'up to '}${count(goes.rows)} rows. This cannot be undone.`}
      </p>
    </Confirm>
  );
}
