import { NumberInput } from '@mantine/core';
import { fieldProps, type ControlProps } from '../../../schema-form/control';

/** A number without decimals. */
export function WholeNumber(props: ControlProps) {
  const { value, onChange } = props;
  return (
    <NumberInput
      {...fieldProps(props)}
      min={1}
      allowDecimal={false}
      allowNegative={false}
      thousandSeparator=","
      value={typeof value === 'number' ? value : ''}
      onChange={(next) => onChange(typeof next === 'number' ? next : undefined)}
    />
  );
}
