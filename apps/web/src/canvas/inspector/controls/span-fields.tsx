import { Button, Input, NumberInput, Select } from '@mantine/core';
import { durationUnits as units } from '#graph';
import { fieldProps, type ControlProps } from '../../../schema-form/control';

type Unit = (typeof units)[number];

const choices = units.map((unit) => ({ value: unit, label: unit }));

/** A span that is not there yet, and a button that begins one. */
export function NoSpan({ first, ...control }: ControlProps & { first: { n: number; unit: Unit } }) {
  const { label, description, error, readOnly } = fieldProps(control);
  return (
    <Input.Wrapper label={label} description={description} error={error}>
      <div>
        <Button variant="default" size="compact-sm" disabled={readOnly} onClick={() => control.onChange(first)}>
          Set
        </Button>
      </div>
    </Input.Wrapper>
  );
}

interface NumberAndUnitProps {
  label: string;
  readOnly: boolean;
  min: number;
  n: number | undefined;
  unit: Unit;
  onNumber: (n: number) => void;
  onUnit: (unit: Unit) => void;
}

export function NumberAndUnit({ label, readOnly, min, n, unit, onNumber, onUnit }: NumberAndUnitProps) {
  return (
    <>
      <NumberInput
        aria-label={`${label}, number`}
        w={80}
        min={min}
        max={100_000}
        allowDecimal={false}
        allowNegative={false}
        readOnly={readOnly}
        value={n ?? ''}
        onChange={(next) => onNumber(typeof next === 'number' ? next : Number.parseInt(next, 10) || 0)}
      />
      <Select
        aria-label={`${label}, unit`}
        w={112}
        readOnly={readOnly}
        data={choices}
        allowDeselect={false}
        value={unit}
        onChange={(next) => next && onUnit(next)}
      />
    </>
  );
}

export function ClearSpan({ onChange }: Pick<ControlProps, 'onChange'>) {
  return (
    <Button variant="subtle" color="gray" size="compact-sm" onClick={() => onChange(undefined)}>
      Clear
    </Button>
  );
}
