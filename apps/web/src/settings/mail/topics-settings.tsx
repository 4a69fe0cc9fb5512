import { ActionIcon, Button } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useState } from 'react';
import { useMay } from '../../access/session.queries';
import { ConfirmFor, Problem } from '../../ui/forms/confirm';
import { Answer, Empty } from '../../ui/feedback/query-states';
import { RowButton, Table, type Column } from '../../ui/pages/table';
import { useRemoveTopic, useSwapTopics, useTopics, type Topic } from './consent.queries';
import { SettingsPart } from '../saving/settings-part';
import { TopicForm } from './topic-form';

const columns: Column<Topic>[] = [
  {
    title: 'Topic',
    cell: ({ name, description }) => (
      <>
        {name}
        {description ? <div className="label">{description}</div> : null}
      </>
    ),
  },
  {
    title: 'Who gets it',
    cell: (topic) => (topic.default_on ? 'everyone who did not turn it off' : 'people who turned it on'),
  },
];

/** What marketing mail is about: people choose among these on their preferences page. */
export function TopicsSettings() {
  const topics = useTopics();
  const mayChange = useMay('change');
  const [open, setOpen] = useState<Topic | 'new'>();
  const [leaving, setLeaving] = useState<Topic>();
  const remove = useRemoveTopic();
  return (
    <SettingsPart
      id="topics"
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
      {open === 'new' ? <TopicForm onClose={() => setOpen(undefined)} /> : null}
      {open && open !== 'new' ? <TopicForm key={open.id} topic={open} onClose={() => setOpen(undefined)} /> : null}
      {!open && mayChange ? (
        <div>
          <Button variant="default" onClick={() => setOpen('new')}>
            New topic
          </Button>
        </div>
      ) : null}
      <ConfirmFor
        of={leaving}
        title={({ name }) => `Remove “${name}”`}
        label="Remove the topic"
        change={remove}
        onClose={() => setLeaving(undefined)}
      >
        What people chose about this topic is removed too. This cannot be undone.
      </ConfirmFor>
    </SettingsPart>
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
    <>
      <Table
        label="Topics"
        rows={items}
        columns={columns}
        actions={(topic, at) =>
          mayChange ? (
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
              <RowButton onClick={() => onEdit(topic)}>Edit</RowButton>
              <RowButton danger onClick={() => onRemove(topic)}>
                Remove
              </RowButton>
            </div>
          ) : null
        }
      />
      <Problem error={swap.error} />
    </>
  );
}
