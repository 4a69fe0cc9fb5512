import { Button, Modal, Select } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTopics } from '../../settings/mail/consent.queries';
import { Problem } from '../../ui/forms/confirm';
import { Answer } from '../../ui/feedback/query-states';
import { fieldsOf, storeTemplate, type Template } from './templates.queries';

interface TemplateTopicProps {
  /** As it is stored. */
  template: Template;
  onStored: (template: Template) => void;
  onClose: () => void;
}

/** Which topic a marketing template belongs to. */
export function TemplateTopic({ template, onStored, onClose }: TemplateTopicProps) {
  const topics = useTopics();
  const [topic, setTopic] = useState(template.topic_id);
  const save = useMutation({
    mutationFn: (topic_id: string | null) =>
      storeTemplate(template.id, { ...fieldsOf(template), topic_id, version: template.version }, {}),
  });
  const done = (stored: Template) => {
    onStored(stored);
    onClose();
  };
  return (
    <Modal opened onClose={onClose} title="Topic" closeButtonProps={{ 'aria-label': 'Close' }}>
      <Answer of={topics} what="The topics could not be loaded" lines={3}>
        {({ items }) => (
          <div className="stack">
            <Select
              label="Topic of this template"
              description="Only people who want this topic get the e-mail. A step that sends it can name another one."
              placeholder="No topic"
              clearable
              clearButtonProps={{ 'aria-label': 'Remove the topic' }}
              nothingFoundMessage="There are no topics yet. Add them in the settings."
              data={items.map(({ id, name }) => ({ value: id, label: name }))}
              value={topic}
              onChange={setTopic}
            />
            <Problem error={save.error} />
            <div className="row" style={{ justifyContent: 'flex-end' }}>
              <Button variant="default" onClick={onClose}>
                Cancel
              </Button>
              <Button
                disabled={save.isPending || topic === template.topic_id}
                onClick={() => save.mutate(topic, { onSuccess: done })}
              >
                Save
              </Button>
            </div>
          </div>
        )}
      </Answer>
    </Modal>
  );
}
