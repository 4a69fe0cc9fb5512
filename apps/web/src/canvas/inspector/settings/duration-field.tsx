import type { Duration } from '#graph';
import { DurationControl } from '../controls/duration';
import type { FormField } from '../../../schema-form/schema';

const durationField = (label: string, optional = true): FormField => ({
  name: 'duration',
  label,
  optional,
  type: 'object',
});

/** A span of time among the settings. */
export function DurationField(props: {
  label: string;
  value: Duration | undefined;
  optional?: boolean;
  onChange: (value: Duration | undefined) => void;
}) {
  return (
    <DurationControl
      field={durationField(props.label, props.optional ?? true)}
      value={props.value}
      config={{}}
      problems={new Map()}
      problem={undefined}
      readOnly={false}
      onChange={(value) => {
        const span = value as Duration | undefined;
        // The server refuses settings with a span of nothing; while the number is retyped the old one stays.
        if (span === undefined || span.n >= 1) props.onChange(span);
      }}
    />
  );
}
