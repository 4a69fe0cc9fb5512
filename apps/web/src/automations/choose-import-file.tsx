import { readPortable, type Portable } from '#graph';
import { Button, FileButton } from '@mantine/core';
import { useState } from 'react';

/** More than any automation can be: a drawing has at most 1 MB. */
const limit = 2 * 1024 * 1024;

/** Chooses the file of an exported automation and reads it; what is wrong with a file is said beside the button. */
export function ChooseImportFile({ onRead }: { onRead: (given: Portable) => void }) {
  const [trouble, setTrouble] = useState<string>();
  const choose = async (file: File | null) => {
    if (!file) return;
    const read = file.size > limit ? 'This file is too large to be an automation.' : readPortable(await file.text());
    setTrouble(typeof read === 'string' ? `${file.name}: ${read}` : undefined);
    if (typeof read !== 'string') onRead(read);
  };
  return (
    <div className="stack-tight">
      <div>
        <FileButton accept=".json,application/json" onChange={(file) => void choose(file)}>
          {(props) => (
            <Button variant="default" {...props}>
              Choose a file
            </Button>
          )}
        </FileButton>
      </div>
      {trouble ? <p role="alert">{trouble}</p> : null}
    </div>
  );
}
