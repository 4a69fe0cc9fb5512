import { readRules, type Group } from '#rules';
import { Button } from '@mantine/core';
import { useState } from 'react';
import { useStore } from 'zustand';
import { RuleBuilder } from '../../rule-builder/rule-builder';
import { Section } from '../../ui/page';
import { Answer } from '../../ui/query-states';
import { useFunnel } from './broadcasts.queries';
import { FunnelBars } from './funnel-bars';
import { FunnelPeople } from './funnel-people';
import { ListPicker } from './list-picker';
import { OnePerson } from './one-person';
import type { StepProps } from './settings-step';
import { problemAt } from './wizard-steps';

/** Who gets it: lists and rules, without the lists to leave out, and what that comes to now. */
export function AudienceStep({ editing: { now, stored, saving, set }, readOnly }: StepProps) {
  const [rules, setRules] = useState<Group | undefined>(now.rules ?? undefined);
  const settled = useStore(saving.state).is === 'saved';
  const asked = now.include_smart_list_ids.length > 0 || now.rules !== null;
  const funnel = useFunnel(stored, asked && settled);
  const change = (next: Group | undefined) => {
    setRules(next);
    // Unfinished rules are kept here until they hold.
    const read = next && readRules(next);
    if (!next || read?.rules) set({ rules: read?.rules ?? null });
  };
  return (
    <>
      <Section title="Audience" note="Who is in it is asked again at the moment of sending.">
        <div className="stack">
          <ListPicker
            label="Send to the people of these lists"
            ids={now.include_smart_list_ids}
            problem={asked ? undefined : problemAt(stored.problems, 'include_smart_list_ids')}
            readOnly={readOnly}
            onChange={(ids) => set({ include_smart_list_ids: ids })}
          />
          <div className="stack-tight">
            <h3>Also people for whom this is true</h3>
            {rules === undefined && readOnly ? (
              <p className="sentence quiet">No rules.</p>
            ) : (
              <OwnRules rules={rules} readOnly={readOnly} onChange={change} />
            )}
          </div>
          <ListPicker
            label="Leave out the people of these lists"
            ids={now.exclude_smart_list_ids}
            readOnly={readOnly}
            onChange={(ids) => set({ exclude_smart_list_ids: ids })}
          />
        </div>
      </Section>
      <Section title="Who will receive it">
        {asked ? (
          <Answer of={funnel} what="The audience could not be counted" lines={3}>
            {(data) => <FunnelBars id={stored.id} funnel={data} stale={!settled || funnel.isPlaceholderData} />}
          </Answer>
        ) : (
          <p className="sentence quiet">Nobody yet. Choose a list, or add a rule.</p>
        )}
      </Section>
      {asked && settled ? <FunnelPeople broadcast={stored} /> : null}
      {asked ? <OnePerson broadcast={stored} /> : null}
    </>
  );
}

function OwnRules({
  rules,
  readOnly,
  onChange,
}: {
  rules: Group | undefined;
  readOnly: boolean;
  onChange: (rules: Group | undefined) => void;
}) {
  // An empty builder says “Everyone”, which no rules at all do not mean here.
  const [begun, setBegun] = useState(rules !== undefined);
  if (!begun && rules === undefined)
    return (
      <Button className="start" variant="default" size="compact-sm" onClick={() => setBegun(true)}>
        Add rules
      </Button>
    );
  return <RuleBuilder value={rules} onChange={onChange} context="list" readOnly={readOnly} />;
}
