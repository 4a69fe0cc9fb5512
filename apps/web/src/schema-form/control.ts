import type { ComponentType } from 'react';
import type { FormField } from './schema';

export interface ControlProps {
  field: FormField;
  value: unknown;
  config: Record<string, unknown>;
  problems: ReadonlyMap<string, string>;
  problem: string | undefined;
  readOnly: boolean;
  /** It takes the focus when the dialog around it opens. */
  takesFocus?: boolean;
  /** Whose field it is, where it is a step's. */
  stepId?: string;
  /** Every control there is; only a field that holds fields needs them. */
  controls?: Record<string, Control>;
  /** `undefined` removes the field. */
  onChange: (value: unknown) => void;
}

export type Control = ComponentType<ControlProps>;

export const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** A text field's value as it is stored: nothing where an optional one is left empty. */
export const kept = (value: string, optional: boolean): string | undefined =>
  value === '' && optional ? undefined : value;

/** What every input shows of its field. */
export const fieldProps = ({ field, problem, readOnly, takesFocus }: ControlProps) => ({
  ...(takesFocus ? { 'data-autofocus': true } : {}),
  label: field.label,
  description: field.help,
  error: problem,
  readOnly,
});
