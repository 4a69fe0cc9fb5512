import { duration, type Duration } from '#graph';
import { Button, Input, NumberInput, Select } from '@mantine/core';
import { units } from '../schema';
import type { ControlProps } from './control';

const choices = units.map((unit) => ({ value: unit, label: unit }));

/** A span of time: a number and a unit. */
export function DurationControl({ field, value, problem, readOnly, onChange }: ControlProps) {
  const span = read(value);
  if (!span && field.optional)
    return (
      <Input.Wrapper label={field.label} description={field.help} error={problem}>
        <div>
          <Button
            variant="default"
            size="compact-sm"
            disabled={readOnly}
            onClick={() => onChange({ n: 1, unit: 'hours' } satisfies Duration)}
          >
            Set
          </Button>
        </div>
      </Input.Wrapper>
    );
  const unit = span?.unit ?? 'days';
  return (
    <Input.Wrapper label={field.label} description={field.help} error={problem ?? invalid(value)}>
      <div className="row nowrap">
        <NumberInput
          aria-label={`${field.label}, number`}
          w={88}
          min={1}
          max={100_000}
          allowDecimal={false}
          allowNegative={false}
          readOnly={readOnly}
          value={span?.n ?? ''}
          onChange={(n) => onChange({ n: typeof n === 'number' ? n : Number.parseInt(n, 10) || 0, unit })}
        />
        <Select
          aria-label={`${field.label}, unit`}
          w={128}
          readOnly={readOnly}
          data={choices}
          allowDeselect={false}
          value={unit}
          onChange={(next) => next && onChange({ n: span?.n ?? 1, unit: next })}
        />
        {field.optional && !readOnly ? (
          <Button variant="subtle" color="gray" size="compact-sm" onClick={() => onChange(undefined)}>
            Clear
          </Button>
        ) : null}
      </div>
    </Input.Wrapper>
  );
}

function read(value: unknown): Duration | undefined {
  if (typeof value !== 'object' || value === null || !('n' in value) || !('unit' in value)) return undefined;
  const span = value as Duration;
  return units.includes(span.unit) ? span : undefined;
}

function invalid(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  return duration.safeParse(value).error?.issues[0]?.message;
}
