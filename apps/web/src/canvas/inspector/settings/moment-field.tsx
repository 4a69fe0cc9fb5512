import type { DraftSettings } from '#graph';
import type { Group } from '#rules';
import { Checkbox, Input, SegmentedControl } from '@mantine/core';
import { RuleBuilder } from '../../../rule-builder/rule-builder';
import { useEditor } from '../../document/use-editor';
import { ActivityType } from '../controls/references';

type Moment = NonNullable<DraftSettings['exit_when']>;

/** Something that happens, or holds, and takes people out early. */
export function MomentField(props: {
  title: string;
  help: string;
  value: Moment | undefined;
  onChange: (value: Moment | undefined) => void;
}) {
  const { value, onChange } = props;
  const key = useEditor((state) => state.document.settings.entry?.key);
  const on = value !== undefined;
  const byActivity = value?.activity_type !== undefined;
  return (
    <section className="field-group">
      <Checkbox
        size="sm"
        checked={on}
        label={<span className="field-title">{props.title}</span>}
        description={props.help}
        onChange={(event) => onChange(event.currentTarget.checked ? { activity_type: '' } : undefined)}
      />
      {on ? (
        <>
          <SegmentedControl
            size="xs"
            className="start"
            value={byActivity ? 'activity' : 'rules'}
            aria-label={`${props.title}: when`}
            onChange={(next) => onChange(next === 'activity' ? { activity_type: '' } : {})}
            data={[
              { value: 'activity', label: 'Something happens' },
              { value: 'rules', label: 'A condition is met' },
            ]}
          />
          {byActivity ? (
            <>
              <ActivityType
                field={{ name: 'activity_type', label: 'Activity', optional: false, type: 'string' }}
                value={value.activity_type}
                config={{}}
                problems={new Map()}
                problem={undefined}
                readOnly={false}
                onChange={(activity_type) => onChange({ ...value, activity_type: String(activity_type ?? '') })}
              />
              <Input.Wrapper label="Only where" labelElement="div">
                <RuleBuilder
                  context="where"
                  activityType={value.activity_type || undefined}
                  startKey={key}
                  value={value.where as Group | undefined}
                  onChange={(where) => onChange({ activity_type: value.activity_type, ...(where ? { where } : {}) })}
                />
              </Input.Wrapper>
            </>
          ) : (
            <RuleBuilder
              context="graph"
              value={value.rules as Group | undefined}
              onChange={(rules) => onChange(rules ? { rules } : {})}
            />
          )}
        </>
      ) : null}
    </section>
  );
}
