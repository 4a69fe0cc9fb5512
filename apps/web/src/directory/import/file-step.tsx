import { Button, FileButton } from '@mantine/core';
import { useState } from 'react';
import { Problem } from '../../ui/forms/confirm';
import { useKeepFile, type Kept } from './imports.queries';

/** As much as the server takes. */
const limit = 20 * 1024 * 1024;

/** The first step: a file, which is read and kept at once. */
export function FileStep({ onKept }: { onKept: (file: Kept) => void }) {
  const keep = useKeepFile();
  const [tooBig, setTooBig] = useState(false);
  const choose = (file: File | null) => {
    if (!file) return;
    keep.reset();
    setTooBig(file.size > limit);
    if (file.size <= limit) keep.mutate(file, { onSuccess: onKept });
  };
  return (
    <section className="stack" aria-label="File">
      <p className="label">
        A CSV file whose first line names the columns, with a row for each person. Up to 20 MB and 1,000,000 rows.
      </p>
      <div className="row">
        <FileButton accept=".csv,.tsv,.txt,text/csv,text/plain" onChange={choose}>
          {(props) => (
            <Button disabled={keep.isPending} {...props}>
              Choose a file
            </Button>
          )}
        </FileButton>
        {keep.isPending ? <span role="status">Reading the file…</span> : null}
      </div>
      {tooBig ? <p role="alert">The file is larger than 20 MB. Split it into smaller files.</p> : null}
      <Problem error={keep.error} />
    </section>
  );
}
