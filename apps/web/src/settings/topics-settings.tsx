import { ActionIcon, Button, Switch, Textarea, TextInput } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useState, type FormEvent } from 'react';
import { useMay } from '../access/session.queries';
import { ApiError } from '../api/problem';
import { Confirm, Problem } from '../ui/confirm';
import { Section } from '../ui/page';
import { Answer, Empty } from '../ui/query-states';
import {
  useRemoveTopic,
  useSaveTopic,
  useSwapTopics,
  useTopics,
  type Topic,
  type TopicFields,
} from './consent.queries';

/** What marketing mail is about: people choose among these on their preferences page. */
export function TopicsSettings() {
  const topics = useTopics();
  const mayChange = useMay('change');
  const [open, setOpen] = useState<Topic | 'new'>();
  const [leaving, setLeaving] = useState<Topic>();
  const remove = useRemoveTopic();
  const close = () => setLeaving(undefined);
  return (
    <div id="topics" className="settings-anchor">
      <Section
        title="Topics"
        note="People choose among these on their preferences page. A marketing e-mail with a topic goes only to people who want it."
      >
        <Answer of={topics} what="The topics could not be loaded" lines={3}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title="No topics yet">Without topics, people can only pause or unsubscribe from everything.</Empty>
            ) : (
              <TopicTable items={items} mayChange={mayChange} onEdit={setOpen} onRemove={setLeaving} />
            )
          }
        </Answer>
        {open ? (
          <TopicForm key={open === 'new' ? 'new' : open.id} topic={open} onClose={() => setOpen(undefined)} />
        ) : mayChange ? (
          <div>
            <Button variant="default" onClick={() => setOpen('new')}>
              New topic
            </Button>
          </div>
        ) : null}
      </Section>
      <Confirm
        opened={leaving !== undefined}
        title={`Remove “${leaving?.name ?? ''}”`}
        label="Remove the topic"
        danger
        busy={remove.isPending}
        error={remove.error}
        onClose={close}
        onConfirm={() => leaving && remove.mutate(leaving.id, { onSuccess: close })}
      >
        What people chose about this topic is removed too. This cannot be undone.
      </Confirm>
    </div>
  );
}

function TopicTable(props: {
  items: readonly Topic[];
  mayChange: boolean;
  onEdit: (topic: Topic) => void;
  onRemove: (topic: Topic) => void;
}) {
  const { items, mayChange, onEdit, onRemove } = props;
  const swap = useSwapTopics();
  const move = (at: number, by: number) => {
    const ordered = [...items];
    ordered.splice(at + by, 0, ...ordered.splice(at, 1));
    swap.mutate(ordered);
  };
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label="Topics">
      <table className="table">
        <thead>
          <tr>
            <th>Topic</th>
            <th>Who gets it</th>
            <th>
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map((topic, at) => (
            <tr key={topic.id}>
              <td>
                {topic.name}
                {topic.description ? <div className="label">{topic.description}</div> : null}
              </td>
              <td>{topic.default_on ? 'everyone who did not turn it off' : 'people who turned it on'}</td>
              <td className="num">
                {mayChange ? (
                  <div className="row" style={{ justifyContent: 'flex-end', flexWrap: 'nowrap' }}>
                    <ActionIcon
                      aria-label={`Move ${topic.name} up`}
                      disabled={at === 0 || swap.isPending}
                      onClick={() => move(at, -1)}
                    >
                      <IconArrowUp size={16} />
                    </ActionIcon>
                    <ActionIcon
                      aria-label={`Move ${topic.name} down`}
                      disabled={at === items.length - 1 || swap.isPending}
                      onClick={() => move(at, 1)}
                    >
                      <IconArrowDown size={16} />
                    </ActionIcon>
                    <Button variant="subtle" size="compact-sm" onClick={() => onEdit(topic)}>
                      Edit
                    </Button>
                    <Button variant="subtle" color="danger" size="compact-sm" onClick={() => onRemove(topic)}>
                      Remove
                    </Button>
                  </div>
                ) : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Problem error={swap.error} />
    </div>
  );
}

function TopicForm({ topic, onClose }: { topic: Topic | 'new'; onClose: () => void }) {
  const before = topic === 'new' ? undefined : topic;
  const [fields, setFields] = useState<TopicFields>({
    name: before?.name ?? '',
    description: before?.description ?? '',
    default_on: before?.default_on ?? true,
  });
  const save = useSaveTopic();
  const errors = save.error instanceof ApiError ? save.error.fields : {};
  const put = (change: Partial<TopicFields>) => setFields((now) => ({ ...now, ...change }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate({ ...(before ? { id: before.id } : {}), body: fields }, { onSuccess: onClose });
  };
  return (
    <form className="stack settings-form" onSubmit={submit} aria-label={before ? `Edit ${before.name}` : 'New topic'}>
      {save.error && Object.keys(errors).length === 0 ? <Problem error={save.error} /> : null}
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
      <div className="row">
        <Button type="submit" disabled={save.isPending}>
          {before ? 'Save' : 'Add the topic'}
        </Button>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
