import './rule-builder.css';
import { Button, SegmentedControl } from '@mantine/core';
import { readRules, toEnglish, type Group, type Rule } from '#rules';
import { useState } from 'react';
import { isDrawn, placeOf, type Context } from './tree/rule-edits';
import { freshRow, GroupRows, LockedRow } from './rows/group-rows';
import { JsonTab } from './json-tab';
import { RowCounts, useRuleCount } from './answers/live-count';
import { PersonCheck } from './answers/person-check';
import { RuleSentence } from './answers/rule-sentence';
import { RuleTree } from './rows/rule-tree';
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
  /** With `where`, in a keyed automation: what keeps its runs apart, `metadata.cart`. */
  startKey?: string | undefined;
  /** Leaves out the sentence and live number below, where the screen shows its own. */
  bare?: boolean;
  /** For readers who may not change the rule; they still count and check people. */
  readOnly?: boolean;
}

/** The one editor of rules: rows of subject · verb · value, the same as JSON, a sentence and live numbers. */
export function RuleBuilder({
  value,
  onChange,
  context,
  steps,
  activityType,
  startKey,
  bare,
  readOnly = false,
}: RuleBuilderProps) {
  const [face, setFace] = useState<'rows' | 'json'>('rows');
  /** JSON that does not hold yet, kept while the rows are looked at. */
  const [draft, setDraft] = useState<string>();
  const names = useNames(steps);
  const read = value && readRules(value, placeOf(context));
  const counted = useRuleCount(context === 'where' ? undefined : value);
  const checkable = bare ? undefined : counted.asked;
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
      {face === 'json' ? (
        <JsonTab
          value={value}
          context={context}
          readOnly={readOnly}
          draft={draft}
          onDraft={setDraft}
          onChange={onChange}
        />
      ) : (
        <RowCounts value={counted.perRow}>
          <fieldset className="rules-field" disabled={readOnly}>
            <legend className="visually-hidden">Rules</legend>
            {value === undefined ? (
              <Nothing context={context} startKey={startKey} onChange={onChange} />
            ) : isDrawn(value, 1) ? (
              <RuleTree
                root={value}
                context={context}
                steps={steps}
                activityType={activityType}
                readOnly={readOnly}
                onChange={(next) => {
                  setDraft(undefined);
                  onChange(next);
                }}
              >
                <GroupRows path={[]} />
              </RuleTree>
            ) : (
              <LockedRow rule={value} context={context} />
            )}
          </fieldset>
          {draft === undefined ? null : (
            <p className="label">The JSON is not valid yet. The rows show the last valid rule.</p>
          )}
        </RowCounts>
      )}
      {bare ? null : (
        <RuleSentence
          text={read?.rules && toEnglish(read.rules, { place: placeOf(context), names })}
          unfinished={read?.troubles?.[0]?.message}
          counted={context === 'where' ? undefined : counted}
        />
      )}
      {checkable ? <PersonCheck rules={checkable} partly={counted.partly} names={names} /> : null}
    </div>
  );
}

function Nothing({ context, startKey, onChange }: Pick<RuleBuilderProps, 'context' | 'startKey' | 'onChange'>) {
  const begin = (row: Rule) => onChange({ operator: 'AND', conditions: [row] });
  return (
    <div className="row">
      <span className="sentence quiet">{context === 'where' ? 'Any metadata.' : 'Everyone.'}</span>
      {startKey === undefined ? null : (
        <Button
          variant="default"
          size="compact-sm"
          onClick={() => begin({ field: startKey, operator: 'eq', value: { entry: startKey } })}
        >
          Same {startKey.replace('metadata.', '')} as the one that started this
        </Button>
      )}
      <Button variant="default" size="compact-sm" onClick={() => begin(freshRow(context))}>
        Add a condition
      </Button>
    </div>
  );
}
