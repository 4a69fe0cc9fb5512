import { Switch, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Form } from '../../ui/forms/form';
import { useSaveTopic, type Topic, type TopicFields } from './consent.queries';

/** Makes a topic, or changes one. */
export function TopicForm({ topic, onClose }: { topic?: Topic; onClose: () => void }) {
  const [fields, setFields] = useState<TopicFields>({
    name: topic?.name ?? '',
    description: topic?.description ?? '',
    default_on: topic?.default_on ?? true,
  });
  const save = useSaveTopic();
  const put = (change: Partial<TopicFields>) => setFields((now) => ({ ...now, ...change }));
  return (
    <Form
      label={topic ? `Edit ${topic.name}` : 'New topic'}
      submit={topic ? 'Save' : 'Add the topic'}
      save={save}
      fields={['name', 'description']}
      onSubmit={() => save.mutate({ ...(topic ? { id: topic.id } : {}), body: fields }, { onSuccess: onClose })}
      onCancel={onClose}
    >
      {(errors) => (
        <>
          <TextInput
            label="Name"
            placeholder="New courses"
            required
            maxLength={100}
            autoFocus
            value={fields.name}
            error={errors['name']}
            onChange={(event) => put({ name: event.currentTarget.value })}
          />
          <Textarea
            label="Description"
            description="Shown below the name on the preferences page."
            autosize
            minRows={2}
            maxLength={500}
            value={fields.description ?? ''}
            error={errors['description']}
            onChange={(event) => put({ description: event.currentTarget.value })}
          />
          <Switch
            label="On for people who never chose"
            description="Turn this off for topics that people have to ask for."
            checked={fields.default_on ?? true}
            onChange={(event) => put({ default_on: event.currentTarget.checked })}
          />
        </>
      )}
    </Form>
  );
}
