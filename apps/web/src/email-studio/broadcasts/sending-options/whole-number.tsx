import { NumberInput } from '@mantine/core';
import { useState } from 'react';

interface WholeNumberProps {
  label: string;
  /** The label is read out and not shown. */
  quiet?: boolean;
  description?: string;
  value: number;
  min: number;
  max: number;
  suffix?: string;
  w?: number;
  readOnly: boolean;
  onChange: (value: number) => void;
}

/** A whole number within bounds. While what is typed is not one, nothing is changed, and leaving brings back what holds. */
export function WholeNumber({ label, quiet, value, min, max, w = 96, onChange, ...rest }: WholeNumberProps) {
  const [typed, setTyped] = useState<string | number>();
  const holds = (text: string | number): text is number =>
    typeof text === 'number' && Number.isInteger(text) && text >= min && text <= max;
  return (
    <NumberInput
      {...rest}
      {...(quiet ? { 'aria-label': label } : { label })}
      styles={{ wrapper: { width: w } }}
      min={min}
      max={max}
      clampBehavior="none"
      allowDecimal={false}
      allowNegative={false}
      error={typed !== undefined && !holds(typed) ? `From ${min} to ${max}.` : undefined}
      value={typed ?? value}
      onBlur={() => setTyped(undefined)}
      onChange={(next) => {
        setTyped(next);
        if (holds(next)) onChange(next);
      }}
    />
  );
}
