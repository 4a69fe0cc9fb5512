import { Button } from '@mantine/core';
import { isGroup, toEnglish, type Group, type Rule } from '#rules';
import { ConditionRow, RowMenu, type RowActions } from './condition-row';
import {
  drawnDepth,
  insertAt,
  isDrawn,
  moveRow,
  newCondition,
  placeOf,
  removeAt,
  replaceAt,
  withWhere,
  type Context,
} from './edit';
import { useNames } from './suggestions';

interface GroupRowsProps {
  group: Group;
  /** 1 for the outermost. */
  depth: number;
  /** JSON pointer of this group in the whole rule. */
  path: string;
  context: Context;
  /** Gets undefined when the last row was removed. */
  onChange: (group: Group | undefined) => void;
  steps?: { value: string; label: string }[] | undefined;
  activityType?: string | undefined;
}

/** The rows of a group with “and” or “or” between them. */
export function GroupRows({ group, depth, path, context, onChange, steps, activityType }: GroupRowsProps) {
  const first = context === 'where' ? 'metadata.' : 'type';
  const fresh = (): Rule =>
    context === 'where' ? { field: first, operator: 'eq' } : newCondition(first, placeOf(context));
  const word = group.operator === 'OR' ? 'or' : 'and';
  const turn = () => onChange({ ...group, operator: group.operator === 'OR' ? 'AND' : 'OR' });
  const add = (rule: Rule) => onChange(insertAt(group, group.conditions.length, rule));
  return (
    <div
      className="rule-group"
      data-depth={depth}
      role="group"
      aria-label={word === 'and' ? 'All of these' : 'Any of these'}
    >
      {group.conditions.map((rule, index) => {
        const actions: RowActions = {
          duplicate: () => onChange(insertAt(group, index + 1, structuredClone(rule))),
          remove: () => onChange(removeAt(group, index)),
          up: index > 0 ? () => onChange(moveRow(group, index, -1)) : undefined,
          down: index < group.conditions.length - 1 ? () => onChange(moveRow(group, index, 1)) : undefined,
        };
        const put = (next: Rule) => onChange(replaceAt(group, index, next));
        return (
          <div key={index} className="rule-item">
            {index > 0 ? (
              <button
                type="button"
                className="rule-word"
                onClick={turn}
                title={`Make every word of this group “${word === 'and' ? 'or' : 'and'}”`}
              >
                {word}
              </button>
            ) : null}
            {!isDrawn(rule, depth + 1) ? (
              <LockedRow rule={rule} context={context} actions={actions} />
            ) : isGroup(rule) ? (
              <GroupRows
                group={rule}
                depth={depth + 1}
                path={`${path}/conditions/${index}`}
                context={context}
                steps={steps}
                activityType={activityType}
                onChange={(next) => (next ? put(next) : onChange(removeAt(group, index)))}
              />
            ) : (
              <ConditionRow
                condition={rule}
                pointer={`${path}/conditions/${index}`}
                context={context}
                steps={steps}
                activityType={activityType}
                onChange={put}
                actions={actions}
                where={
                  rule.where ? (
                    <div className="rule-where">
                      <p className="label">where its metadata says</p>
                      <GroupRows
                        group={rule.where}
                        depth={drawnDepth}
                        path={`${path}/conditions/${index}/where`}
                        context="where"
                        activityType={rule.activity_type}
                        onChange={(next) => put(withWhere(rule, next))}
                      />
                    </div>
                  ) : null
                }
              />
            )}
          </div>
        );
      })}
      <div className="row">
        <Button variant="subtle" size="compact-sm" onClick={() => add(fresh())}>
          Add a condition
        </Button>
        {depth < drawnDepth && context !== 'where' ? (
          <Button
            variant="subtle"
            size="compact-sm"
            onClick={() => add({ operator: group.operator === 'AND' ? 'OR' : 'AND', conditions: [fresh()] })}
          >
            Add a group
          </Button>
        ) : null}
      </div>
    </div>
  );
}

/** A rule too deep for rows, or a negated one: shown, kept, and edited under JSON. */
export function LockedRow({ rule, context, actions }: { rule: Rule; context: Context; actions?: RowActions }) {
  const names = useNames();
  const asGroup: Group = isGroup(rule) ? rule : { operator: 'AND', conditions: [rule] };
  return (
    <div className="rule-row rule-locked">
      <div className="grow">
        <p className="label">Advanced rule, editable under JSON</p>
        <p className="sentence">{toEnglish(asGroup, { place: placeOf(context), names })}</p>
      </div>
      {actions ? <RowMenu actions={actions} /> : null}
    </div>
  );
}
