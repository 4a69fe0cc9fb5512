import { readRules, type Group } from '#rules';
import { Button, Radio } from '@mantine/core';
import { useState } from 'react';
import { useStore } from 'zustand';
import { RuleBuilder } from '../../../rule-builder/rule-builder';
import { Section } from '../../../ui/pages/page';
import { Answer } from '../../../ui/feedback/query-states';
import type { BroadcastDraft, StepProps } from '../broadcast/broadcast-draft';
import { useFunnel } from '../broadcast/broadcasts.queries';
import { FunnelBars } from './funnel-bars';
import { FunnelPeople } from './funnel-people';
import { ListPicker } from './list-picker';
import { OnePerson } from './one-person';
import { problemAt } from '../broadcast/wizard-steps';

type Kind = BroadcastDraft['audience'];

/** What is for marketing only goes when it is to be for colleagues. */
const ofKind = (audience: Kind): Partial<BroadcastDraft> =>
  audience === 'lists'
    ? { audience }
    : { audience, topic_id: null, holdout_percent: 0, spread: null, local_time: false, test: null };

/** Who gets it: lists and rules, without the lists to leave out, and what that comes to now. */
export function AudienceStep({ editing, readOnly }: StepProps) {
  const { now, stored, saving, set } = editing;
  const settled = useStore(saving.state).is === 'saved';
  const toStaff = now.audience === 'staff';
  const asked = toStaff || now.include_smart_list_ids.length > 0 || now.rules !== null;
  const funnel = useFunnel(stored, asked && settled);
  return (
    <>
      <Section title="Audience" note="Who is in it is asked again at the moment of sending.">
        <div className="stack">
          <Radio.Group
            label="Who it is for"
            value={now.audience}
            onChange={(next) => set(ofKind(next === 'staff' ? 'staff' : 'lists'))}
          >
            <div className="stack-tight how-sent-choices">
              <Radio
                value="lists"
                label="People"
                description="Customers and leads. It is marketing mail: only people who agreed get it."
                disabled={readOnly}
              />
              <Radio
                value="staff"
                label="Colleagues"
                description="Everybody who can sign in here. It is no marketing mail, so nobody is asked for consent."
                disabled={readOnly}
              />
            </div>
          </Radio.Group>
          {toStaff ? null : <PeopleOfLists editing={editing} asked={asked} readOnly={readOnly} />}
        </div>
      </Section>
      <Section title="Who will receive it">
        {asked ? (
          <Answer of={funnel} what="The audience could not be counted" lines={3}>
            {(data) => (
              <FunnelBars
                id={stored.id}
                funnel={data}
                staff={stored.audience === 'staff'}
                stale={!settled || funnel.isPlaceholderData}
              />
            )}
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

/** Lists and rules, without the lists to leave out. */
function PeopleOfLists({
  editing: { now, stored, set },
  asked,
  readOnly,
}: StepProps & {
  /** It is said who gets it. */
  asked: boolean;
}) {
  const [rules, setRules] = useState<Group | undefined>(now.rules ?? undefined);
  const change = (next: Group | undefined) => {
    setRules(next);
    // Unfinished rules are kept here until they hold.
    const read = next && readRules(next);
    if (!next || read?.rules) set({ rules: read?.rules ?? null });
  };
  return (
    <>
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
