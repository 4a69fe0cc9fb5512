import { indexGraph, type DraftSettings, type Duration } from '#graph';
import type { Group } from '#rules';
import { ActionIcon, Checkbox, Input, NumberInput, Radio, SegmentedControl, TextInput } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { RuleBuilder } from '../../rule-builder/rule-builder';
import { useEditor, useEditorStore } from '../use-editor';
import { ActivityType } from './controls/choices';
import { DurationControl } from './controls/duration';
import type { FormField } from './schema';

type Moment = NonNullable<DraftSettings['exit_when']>;

/** Who may enter and how often, when people leave early, and when mail rests. */
export function SettingsForm() {
  const store = useEditorStore();
  const settings = useEditor((state) => state.document.settings);
  const readOnly = useEditor((state) => state.readOnly || state.mode === 'live');
  const set = (part: Partial<DraftSettings>, burst: string) => {
    const merged = Object.entries({ ...store.getState().document.settings, ...part });
    const next = Object.fromEntries(merged.filter(([, value]) => value !== undefined)) as DraftSettings;
    store
      .getState()
      .edit('Change the settings', [{ op: 'set_settings', settings: next }], { burst: `settings:${burst}` });
  };
  return (
    <aside className="inspector inspector-wide" aria-label="Settings of this automation" data-testid="inspector">
      <header className="inspector-head">
        <h2>Settings of this automation</h2>
        <span className="bar-gap" />
        <ActionIcon aria-label="Close" onClick={() => store.getState().openStep(null)}>
          <IconX size={16} stroke={1.5} />
        </ActionIcon>
      </header>
      <fieldset className="fields plain" disabled={readOnly}>
        <EntryLimit entry={settings.entry} onChange={(entry) => set({ entry }, 'entry')} />
        <MomentField
          title="Leave early"
          help="People inside leave as soon as this happens or holds, wherever they are."
          value={settings.exit_when}
          onChange={(exit_when) => set({ exit_when }, 'exit')}
        />
        <MomentField
          title="Goal"
          help="The same, and counted as reached."
          value={settings.goal}
          onChange={(goal) => set({ goal }, 'goal')}
        />
        <Rest settings={settings} onChange={set} />
      </fieldset>
    </aside>
  );
}

const durationField = (label: string, optional = true): FormField =>
  ({ name: 'duration', label, optional }) as unknown as FormField;

function Span(props: {
  label: string;
  value: Duration | undefined;
  optional?: boolean;
  onChange: (value: Duration | undefined) => void;
}) {
  return (
    <DurationControl
      field={durationField(props.label, props.optional ?? true)}
      value={props.value}
      config={{}}
      problems={new Map()}
      problem={undefined}
      readOnly={false}
      stepId=""
      onChange={(value) => {
        const span = value as Duration | undefined;
        // The server refuses settings with a span of nothing; while the number is retyped the old one stays.
        if (span === undefined || span.n >= 1) props.onChange(span);
      }}
    />
  );
}

type Entry = NonNullable<DraftSettings['entry']>;

