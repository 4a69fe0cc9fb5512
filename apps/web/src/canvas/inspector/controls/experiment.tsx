import { experiment, portsOf, stopRuleText, usualExperiment } from '#graph';
import { Switch } from '@mantine/core';
import type { z } from 'zod';
import type { ControlProps } from '../../../schema-form/control';
import { controlOf, fieldsOf, type SchemaField } from '../../../schema-form/schema';

/** Whether a split at random is an experiment, and the rule by which it ends. */
export function Experiment(props: ControlProps) {
  const { field, value, config, problem, readOnly, onChange } = props;
  const isOn = typeof value === 'object' && value !== null;
  const agreed = experiment.safeParse(value).data;
  return (
    <fieldset className="field-group" data-testid="experiment-fields">
      <legend className="caps">{field.label}</legend>
      <Switch
        label="This split is an experiment"
        description="Compare what the paths bring, and let the better one win."
        disabled={readOnly}
        checked={isOn}
        onChange={(event) => onChange(event.currentTarget.checked ? usualExperiment : undefined)}
      />
      {problem ? <p className="field-problem">{problem}</p> : null}
      {isOn ? <Fields {...props} value={value} paths={pathsOf(config)} /> : null}
      {agreed ? <p className="label">{`${stopRuleText(agreed)} This is fixed when you publish.`}</p> : null}
    </fieldset>
  );
}

/** The paths by their names, as a choice with “None” first. */
const pathsOf = (config: Record<string, unknown>): Record<string, string> => ({
  '': 'None',
  ...Object.fromEntries(
    portsOf({ type: 'random_split', config: { branches: config.branches } }).map(({ id, label }) => [id, label]),
  ),
});

function Fields(props: ControlProps & { paths: Record<string, string> }) {
  const { field, value, problems, controls, paths, onChange } = props;
  const rule = value as Record<string, unknown>;
  const set = (name: string, next: unknown) => {
    const { [name]: _before, ...rest } = rule;
    onChange(next === undefined || next === '' ? rest : { ...rest, [name]: next });
  };
  return fieldsOf((field as SchemaField).inner as z.ZodObject).map((inner) => {
    const Control = controls?.[controlOf(inner)];
    return Control ? (
      <div key={inner.name} className="field" data-field={inner.name}>
        <Control
          {...props}
          field={inner.name === 'hold_out' ? { ...inner, options: paths } : inner}
          value={rule[inner.name]}
          problem={problems.get(`${field.name}/${inner.name}`)}
          onChange={(next) => set(inner.name, next)}
        />
      </div>
    ) : null;
  });
}
