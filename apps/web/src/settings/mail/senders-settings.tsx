import type { NamedSender } from '#contracts';
import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useMay } from '../../access/session.queries';
import { ConfirmFor } from '../../ui/forms/confirm';
import { Form } from '../../ui/forms/form';
import { Answer, Empty } from '../../ui/feedback/query-states';
import { RowButton, Table, type Column } from '../../ui/pages/table';
import { SettingsPart } from '../saving/settings-part';
import { useRemoveSender, useSaveSender, useSendersList } from './senders.queries';

const columns: Column<NamedSender>[] = [{ title: 'Sender', cell: ({ from }) => from }];

/** Whom broadcasts and mail steps may be from, besides the workspace's own two senders. */
export function SendersSettings() {
  const senders = useSendersList();
  const mayChange = useMay('admin');
  const [open, setOpen] = useState<NamedSender | 'new'>();
  const [leaving, setLeaving] = useState<NamedSender>();
  const remove = useRemoveSender();
  return (
    <SettingsPart
      id="senders"
      title="Senders"
      note="Broadcasts and automations can choose among these. From the first one on, they can only be sent from these addresses and the two above."
    >
      <Answer of={senders} what="The senders could not be loaded" lines={2}>
        {({ named }) =>
          named.length === 0 ? (
            <Empty title="No senders listed">Broadcasts and automations can name any sender.</Empty>
          ) : (
            <Table
              label="Senders"
              rows={named}
              columns={columns}
              actions={(sender) =>
                mayChange ? (
                  <div className="row" style={{ justifyContent: 'flex-end', flexWrap: 'nowrap' }}>
                    <RowButton aria-label={`Edit ${sender.from}`} onClick={() => setOpen(sender)}>
                      Edit
                    </RowButton>
                    <RowButton danger aria-label={`Remove ${sender.from}`} onClick={() => setLeaving(sender)}>
                      Remove
                    </RowButton>
                  </div>
                ) : null
              }
            />
          )
        }
      </Answer>
      {open ? (
        <SenderForm
          key={open === 'new' ? 'new' : open.id}
          {...(open === 'new' ? {} : { sender: open })}
          onClose={() => setOpen(undefined)}
        />
      ) : null}
      {!open && mayChange ? (
        <div>
          <Button variant="default" onClick={() => setOpen('new')}>
            New sender
          </Button>
        </div>
      ) : null}
      <ConfirmFor
        of={leaving}
        title={({ from }) => `Remove “${from}”`}
        label="Remove the sender"
        change={remove}
        onClose={() => setLeaving(undefined)}
      >
        Drafts that name it have to choose another sender. What is published or on its way keeps it.
      </ConfirmFor>
    </SettingsPart>
  );
}

/** Lists a sender, or changes one. */
function SenderForm({ sender, onClose }: { sender?: NamedSender; onClose: () => void }) {
  const [from, setFrom] = useState(sender?.from ?? '');
  const save = useSaveSender();
  return (
    <Form
      label={sender ? `Edit ${sender.from}` : 'New sender'}
      submit={sender ? 'Save' : 'Add the sender'}
      save={save}
      fields={['from']}
      onSubmit={() => save.mutate({ ...(sender ? { id: sender.id } : {}), from }, { onSuccess: onClose })}
      onCancel={onClose}
    >
      {(errors) => (
        <TextInput
          label="Name and address"
          placeholder="Ada from School <ada@example.com>"
          required
          maxLength={320}
          autoFocus
          value={from}
          error={errors['from']}
          onChange={(event) => setFrom(event.currentTarget.value)}
        />
      )}
    </Form>
  );
}
