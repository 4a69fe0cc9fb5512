import { Button, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { readRules, type Group } from '#rules';
import { useState } from 'react';
import { useMay } from '../access/session.queries';
import { RuleBuilder } from '../rule-builder/rule-builder';
import { Problem } from '../ui/forms/confirm';
import { NewPeopleChoice } from './new-people-choice';
import { PeoplePreview } from './people-preview';
import { useChangeList, type SmartList } from './smart-lists.queries';

/** The rules of a list and its name, saved together; the people they find stand beside. */
export function ListForm({ list }: { list: SmartList }) {
  const may = useMay('change');
  const [name, setName] = useState(list.name);
  const [rules, setRules] = useState<Group | undefined>(list.rules ?? undefined);
  const change = useChangeList(list.id);
  const read = rules && readRules(rules);
  const [entering, setEntering] = useState(false);
  const changed = JSON.stringify(read?.rules ?? rules) !== JSON.stringify(list.rules);
  const dirty = name !== list.name || changed;
  const save = () =>
    change.mutate(
      { name, rules: read?.rules, newcomers: changed && list.kept && entering ? 'enter' : 'silent' },
      {
        onSuccess: () => {
          setEntering(false);
          notifications.show({ message: 'List saved.' });
        },
      },
    );
  return (
    <div className="list-editor">
      <div className="stack">
        {change.error ? <Problem error={change.error} /> : null}
        <TextInput label="Name" value={name} readOnly={!may} onChange={(event) => setName(event.currentTarget.value)} />
        <RuleBuilder value={rules} onChange={setRules} context="list" readOnly={!may} />
        {may && changed && list.kept && read?.rules ? (
          <NewPeopleChoice listId={list.id} rules={read.rules} value={entering} onChange={setEntering} />
        ) : null}
        {may && dirty ? (
          <div className="row">
            <Button onClick={save} disabled={!read?.rules || name.trim() === '' || change.isPending}>
              {change.isPending ? 'Saving' : 'Save'}
            </Button>
            <Button
              variant="default"
              onClick={() => {
                setName(list.name);
                setRules(list.rules ?? undefined);
              }}
            >
              Discard
            </Button>
          </div>
        ) : null}
      </div>
      <PeoplePreview rules={read?.rules} />
    </div>
  );
}
