import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { CopyOnce } from '../../ui/copying/copy-once';
import { Form } from '../../ui/forms/form';
import { useCreateInbound } from './inbound.queries';

/** Makes an inbound webhook, and shows its address this once. */
export function NewInbound({ onMade }: { onMade: (id: string) => void }) {
  const [isOpen, setOpen] = useState(false);
  const [name, setName] = useState('');
  const create = useCreateInbound();
  const submit = () =>
    create.mutate(name, {
      onSuccess: ({ id }) => {
        setOpen(false);
        setName('');
        onMade(id);
      },
    });
  return (
    <>
      {create.data ? (
        <CopyOnce text={create.data.url}>
          {`The address of “${create.data.name}”. Give it to the other system now: it will not be shown again.`}
        </CopyOnce>
      ) : null}
      {isOpen ? (
        <Form
          label="New inbound webhook"
          submit="Create the webhook"
          save={create}
          fields={['name']}
          onSubmit={submit}
          onCancel={() => setOpen(false)}
        >
          {(errors) => (
            <TextInput
              label="Name"
              description="The system that sends, such as a form, a quiz or a booking page."
              placeholder="Quiz"
              required
              autoFocus
              maxLength={100}
              value={name}
              error={errors['name']}
              onChange={(event) => setName(event.currentTarget.value)}
            />
          )}
        </Form>
      ) : (
        <div>
          <Button variant="default" onClick={() => setOpen(true)}>
            New inbound webhook
          </Button>
        </div>
      )}
    </>
  );
}
