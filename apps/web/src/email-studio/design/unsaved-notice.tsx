import { Button } from '@mantine/core';
import { useState } from 'react';
import { shortTime } from '../../ui/formatting/time';
import { backedUp, backUp, type MailDocument, type MailDraft } from './mail/draft';

/** Offers what a closed or killed tab had not saved of this mail. */
export function UnsavedNotice({
  document,
  ready,
  onRestore,
}: {
  document: MailDocument;
  ready: boolean;
  onRestore: (draft: MailDraft) => void;
}) {
  const [found, setFound] = useState(() => {
    const kept = backedUp(document.id);
    const { subject, preheader, written, text } = document;
    return kept && JSON.stringify(kept.draft) !== JSON.stringify({ subject, preheader, written, text })
      ? kept
      : undefined;
  });
  if (!found) return null;
  return (
    <div className="notice mail-conflict" role="status">
      <p className="sentence">
        Changes to this mail from {shortTime(found.at)} were not saved. They were kept in this browser.
      </p>
      <div className="row">
        <Button
          size="xs"
          disabled={!ready}
          onClick={() => {
            onRestore(found.draft);
            setFound(undefined);
          }}
        >
          Restore them
        </Button>
        <Button
          size="xs"
          variant="default"
          onClick={() => {
            backUp(document.id, undefined);
            setFound(undefined);
          }}
        >
          Discard them
        </Button>
      </div>
    </div>
  );
}
