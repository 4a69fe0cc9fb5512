import type { z } from 'zod';
import { controlOf, fieldsOf, isAsked, type SchemaField } from '../../../schema-form/schema';
import type { ControlProps } from '../../../schema-form/control';

/** Fields that belong together, e.g. what a monitor asks of a lead. */
export function Group(props: ControlProps) {
  const { field, value, problems, problem, controls, onChange } = props;
  const config = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  const set = (name: string, next: unknown) => {
    const { [name]: _before, ...rest } = config;
    const filled = next === undefined ? rest : { ...rest, [name]: next };
    onChange(Object.keys(filled).length > 0 ? filled : undefined);
  };
  return (
    <fieldset className="field-group">
      {field.label ? <legend className="caps">{field.label}</legend> : null}
      {problem ? <p className="field-problem">{problem}</p> : null}
      {fieldsOf((field as SchemaField).inner as z.ZodObject)
        .filter((inner) => isAsked(inner, config) && controlOf(inner) !== 'fixed')
        .map((inner) => {
          const Control = controls?.[controlOf(inner)];
          return Control ? (
            <div key={inner.name} className="field" data-field={inner.name}>
              <Control
                {...props}
                field={inner}
                value={config[inner.name]}
                config={config}
                problem={problems.get(`${field.name}/${inner.name}`)}
                onChange={(next) => set(inner.name, next)}
              />
            </div>
          ) : null;
        })}
    </fieldset>
  );
}
