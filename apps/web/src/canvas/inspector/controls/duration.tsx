import { duration, durationUnits as units, type Duration } from '#graph';
import { Input } from '@mantine/core';
import type { ControlProps } from '../../../schema-form/control';
import { ClearSpan, NoSpan, NumberAndUnit } from './span-fields';

/** A span of time: a number and a unit. */
export function DurationControl(props: ControlProps) {
  const { field, value, problem, readOnly, onChange } = props;
  const span = read(value);
  if (!span && field.optional) return <NoSpan {...props} first={{ n: 1, unit: 'hours' }} />;
  const unit = span?.unit ?? 'days';
  return (
    <Input.Wrapper label={field.label} description={field.help} error={problem ?? invalid(value)}>
      <div className="row nowrap">
        <NumberAndUnit
          label={field.label}
          readOnly={readOnly}
          min={1}
          n={span?.n}
          unit={unit}
          onNumber={(n) => onChange({ n, unit })}
          onUnit={(next) => onChange({ n: span?.n ?? 1, unit: next })}
        />
        {field.optional && !readOnly ? <ClearSpan onChange={onChange} /> : null}
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
