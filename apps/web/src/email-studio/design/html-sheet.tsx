import { Button, Modal } from '@mantine/core';
import { useState } from 'react';
import { DesignScreen } from './design-screen';
import type { MailDocument, MailDraft } from './mail/draft';

/** The HTML editor for a mail that is kept by another screen: each change is handed to it. */
export function HtmlSheet({
  document,
  readOnly,
  onChange,
  onClose,
}: {
  document: MailDocument;
  readOnly: boolean;
  onChange: (draft: MailDraft) => void;
  onClose: () => void;
}) {
  // The editor works on what it was opened with; what it changes comes back to the screen below meanwhile.
  const [first] = useState(document);
  return (
    <Modal
      opened
      fullScreen
      withCloseButton={false}
      closeOnEscape={false}
      onClose={onClose}
      padding={0}
      // The screen below has keys of its own.
      onKeyDown={(event) => event.stopPropagation()}
      attributes={{ content: { 'aria-label': 'Edit the e-mail' } }}
    >
      <DesignScreen
        document={first}
        savedAt={new Date().toISOString()}
        readOnly={readOnly}
        save={(draft) => {
          onChange(draft);
          return Promise.resolve({ at: new Date().toISOString() });
        }}
        title={<h1 className="design-name">{first.name}</h1>}
        actions={(flush) => (
          <Button size="xs" onClick={() => void flush().then(onClose)}>
            Done
          </Button>
        )}
        onTakeOver={() => Promise.resolve()}
        onReload={onClose}
      />
    </Modal>
  );
}
