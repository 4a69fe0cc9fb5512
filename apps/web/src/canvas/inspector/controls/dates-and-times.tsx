import { durationUnits as units, type DateOffset } from '#graph';
import { Autocomplete, Chip, Input, Select, TextInput } from '@mantine/core';
import { useAttributeFields } from '../../../rule-builder/suggestions';
import { fieldProps, text, type ControlProps } from '../../../schema-form/control';
import { ClearSpan, NoSpan, NumberAndUnit } from './span-fields';

/** A time of day; an optional one can be left empty. */
export function Time(props: ControlProps) {
  const { value, onChange } = props;
  return (
    <TextInput
      type="time"
      {...fieldProps(props)}
      styles={{ input: { width: 144 } }}
      value={text(value)}
      onChange={(event) => onChange(event.currentTarget.value || undefined)}
    />
  );
}

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** Days of the week; none means any. */
export function Weekdays({ field, value, problem, readOnly, onChange }: ControlProps) {
  const chosen = Array.isArray(value) ? value.map(String) : [];
  return (
    <Input.Wrapper label={field.label} description={field.help} error={problem} labelElement="div">
      <Chip.Group
        multiple
        value={chosen}
        onChange={(next) => onChange(next.length === 0 ? undefined : next.map(Number).sort((a, b) => a - b))}
      >
        <div className="row weekdays" role="group" aria-label="Days of the week">
          {weekdays.map((name, at) => (
            <Chip key={name} size="xs" value={String(at + 1)} disabled={readOnly}>
              {name}
            </Chip>
          ))}
        </div>
      </Chip.Group>
    </Input.Wrapper>
  );
}

const zones = Intl.supportedValuesOf('timeZone');

/** A time zone by name; where the schema says so, also the person's own. */
export function Timezone(props: ControlProps) {
  const { field, value, onChange } = props;
  const special = Object.entries(field.options ?? {}).map(([name, label]) => ({ value: name, label }));
  const current = text(value) || (special[0]?.value ?? '');
  const known = zones.includes(current) || special.some((one) => one.value === current) || current === '';
  return (
    <Select
      {...fieldProps(props)}
      searchable
      clearable={field.optional && special.length === 0}
      limit={100}
      placeholder="The workspace’s time zone"
      data={[...special, ...(known ? [] : [current]), ...zones]}
      value={current || null}
      onChange={(next) => onChange(next ?? undefined)}
    />
  );
}

/** A date of the person: those that some person has are offered, any other may be typed. */
export function DateField(props: ControlProps) {
  const { field, value, onChange } = props;
  const seen = useAttributeFields();
  return (
    <Autocomplete
      {...fieldProps(props)}
      aria-label={field.label || 'Date'}
      placeholder="attributes.birthday"
      data={['created_at', 'last_activity', ...seen]}
      value={text(value)}
      onChange={(next) => onChange(next === '' && field.optional ? undefined : next)}
    />
  );
}

const sides = [
  { value: 'before', label: 'before' },
  { value: 'after', label: 'after' },
];

/** A span before or after a date. */
export function Offset(props: ControlProps) {
  const { field, value, problem, readOnly, onChange } = props;
  const span = read(value);
  if (!span) return <NoSpan {...props} first={{ n: -1, unit: 'days' }} />;
  const side = span.n < 0 ? 'before' : 'after';
  const put = (part: { n?: number; unit?: DateOffset['unit']; side?: string }) => {
    const n = Math.abs(part.n ?? span.n);
    onChange({ n: (part.side ?? side) === 'before' && n > 0 ? -n : n, unit: part.unit ?? span.unit });
  };
  return (
    <Input.Wrapper label={field.label} description={field.help} error={problem}>
      <div className="row">
        <NumberAndUnit
          label={field.label}
          readOnly={readOnly}
          min={0}
          n={Math.abs(span.n)}
          unit={span.unit}
          onNumber={(n) => put({ n })}
          onUnit={(unit) => put({ unit })}
        />
        <Select
          aria-label={`${field.label}, before or after`}
          w={104}
          readOnly={readOnly}
          data={sides}
          allowDeselect={false}
          value={side}
          onChange={(next) => next && put({ side: next })}
        />
        {readOnly ? null : <ClearSpan onChange={onChange} />}
      </div>
    </Input.Wrapper>
  );
}

function read(value: unknown): DateOffset | undefined {
  if (typeof value !== 'object' || value === null || !('n' in value) || !('unit' in value)) return undefined;
  const span = value as DateOffset;
  return typeof span.n === 'number' && units.includes(span.unit) ? span : undefined;
}
