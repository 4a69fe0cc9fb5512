import { NumberInput, Select } from '@mantine/core';
import { spanUnits, type Span, type SpanUnit } from '#rules';

interface SpanInputProps {
  label: string;
  value: Span;
  onChange: (value: Span) => void;
  units?: readonly SpanUnit[];
}

/** A length of time: a number and its unit. */
export function SpanInput({ label, value, onChange, units = spanUnits }: SpanInputProps) {
  return (
    <>
      <NumberInput
        aria-label={`${label}, number`}
        min={1}
        allowDecimal={false}
        allowNegative={false}
        w={72}
        value={value.n}
        onChange={(n) => onChange({ ...value, n: Number(n) || 1 })}
      />
      <Select
        aria-label={`${label}, unit`}
        w={108}
        allowDeselect={false}
        data={units.map((unit) => ({ value: unit, label: unit }))}
        value={value.unit}
        onChange={(unit) => unit && onChange({ ...value, unit: unit as SpanUnit })}
      />
    </>
  );
}
