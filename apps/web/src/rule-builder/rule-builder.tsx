import './rule-builder.css';
import { Button, SegmentedControl } from '@mantine/core';
import { readRules, toEnglish, type Group } from '#rules';
import { useState } from 'react';
import { isDrawn, newCondition, placeOf, type Context } from './edit';
import { GroupRows, LockedRow } from './group-rows';
import { JsonTab } from './json-tab';
import { RowCounts, useLiveCount } from './live-count';
import { PersonCheck } from './person-check';
import { RuleSentence } from './rule-sentence';
import { useNames, type Choice } from './suggestions';

export interface RuleBuilderProps {
  /** May be unfinished while it is edited; `readRules` of #rules says whether it can be stored. */
  value: Group | undefined;
  /** Undefined when the last row is gone. */
  onChange: (value: Group | undefined) => void;
  /** `list`: about people; `graph`: also the lead and earlier steps of a run; `where`: metadata of one activity. */
  context: Context;
  /** Earlier steps that a graph's rule may ask about. */
  steps?: Choice[];
  /** With `where`: the type of activity whose metadata keys are offered. */
  activityType?: string;
  /** Leaves out the sentence and live number below, where the screen shows its own. */
  bare?: boolean;
}

/** The one editor of rules: rows of subject · verb · value, the same as JSON, a sentence and a live number below. */
export function RuleBuilder({ value, onChange, context, steps, activityType, bare }: RuleBuilderProps) {
  const [face, setFace] = useState<'rows' | 'json'>('rows');
  const names = useNames(steps);
  const read = value && readRules(value, placeOf(context));
  const counting = context === 'list' && !bare;
  const counted = useLiveCount(counting ? read?.rules : undefined);
  // Outside a run a person cannot be asked about its lead or its steps.
  const checkable = context === 'where' || bare || !value ? undefined : readRules(value).rules;
  const perRow = new Map(
    counted.stale ? [] : counted.preview?.per_condition.map(({ pointer, count, exact }) => [pointer, { count, exact }]),
  );
  return (
    <div className="rule-builder">
      <div className="rule-faces">
        <SegmentedControl
          size="xs"
          aria-label="Edit the rule as"
          value={face}
          onChange={(next) => setFace(next as 'rows' | 'json')}
          data={[
            { value: 'rows', label: 'Rows' },
            { value: 'json', label: 'JSON' },
          ]}
        />
      </div>
      <RowCounts value={perRow}>
        {face === 'json' ? (
          <JsonTab value={value} context={context} onChange={onChange} />
        ) : value === undefined ? (
          <Nothing context={context} onChange={onChange} />
        ) : isDrawn(value, 1) ? (
          <GroupRows
            group={value}
            depth={1}
            path=""
            context={context}
            steps={steps}
            activityType={activityType}
            onChange={onChange}
          />
        ) : (
          <LockedRow rule={value} context={context} />
        )}
      </RowCounts>
      {bare ? null : (
        <RuleSentence
          text={read?.rules && toEnglish(read.rules, { place: placeOf(context), names })}
          unfinished={read?.troubles?.[0]?.message}
          counted={counting ? counted : undefined}
        />
      )}
      {checkable ? <PersonCheck rules={checkable} names={names} /> : null}
    </div>
  );
}

function Nothing({ context, onChange }: Pick<RuleBuilderProps, 'context' | 'onChange'>) {
  const first = context === 'where' ? { field: 'metadata.', operator: 'eq' } : newCondition('type', placeOf(context));
  return (
    <div className="row">
      <span className="sentence quiet">{context === 'where' ? 'Any metadata.' : 'Everyone.'}</span>
      <Button variant="default" size="compact-sm" onClick={() => onChange({ operator: 'AND', conditions: [first] })}>
        Add a condition
      </Button>
    </div>
  );
}
