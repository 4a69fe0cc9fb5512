import { Modal } from '@mantine/core';
import { useState } from 'react';
import { Answer } from '../../ui/feedback/query-states';
import { TemplateEditor } from './template-page';
import { useTemplate } from './templates.queries';

/** The editor of a template over another screen, which stays as it is below. */
export function TemplateSheet({ id, onClose }: { id: string; onClose: () => void }) {
  const template = useTemplate(id);
  const [round, setRound] = useState(0);
  return (
    <Modal
      opened
      fullScreen
      withCloseButton={false}
      // Escape ends the writing in a text; the mail is left by its button.
      closeOnEscape={false}
      onClose={onClose}
      padding={0}
      // The screen below has keys of its own.
      onKeyDown={(event) => event.stopPropagation()}
      attributes={{ content: { 'aria-label': 'Edit the template' } }}
    >
      <Answer of={template} what="The template could not be loaded">
        {(data) => (
          <TemplateEditor
            key={round}
            template={data}
            onReload={() => void template.refetch().then(() => setRound((now) => now + 1))}
            onClose={onClose}
          />
        )}
      </Answer>
    </Modal>
  );
}
