import { Button, Modal, SegmentedControl, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Problem } from '../../ui/confirm';
import type { MailStream } from '../design/mail/draft';
import { useCreateTemplate } from './templates.queries';

interface NewTemplateProps {
  stream: MailStream;
  onClose: () => void;
  onMade: (id: string) => void;
}

/** Asks what a new template is called and what it is for. */
export function NewTemplate({ stream: given, onClose, onMade }: NewTemplateProps) {
  const [stream, setStream] = useState(given);
  const [name, setName] = useState('');
  const create = useCreateTemplate();
  return (
    <Modal opened onClose={onClose} title="New template" closeButtonProps={{ 'aria-label': 'Close' }}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate(
            { name: name.trim(), stream, html: '<p>Hello,</p>\n' },
            { onSuccess: (template) => onMade(template.id) },
          );
        }}
      >
        <TextInput
          label="Name"
          placeholder="Spring newsletter"
          data-autofocus
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <SegmentedControl
          aria-label="What it is for"
          value={stream}
          onChange={(next) => setStream(next as MailStream)}
          data={[
            { value: 'broadcast', label: 'Broadcast' },
            { value: 'transactional', label: 'Transactional' },
          ]}
        />
        {create.error ? <Problem error={create.error} /> : null}
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" disabled={name.trim() === ''} loading={create.isPending}>
            Make the template
          </Button>
        </div>
      </form>
    </Modal>
  );
}
