import { Button, Select, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { Suspense, lazy, useState } from 'react';
import { useMay } from '../../access/session.queries';
import { rowsOf } from '../../api/paged';
import { Answer, Empty, Loading } from '../../ui/feedback/query-states';
import { RowButton, Table, type Column } from '../../ui/pages/table';
import { Time } from '../../ui/formatting/time';
import { SettingsPart } from '../saving/settings-part';
import { LiftSuppression } from './lift-suppression';
import { originWords, reasonWords, streamWords } from './suppression-words';
import { useSuppressions, type Suppression, type SuppressionReason } from './suppressions.queries';

// Once for each workspace, so its code comes when it is asked for.
const ImportUnsubscribes = lazy(async () => ({ default: (await import('./import-unsubscribes')).ImportUnsubscribes }));

const columns: Column<Suppression>[] = [
  { title: 'Address', cell: ({ email }) => <span className="suppressed-address">{email}</span> },
  { title: 'Gets no', cell: ({ stream }) => streamWords[stream] },
  { title: 'Reason', cell: ({ reason }) => reasonWords[reason] },
  { title: 'From', cell: ({ origin }) => originWords(origin) },
  { title: 'Since', cell: ({ created_at }) => <Time at={created_at} as="short" /> },
];

const reasons = Object.entries(reasonWords).map(([value, label]) => ({ value, label }));
/** Milliseconds without a key after which the list is asked. */
const PAUSE = 250;

/** Who gets no mail whatever they once agreed to: looked up, lifted, and taken over from another program. */
export function SuppressionsSettings() {
  const [q, setQ] = useState('');
  const [wanted] = useDebouncedValue(q.trim(), PAUSE);
  const [reason, setReason] = useState<SuppressionReason>();
  const list = useSuppressions({ q: wanted, reason });
  const [lifting, setLifting] = useState<Suppression>();
  const [importing, setImporting] = useState(false);
  const mayLift = useMay('change');
  const mayImport = useMay('bulk');
  return (
    <SettingsPart
      id="suppressions"
      title="Suppressions"
      note="Addresses that get no e-mail, whatever they agreed to before. Bounces and complaints are added automatically."
    >
      <div className="row suppression-filters">
        <TextInput
          label="Search by address"
          type="search"
          value={q}
          maxLength={254}
          onChange={(event) => setQ(event.currentTarget.value)}
        />
        <Select
          label="Reason"
          placeholder="any"
          clearable
          clearButtonProps={{ 'aria-label': 'Any reason' }}
          data={reasons}
          value={reason ?? null}
          onChange={(chosen) => setReason((chosen as SuppressionReason | null) ?? undefined)}
        />
      </div>
      <Answer of={list} what="The suppressions could not be loaded" lines={3}>
        {(pages) => {
          const rows = rowsOf(pages);
          if (rows.length === 0)
            return wanted || reason ? (
              <Empty title="No address matches" />
            ) : (
              <Empty title="No suppressions yet">
                Import the unsubscribes of your previous program before you import people.
              </Empty>
            );
          return (
            <Table
              label="Suppressions"
              rows={rows}
              columns={columns}
              actions={(row) => (mayLift ? <Lift row={row} onLift={setLifting} /> : null)}
            />
          );
        }}
      </Answer>
      <div className="row">
        {list.hasNextPage ? (
          <Button variant="default" disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            Show more
          </Button>
        ) : null}
        {mayImport && !importing ? (
          <Button variant="default" onClick={() => setImporting(true)}>
            Import unsubscribes
          </Button>
        ) : null}
      </div>
      {importing ? (
        <Suspense fallback={<Loading lines={3} />}>
          <ImportUnsubscribes onClose={() => setImporting(false)} />
        </Suspense>
      ) : null}
      {lifting ? <LiftSuppression key={lifting.id} of={lifting} onClose={() => setLifting(undefined)} /> : null}
    </SettingsPart>
  );
}

/** Complaints are an administrator's to lift; the others learn that here instead of from a refusal. */
function Lift({ row, onLift }: { row: Suppression; onLift: (row: Suppression) => void }) {
  const mayAdmin = useMay('admin');
  if (row.reason === 'spam_complaint' && !mayAdmin)
    return <span className="quiet">only an administrator can lift this</span>;
  return (
    <RowButton aria-label={`Lift the suppression of ${row.email}`} onClick={() => onLift(row)}>
      Lift
    </RowButton>
  );
}
