import { MultiSelect, NumberInput, Select } from '@mantine/core';
import { isEntry, statuses, type Condition, type EnrollmentValue, type OneValue, type Span, type Value } from '#rules';
import type { Reading } from '../tree/rule-edits';
import { SpanInput } from './span-input';
import { useSuggestions } from '../suggestions';
import { EntryInput, SameAsStart } from './entry-input';
import { useRows } from '../tree/rows-context';
import { OneInput, SeveralInput } from './value-inputs';

interface ValueEditorProps {
  condition: Condition;
  reading: Reading;
  /** Whose metadata the condition asks about. */
  activityType: string | undefined;
  onChange: (value: Value | undefined) => void;
}

/** The inputs for what a verb wants; which ones follows from the operator's shape and the field's type. */
export function ValueEditor({ condition, reading, activityType, onChange }: ValueEditorProps) {
  const { field, shape, type } = reading;
  const { value } = condition;
  const label = `${field?.label ?? 'Value'}`;
  const more = { field: condition.field, activityType };
  const suggestions = useSuggestions();
  const { inAutomation } = useRows();
  switch (shape) {
    case 'one':
      if (isEntry(value)) return <EntryInput label={label} value={value} onChange={onChange} />;
      return (
        <>
          <OneInput
            label={label}
            type={type}
            reading={reading}
            {...more}
            value={value as OneValue | undefined}
            onChange={onChange}
          />
          {inAutomation && type !== 'enum' ? <SameAsStart field={condition.field} onChange={onChange} /> : null}
        </>
      );
    case 'pair': {
      const [low, high] = (Array.isArray(value) ? value : []) as (OneValue | undefined)[];
      const put = (next: (OneValue | undefined)[]) => onChange(next as Value);
      return (
        <>
          <OneInput
            label={`${label}, from`}
            type={type}
            reading={reading}
            {...more}
            value={low}
            onChange={(next) => put([next, high])}
          />
          <span>and</span>
          <OneInput
            label={`${label}, to`}
            type={type}
            reading={reading}
            {...more}
            value={high}
            onChange={(next) => put([low, next])}
          />
        </>
      );
    }
    case 'list': {
      const items = Array.isArray(value) ? value.map(String) : [];
      if (type === 'enum') {
        return (
          <MultiSelect
            aria-label={label}
            miw={200}
            data={[...(field?.values ?? [])]}
            value={items}
            onChange={onChange}
          />
        );
      }
      return (
        <SeveralInput
          label={`${label}, several values`}
          {...more}
          value={items}
          onChange={(texts) => onChange(type === 'number' ? texts.map(Number).filter(Number.isFinite) : texts)}
        />
      );
    }
    case 'last':
    case 'next':
      return <SpanInput label={label} value={value as Span} onChange={onChange} />;
    case 'anniversary':
      return <SpanInput label={label} value={value as Span} onChange={onChange} units={['days']} />;
    case 'count':
      return (
        <>
          <NumberInput
            aria-label="How many times"
            w={80}
            min={0}
            allowDecimal={false}
            allowNegative={false}
            value={typeof value === 'number' ? value : ''}
            onChange={(n) => onChange(n === '' ? undefined : Number(n))}
          />
          <span>{value === 1 ? 'time' : 'times'}</span>
        </>
      );
    case 'enrollment':
      return <EnrollmentInput value={(value ?? {}) as EnrollmentValue} onChange={onChange} />;
    case 'lists':
      return (
        <MultiSelect
          aria-label="Smart lists"
          miw={200}
          className="grow"
          searchable
          placeholder={Array.isArray(value) && value.length > 0 ? '' : 'Choose lists'}
          nothingFoundMessage="No list has that name"
          data={suggestions.lists}
          value={Array.isArray(value) ? value.map(String) : []}
          onChange={onChange}
        />
      );
    default:
      return null;
  }
}

const LEADS_COURSE = 'lead.course_id';

function EnrollmentInput({ value, onChange }: { value: EnrollmentValue; onChange: (value: EnrollmentValue) => void }) {
  const { courses } = useSuggestions();
  const { inAutomation } = useRows();
  const own = { value: LEADS_COURSE, label: 'the course of the lead that started this' };
  const course = isEntry(value.course_id) ? value.course_id.entry : (value.course_id ?? null);
  const put = (change: { course_id?: EnrollmentValue['course_id'] | null; status?: string | null }) => {
    const next = { ...value, ...change };
    onChange({
      ...(next.course_id ? { course_id: next.course_id } : {}),
      ...(next.status ? { status: next.status as NonNullable<EnrollmentValue['status']> } : {}),
    });
  };
  return (
    <>
      <span>in</span>
      <Select
        aria-label="Course"
        miw={180}
        clearable
        searchable
        placeholder="any course"
        nothingFoundMessage="No course has that name"
        data={inAutomation ? [own, ...courses] : courses}
        value={course}
        onChange={(chosen) => put({ course_id: chosen === LEADS_COURSE ? { entry: chosen } : chosen })}
      />
      <Select
        aria-label="Status of the enrollment"
        w={140}
        clearable
        placeholder="any status"
        data={[...statuses]}
        value={value.status ?? null}
        onChange={(status) => put({ status })}
      />
    </>
  );
}
