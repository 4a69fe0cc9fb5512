import { MultiSelect, NumberInput, Select } from '@mantine/core';
import { statuses, type Condition, type EnrollmentValue, type OneValue, type Span, type Value } from '#rules';
import type { Reading } from './rule-edits';
import { SpanInput } from './span-input';
import { useSuggestions } from './suggestions';
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
  switch (shape) {
    case 'one':
      return (
        <OneInput
          label={label}
          type={type}
          reading={reading}
          {...more}
          value={value as OneValue | undefined}
          onChange={onChange}
        />
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

function EnrollmentInput({ value, onChange }: { value: EnrollmentValue; onChange: (value: EnrollmentValue) => void }) {
  const { courses } = useSuggestions();
  const put = (change: { course_id?: string | null; status?: string | null }) => {
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
        data={courses}
        value={value.course_id ?? null}
        onChange={(course_id) => put({ course_id })}
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
