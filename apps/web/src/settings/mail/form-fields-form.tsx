import { MultiSelect, Switch, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Form } from '../../ui/forms/form';
import { useSaveForm, useTopics, type Form as SignUpForm, type FormFields } from './consent.queries';
import { useSettings } from '../saving/settings.queries';

/** Makes a sign-up form, or changes one. */
export function FormFieldsForm({ form, onClose }: { form?: SignUpForm; onClose: () => void }) {
  const topics = useTopics().data?.items ?? [];
  const settings = useSettings().data;
  const [changes, setChanges] = useState<Partial<FormFields>>({});
  const fields: FormFields = {
    name: form?.name ?? '',
    topic_ids: form?.topic_ids ?? [],
    consent_text: form?.consent_text ?? settings?.consent_text ?? '',
    double_opt_in: form?.double_opt_in ?? settings?.double_opt_in ?? true,
    redirect_url: form?.redirect_url ?? null,
    ...changes,
  };
  const put = (change: Partial<FormFields>) => setChanges((now) => ({ ...now, ...change }));
  const save = useSaveForm();
  return (
    <Form
      label={form ? `Edit ${form.name}` : 'New form'}
      submit={form ? 'Save' : 'Create the form'}
      save={save}
      fields={['name', 'consent_text', 'redirect_url']}
      onSubmit={() => save.mutate({ ...(form ? { id: form.id } : {}), body: fields }, { onSuccess: onClose })}
      onCancel={onClose}
    >
      {(errors) => (
        <>
          <TextInput
            label="Name"
            description="Shown to your team, and as the source of the consent."
            placeholder="Footer of the shop"
            required
            maxLength={100}
            autoFocus
            value={fields.name}
            error={errors['name']}
            onChange={(event) => put({ name: event.currentTarget.value })}
          />
          {topics.length > 0 ? (
            <MultiSelect
              label="Topics"
              description="People who sign up get these."
              data={topics.map(({ id, name }) => ({ value: id, label: name }))}
              value={fields.topic_ids ?? []}
              onChange={(topic_ids) => put({ topic_ids })}
            />
          ) : null}
          <Textarea
            label="What people agree to"
            description="Stored with every sign-up, in the words of that moment."
            required
            autosize
            minRows={3}
            maxLength={2000}
            value={fields.consent_text ?? ''}
            error={errors['consent_text']}
            onChange={(event) => put({ consent_text: event.currentTarget.value })}
          />
          <Switch
            label="Ask for a confirmation by e-mail"
            description="Also called double opt-in. It proves that the address belongs to the person who signed up."
            checked={fields.double_opt_in ?? true}
            onChange={(event) => put({ double_opt_in: event.currentTarget.checked })}
          />
          <TextInput
            label="Page afterwards"
            description="Leave empty to show a page of Cortex."
            placeholder="https://example.com/thanks"
            value={fields.redirect_url ?? ''}
            error={errors['redirect_url']}
            onChange={(event) => put({ redirect_url: event.currentTarget.value.trim() || null })}
          />
        </>
      )}
    </Form>
  );
}
