import { Radio } from '@mantine/core';
import { useState } from 'react';
import { controls } from './controls';
import { controlOf, isAsked, type FormField } from '../../schema-form/schema';

export interface FormProps {
  fields: FormField[];
  config: Record<string, unknown>;
  /** What is wrong, by field; a field below a group as `lead/within`. */
  problems: ReadonlyMap<string, string>;
  readOnly: boolean;
  stepId: string;
  onChange: (name: string, value: unknown) => void;
  /** Several fields at once, where one choice excludes another. */
  onReplace: (config: Record<string, unknown>) => void;
}

/** A form drawn from a config's schema. There is no save button: each change is an operation. */
export function Form({ fields, config, ...rest }: FormProps) {
  const asked = fields.filter((field) => isAsked(field, config) && controlOf(field) !== 'fixed');
  const drawn = new Set<string>();
  return (
    <div className="fields">
      {asked.map((field) => {
        const choice = field.oneOf;
        if (!choice) return <Field key={field.name} field={field} config={config} {...rest} />;
        if (drawn.has(choice)) return null;
        drawn.add(choice);
        const alternatives = asked.filter((one) => one.oneOf === choice);
        return <Either key={choice} alternatives={alternatives} fields={fields} config={config} {...rest} />;
      })}
    </div>
  );
}

function Field({ field, config, problems, readOnly, stepId, onChange }: FormProps0 & { field: FormField }) {
  const name = controlOf(field);
  const Control = (Object.hasOwn(controls, name) ? controls[name] : undefined) ?? controls.text;
  if (!Control) return null;
  return (
    <div className="field" data-field={field.name} data-testid={`field-${field.name}`}>
      <Control
        field={field}
        value={config[field.name]}
        config={config}
        problems={problems}
        problem={problems.get(field.name)}
        readOnly={readOnly}
        stepId={stepId}
        controls={controls}
        onChange={(value) => onChange(field.name, value)}
      />
    </div>
  );
}

type FormProps0 = Omit<FormProps, 'fields'>;

/** Fields that exclude each other: asks which one is meant, and clears the other. */
function Either({ alternatives, fields, ...form }: FormProps & { alternatives: FormField[] }) {
  const filled = alternatives.find((field) => form.config[field.name] !== undefined);
  const [chosen, setChosen] = useState(filled?.name ?? alternatives[0]?.name ?? '');
  const field = alternatives.find((one) => one.name === chosen);
  const choose = (name: string) => {
    setChosen(name);
    const others = new Set(alternatives.filter((one) => one.name !== name).map((one) => one.name));
    const depend = fields.filter((one) => Object.keys(one.when ?? {}).some((key) => others.has(key)));
    const gone = new Set([...others, ...depend.map((one) => one.name)]);
    const kept = Object.fromEntries(Object.entries(form.config).filter(([key]) => !gone.has(key)));
    if (Object.keys(kept).length < Object.keys(form.config).length) form.onReplace(kept);
  };
  return (
    <fieldset className="either">
      <Radio.Group value={chosen} onChange={choose} aria-label="Which one">
        <div className="row">
          {alternatives.map((one) => (
            <Radio key={one.name} value={one.name} label={one.label} disabled={form.readOnly} size="sm" />
          ))}
        </div>
      </Radio.Group>
      {field ? <Field {...form} field={{ ...field, label: '' }} /> : null}
    </fieldset>
  );
}
