import { csvCell } from '#rules';
import { Button } from '@mantine/core';
import { download } from '../ui/copying/download';
import { plural } from '../ui/formatting/format';

const shown = 20;

interface UnknownNamesProps {
  /** As many as the server repeats. */
  names: readonly string[];
  count: number;
}

/** Addresses and ids that nobody in the directory has: the first few, and all of them as a file. */
export function UnknownPeople({ names, count }: UnknownNamesProps) {
  if (count === 0) return null;
  return (
    <>
      <p>
        {plural(count, 'entry is', 'entries are')} not in the directory and {count === 1 ? 'was' : 'were'} skipped:
      </p>
      <ul className="unknown-names">
        {names.slice(0, shown).map((name, at) => (
          <li key={at}>{name}</li>
        ))}
        {count > shown ? <li className="quiet">and {plural(count - shown, 'more', 'more')}</li> : null}
      </ul>
      <div>
        <Button variant="default" size="compact-sm" onClick={() => save(names)}>
          {names.length < count ? `Download the first ${names.length}` : 'Download them'}
        </Button>
      </div>
    </>
  );
}

/** As CSV with a heading. */
function save(names: readonly string[]): void {
  const lines = ['unknown', ...names.map(csvCell)].map((line) => `${line}\r\n`);
  download(new Blob(lines, { type: 'text/csv' }), 'unknown-people.csv');
}
