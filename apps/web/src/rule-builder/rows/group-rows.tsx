import { Button } from '@mantine/core';
import { isGroup, toEnglish, type Group, type Rule } from '#rules';
import { ConditionRow } from './condition-row';
import { isDrawn, placeOf, withWhere, type Context } from '../tree/rule-edits';
import { RowFrame, useDropTarget } from './row-frame';
import { useRows } from '../tree/rows-context';
import { RuleTree } from './rule-tree';
import { RowCount } from './row-count';
import { useNames } from '../suggestions';
import { mayStandAt, pointerOf, ruleAt, type Path } from '../tree/tree';

/** A condition to begin with: an open question, so that nobody asks what they did not choose. */
export const freshRow = (context: Context): Rule =>
  context === 'where' ? { field: 'metadata.', operator: 'eq' } : { field: '', operator: '' };

/** The rows of a group with “and” or “or” between them. */
export function GroupRows({ path }: { path: Path }) {
  const rows = useRows();
  const group = ruleAt(rows.root, path) as Group;
  const word = group.operator === 'OR' ? 'or' : 'and';
  const turn = () => rows.put(path, { ...group, operator: group.operator === 'OR' ? 'AND' : 'OR' });
  return (
    <div
      className="rule-group"
      data-depth={path.length + 1}
      role="group"
      aria-label={word === 'and' ? 'All of these' : 'Any of these'}
    >
      {path.length > 0 ? <p className="label rule-title">{word === 'and' ? 'All of these' : 'Any of these'}</p> : null}
      {group.conditions.map((rule, index) => (
        <div key={index} className="rule-item">
          {index > 0 ? (
            <button
              type="button"
              className="rule-word"
              onClick={turn}
              title={`Use “${word === 'and' ? 'or' : 'and'}” for the whole group`}
            >
              {word}
            </button>
          ) : null}
          <RowFrame path={[...path, index]}>
            <Content rule={rule} path={[...path, index]} />
          </RowFrame>
        </div>
      ))}
      {rows.readOnly ? null : <AddRows path={[...path, group.conditions.length]} operator={group.operator} />}
    </div>
  );
}

/** What stands in a row: one condition, a group of rows, or a rule that rows cannot show. */
function Content({ rule, path }: { rule: Rule; path: Path }) {
  const rows = useRows();
  const { context, readOnly } = rows;
  if (!isDrawn(rule, path.length + 1)) return <LockedRow rule={rule} context={context} pointer={pointerOf(path)} />;
  if (isGroup(rule)) return <GroupRows path={path} />;
  return (
    <ConditionRow
      condition={rule}
      pointer={rows.pointer + pointerOf(path)}
      onChange={(next) => rows.put(path, next)}
      where={
        rule.where ? (
          <div className="rule-where">
            <p className="label">where its metadata says</p>
            <RuleTree
              root={rule.where}
              pointer={`${rows.pointer}${pointerOf(path)}/where`}
              context="where"
              activityType={rule.activity_type}
              readOnly={readOnly}
              onChange={(next) => rows.put(path, withWhere(rule, next))}
            >
              <GroupRows path={[]} />
            </RuleTree>
          </div>
        ) : null
      }
    />
  );
}

function AddRows({ path, operator }: { path: Path; operator: Group['operator'] }) {
  const rows = useRows();
  const fall = useDropTarget(() => path);
  const row = freshRow(rows.context);
  const group: Group = { operator: operator === 'AND' ? 'OR' : 'AND', conditions: [row] };
  return (
    <div className="row" {...fall}>
      <Button variant="subtle" size="compact-sm" onClick={() => rows.insert(path, [row])}>
        Add a condition
      </Button>
      {mayStandAt(group, path, rows.deepest) ? (
        <Button variant="subtle" size="compact-sm" onClick={() => rows.insert(path, [group])}>
          Add a group
        </Button>
      ) : null}
    </div>
  );
}

/** A rule too deep for rows, or a negated one: shown, kept, and edited under JSON. */
export function LockedRow({ rule, context, pointer }: { rule: Rule; context: Context; pointer?: string }) {
  const names = useNames();
  const asGroup: Group = isGroup(rule) ? rule : { operator: 'AND', conditions: [rule] };
  return (
    <div className="rule-locked grow">
      <p className="label">Advanced rule. Edit it under JSON.</p>
      <p className="sentence">{toEnglish(asGroup, { place: placeOf(context), names })}</p>
      {pointer === undefined ? null : <RowCount pointer={pointer} />}
    </div>
  );
}
