import { Button, FileButton, Textarea } from '@mantine/core';
import { useState } from 'react';
import { Problem } from '../../ui/forms/confirm';
import { showToast } from '../../ui/feedback/toast';
import { useImportDesign } from '../design/mail/designs.queries';
import type { Beginning } from './beginning';

const LARGEST = 2_000_000;

/** What a source is, by how it begins. */
const formatOf = (source: string): 'html' | 'mjml' | 'unlayer' => {
  const text = source.trimStart();
  if (text.startsWith('{')) return 'unlayer';
  return /^(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)?<mjml[\s>]/i.test(text) ? 'mjml' : 'html';
};

/** Takes a mail that was made elsewhere, as a file or pasted. The server reads and cleans it. */
export function ImportDesign({
  busy,
  onRead,
  onBack,
}: {
  busy: boolean;
  onRead: (beginning: Beginning) => void;
  onBack: () => void;
}) {
  const [source, setSource] = useState('');
  const [wrong, setWrong] = useState<string>();
  const read = useImportDesign();
  const take = async (file: File | null) => {
    if (!file) return;
    setWrong(file.size > LARGEST ? 'This file is larger than 2 MB, which no mail should be.' : undefined);
    if (file.size <= LARGEST) setSource(await file.text());
  };
  return (
    <div className="stack">
      <Textarea
        label="The mail’s source"
        description="HTML, MJML, or the JSON of an Unlayer design. Scripts and other things that mail programs block are removed."
        error={wrong}
        minRows={10}
        maxRows={16}
        autosize
        spellCheck={false}
        classNames={{ input: 'code' }}
        value={source}
        onChange={(event) => setSource(event.currentTarget.value)}
      />
      {read.error ? <Problem error={read.error} /> : null}
      <div className="row">
        <FileButton accept=".html,.htm,.mjml,.json,.txt" onChange={(file) => void take(file)}>
          {(props) => (
            <Button variant="default" {...props}>
              Choose a file
            </Button>
          )}
        </FileButton>
        <Button
          disabled={source.trim() === '' || busy}
          loading={read.isPending}
          onClick={() =>
            read.mutate(
              { source, format: formatOf(source) },
              {
                onSuccess: ({ editor, design, html, removed }) => {
                  const gone = removed.map(({ what, count }) => `${what} (${count})`);
                  if (gone.length > 0) showToast(`Removed while reading: ${gone.join(', ')}.`);
                  onRead({ name: 'Imported template', editor, design, html: editor === 'mjml' ? '' : html });
                },
              },
            )
          }
        >
          Import it
        </Button>
        <Button variant="subtle" onClick={onBack}>
          Back
        </Button>
      </div>
    </div>
  );
}