function EntryLimit({
  entry = {},
  onChange,
}: {
  entry: DraftSettings['entry'];
  onChange: (entry: Entry | undefined) => void;
}) {
  const overLeads = useEditor((state) => indexGraph(state.document.graph).entry?.config.over === 'leads');
  const limit = entry.limit;
  const kind = limit === undefined ? 'default' : typeof limit === 'object' ? 'every' : limit;
  const put = (part: Partial<Entry>) => {
    const next = Object.fromEntries(Object.entries({ ...entry, ...part }).filter(([, value]) => value !== undefined));
    onChange(Object.keys(next).length > 0 ? next : undefined);
  };
  const choose = (value: string) =>
    put({
      limit:
        value === 'default'
          ? undefined
          : value === 'every'
            ? { every: { n: 30, unit: 'days' } }
            : (value as 'once' | 'always'),
    });
  return (
    <section className="field-group">
      <h3>How often may a person enter?</h3>
      <Radio.Group value={kind} onChange={choose} aria-label="How often may a person enter?">
        <div className="stack-tight">
          <Radio
            value="default"
            size="sm"
            label={overLeads ? 'Once per lead, a week apart (the default)' : 'Once ever (the default)'}
          />
          {overLeads ? <Radio value="once" size="sm" label="Once ever" /> : null}
          <Radio value="every" size="sm" label="Again after some time" />
          <Radio value="always" size="sm" label="Each time" />
        </div>
      </Radio.Group>
      {typeof limit === 'object' ? (
        <Span
          label="Again after"
          optional={false}
          value={limit.every}
          onChange={(every) => every && put({ limit: { every } })}
        />
      ) : null}
      <TextInput
        label="Once per"
        description="A field of the activity, such as metadata.order_id: the same purchase does not start it twice."
        placeholder="metadata.order_id"
        error={
          entry.key !== undefined && !/^metadata(\.[A-Za-z0-9_]+)+$/.test(entry.key)
            ? 'It begins with “metadata.”'
            : undefined
        }
        defaultValue={entry.key ?? ''}
        onBlur={(event) => {
          const key = event.currentTarget.value.trim() || undefined;
          if (key === undefined || /^metadata(\.[A-Za-z0-9_]+)+$/.test(key)) put({ key });
        }}
      />
      <Span
        label="At least this long between two entries"
        value={entry.cooldown}
        onChange={(cooldown) => put({ cooldown })}
      />
    </section>
  );
}

function MomentField(props: {
  title: string;
  help: string;
  value: Moment | undefined;
  onChange: (value: Moment | undefined) => void;
}) {
  const { value, onChange } = props;
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
              { value: 'rules', label: 'Something holds' },
            ]}
          />
          {byActivity ? (
            <>
              <ActivityType
                field={{ name: 'activity_type', label: 'Activity', optional: false } as unknown as FormField}
                value={value.activity_type}
                config={{}}
                problems={new Map()}
                problem={undefined}
                readOnly={false}
                stepId=""
                onChange={(activity_type) => onChange({ ...value, activity_type: String(activity_type ?? '') })}
              />
              <Input.Wrapper label="Only where" labelElement="div">
                <RuleBuilder
                  context="where"
                  activityType={value.activity_type || undefined}
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

function Rest({
  settings,
  onChange,
}: {
  settings: DraftSettings;
  onChange: (part: Partial<DraftSettings>, burst: string) => void;
}) {
  const { quiet_hours: quiet, frequency_cap: cap } = settings;
  return (
    <section className="field-group">
      <h3>When marketing mail rests</h3>
      <Checkbox
        size="sm"
        label="Quiet hours, in each person’s own time"
        checked={quiet !== undefined}
        onChange={(event) =>
          onChange({ quiet_hours: event.currentTarget.checked ? { from: '21:00', to: '08:00' } : undefined }, 'quiet')
        }
      />
      {quiet ? (
        <div className="row nowrap">
          {(['from', 'to'] as const).map((edge) => (
            <TextInput
              key={edge}
              type="time"
              required
              label={edge === 'from' ? 'From' : 'To'}
              value={quiet[edge]}
              onChange={(event) =>
                event.currentTarget.value &&
                onChange({ quiet_hours: { ...quiet, [edge]: event.currentTarget.value } }, 'quiet')
              }
            />
          ))}
        </div>
      ) : null}
      <Checkbox
        size="sm"
        label="At most so many mails per person"
        checked={cap !== undefined}
        onChange={(event) =>
          onChange(
            { frequency_cap: event.currentTarget.checked ? { count: 1, per: { n: 1, unit: 'days' } } : undefined },
            'cap',
          )
        }
      />
      {cap ? (
        <div className="row nowrap">
          <NumberInput
            label="Mails"
            w={88}
            min={1}
            max={1000}
            allowDecimal={false}
            value={cap.count}
            onChange={(count) => onChange({ frequency_cap: { ...cap, count: Number(count) || 1 } }, 'cap')}
          />
          <Span
            label="in"
            optional={false}
            value={cap.per}
            onChange={(per) => per && onChange({ frequency_cap: { ...cap, per } }, 'cap')}
          />
        </div>
      ) : null}
      <Span
        label="Ask before sending mail that is late by"
        value={settings.late_after}
        onChange={(late_after) => onChange({ late_after }, 'late')}
      />
    </section>
  );
}
