import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { readRules, type Group } from '#rules';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { adminAddresses } from '#contracts';
import { useMay } from '../access/session.queries';
import { RuleBuilder } from '../rule-builder/rule-builder';
import { Problem } from '../ui/forms/confirm';
import { NotAllowed } from '../ui/feedback/query-states';
import { PeoplePreview } from './people-preview';
import { useCreateList } from './smart-lists.queries';

/** An open question: nobody asks what they did not choose. */
const start: Group = { operator: 'AND', conditions: [{ field: '', operator: '' }] };

/** A new list: a saved question, or people put in by hand. */
export function NewListForm({ rules: given, kind: first }: { rules: Group | undefined; kind: 'rules' | 'static' }) {
  const may = useMay('change');
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const [kind, setKind] = useState(first);
  const [rules, setRules] = useState<Group | undefined>(given ?? start);
  const create = useCreateList();
  if (!may)
    return <NotAllowed detail="Your role can only read lists. A marketer or an administrator can create one." />;
  const read = rules && readRules(rules);
  const ready = name.trim() !== '' && (kind === 'static' || read?.rules !== undefined);
  const save = () =>
    create.mutate(
      { name, kind, ...(kind === 'rules' ? { rules: read?.rules } : {}) },
      { onSuccess: ({ id }) => void navigate(adminAddresses.smartList(id), { replace: true }) },
    );
  return (
    <div className={kind === 'rules' ? 'list-editor' : undefined}>
      <div className="stack">
        {create.error ? <Problem error={create.error} /> : null}
        <TextInput
          label="Name"
          placeholder="Leads who were active this week"
          required
          autoFocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <SegmentedControl
          aria-label="Type of list"
          value={kind}
          onChange={(next) => setKind(next as 'rules' | 'static')}
          data={[
            { value: 'rules', label: 'People who match rules' },
            { value: 'static', label: 'People added by hand' },
          ]}
        />
        {kind === 'rules' ? (
          <RuleBuilder value={rules} onChange={setRules} context="list" />
        ) : (
          <p className="sentence quiet">Name it first. You add people on the next page.</p>
        )}
        <div>
          <Button onClick={save} disabled={!ready || create.isPending}>
            {create.isPending ? 'Saving' : 'Save the list'}
          </Button>
        </div>
      </div>
      {kind === 'rules' ? <PeoplePreview rules={read?.rules} /> : null}
    </div>
  );
}
