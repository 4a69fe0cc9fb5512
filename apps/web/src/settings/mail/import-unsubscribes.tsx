import { Button, FileButton, Select, TextInput } from '@mantine/core';
import type { SuppressionsImported } from '#contracts';
import { useMemo, useState } from 'react';
import { Problem } from '../../ui/forms/confirm';
import { count, people, plural } from '../../ui/formatting/format';
import {
  addressColumn,
  mostRows,
  readCsv,
  timeColumn,
  unsubscribesIn,
  type CsvFile,
  type Unsubscribes,
} from './read-unsubscribes';
import { importReasonWords } from './suppression-words';
import { useImportSuppressions, type ImportReason } from './suppressions.queries';

/** Bytes of a file that are read at most. */
const limit = 20 * 1024 * 1024;
const reasons = Object.entries(importReasonWords).map(([value, label]) => ({ value, label }));

interface Chosen {
  name: string;
  /** Undefined when nothing could be read in it. */
  file: CsvFile | undefined;
  address: number;
  time: number;
}

/** Takes over another program's list from a CSV file: says first what it would do, and afterwards what it did. */
export function ImportUnsubscribes({ onClose }: { onClose: () => void }) {
  const [chosen, setChosen] = useState<Chosen>();
  const [reason, setReason] = useState<ImportReason>('unsubscribed');
  const [source, setSource] = useState('');
  const look = useImportSuppressions();
  const take = useImportSuppressions();
  const found = useMemo(
    () => (chosen?.file && chosen.address !== -1 ? unsubscribesIn(chosen.file, chosen, reason) : undefined),
    [chosen, reason],
  );
  const again = () => {
    look.reset();
    take.reset();
  };
  const choose = async (file: File | null) => {
    if (!file) return;
    again();
    const read = file.size > limit ? undefined : readCsv(await file.text());
    setChosen({
      name: file.name,
      file: read,
      address: read ? addressColumn(read) : -1,
      time: read ? timeColumn(read) : -1,
    });
  };
  const put = (change: Partial<Chosen>) => {
    again();
    setChosen((now) => now && { ...now, ...change });
  };
  const run = (dry_run: boolean) =>
    (dry_run ? look : take).mutate({ items: found!.items, source: source.trim() || 'import', dry_run });
  const busy = look.isPending || take.isPending;
  return (
    <section className="stack form" aria-label="Import unsubscribes">
      <h3>Import unsubscribes</h3>
      <p className="label">
        A CSV file with one address per row, up to 20 MB. Import it before you import people, so that nobody who left is
        mailed again.
      </p>
      <div className="row">
        <FileButton accept=".csv,.txt,text/csv,text/plain" onChange={(file) => void choose(file)}>
          {(props) => (
            <Button variant="default" disabled={busy} {...props}>
              {chosen ? 'Choose another file' : 'Choose a file'}
            </Button>
          )}
        </FileButton>
        {chosen ? <span className="label">{chosen.name}</span> : null}
      </div>
      {chosen && !chosen.file ? (
        <p role="alert">
          No rows could be read in this file. It may be empty, larger than 20 MB, or have more than {count(mostRows)}{' '}
          rows.
        </p>
      ) : null}
      {chosen?.file ? <Columns chosen={chosen} file={chosen.file} onChange={put} /> : null}
      {found ? (
        <>
          <Select
            label="What happened to these addresses"
            allowDeselect={false}
            data={reasons}
            value={reason}
            onChange={(value) => {
              again();
              if (value) setReason(value as ImportReason);
            }}
          />
          <TextInput
            label="Where the list comes from"
            description="Shown as the origin of each entry."
            placeholder="mailchimp"
            maxLength={100}
            value={source}
            onChange={(event) => setSource(event.currentTarget.value)}
          />
          <Read found={found} />
          <Problem error={look.error ?? take.error} />
          {take.data ? <Done did={take.data} /> : look.data ? <Would would={look.data} /> : null}
        </>
      ) : null}
      <div className="row">
        {found && found.items.length > 0 && !take.data ? (
          look.data ? (
            <Button disabled={busy} onClick={() => run(false)}>
              {take.isPending ? 'Importing' : `Import ${plural(found.items.length, 'address', 'addresses')}`}
            </Button>
          ) : (
            <Button disabled={busy} onClick={() => run(true)}>
              {look.isPending ? 'Checking' : 'Check what it would do'}
            </Button>
          )
        ) : null}
        <Button variant="default" onClick={onClose}>
          {take.data ? 'Done' : 'Cancel'}
        </Button>
      </div>
    </section>
  );
}

/** Which column is what: guessed, and for the person to put right. */
function Columns(props: { chosen: Chosen; file: CsvFile; onChange: (change: Partial<Chosen>) => void }) {
  const { chosen, file, onChange } = props;
  const columns = file.columns.map((label, at) => ({ value: String(at), label }));
  const at = (value: string | null) => (value === null ? -1 : Number(value));
  return (
    <>
      <Select
        label="Column with the address"
        placeholder="Choose a column"
        allowDeselect={false}
        data={columns}
        value={chosen.address === -1 ? null : String(chosen.address)}
        onChange={(value) => onChange({ address: at(value) })}
      />
      <Select
        label="Column with the time"
        description="For example 2026-01-31 10:00, in UTC. Whoever subscribed after that time stays subscribed."
        placeholder="none: all count as of now"
        clearable
        clearButtonProps={{ 'aria-label': 'No column with the time' }}
        data={columns}
        value={chosen.time === -1 ? null : String(chosen.time)}
        onChange={(value) => onChange({ time: at(value) })}
      />
    </>
  );
}

/** What was understood of the file, before anything is asked of the server. */
function Read({ found }: { found: Unsubscribes }) {
  const { items, unreadable, repeated, withoutTime } = found;
  const rows = unreadable.rows.join(', ') + (unreadable.count > unreadable.rows.length ? ' and others' : '');
  return (
    <div className="stack-tight label import-read">
      <p>{plural(items.length, 'address', 'addresses')} in the file.</p>
      {unreadable.count > 0 ? (
        <p>
          {plural(unreadable.count, 'row has', 'rows have')} no e-mail address and will be left out: row {rows}.
        </p>
      ) : null}
      {repeated > 0 ? <p>{plural(repeated, 'row repeats', 'rows repeat')} an address.</p> : null}
      {withoutTime > 0 ? (
        <p>{plural(withoutTime, 'row has', 'rows have')} no time that can be read and will count as of now.</p>
      ) : null}
    </div>
  );
}

function Would({ would }: { would: SuppressionsImported }) {
  const fresh = would.addresses - would.listed;
  return (
    <div className="notice" role="status">
      <p>
        {plural(fresh, 'address', 'addresses')} would be added, {count(would.listed)} already on the list.{' '}
        {would.unsubscribed === 0
          ? 'Nobody in the directory would be unsubscribed.'
          : `${people(would.unsubscribed)} in the directory would be unsubscribed.`}
      </p>
    </div>
  );
}

function Done({ did }: { did: SuppressionsImported }) {
  const fresh = did.addresses - did.listed;
  return (
    <div className="notice" data-tone="good" role="status">
      <p>
        {plural(fresh, 'address', 'addresses')} added, {count(did.listed)} were already on the list.{' '}
        {people(did.unsubscribed)} in the directory unsubscribed.
      </p>
    </div>
  );
}
