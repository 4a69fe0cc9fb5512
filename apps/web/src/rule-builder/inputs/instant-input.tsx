import { Select, TextInput } from '@mantine/core';
import type { OneValue, Relative, Span } from '#rules';
import { SpanInput } from './span-input';

const isRelative = (value: unknown): value is Relative => typeof value === 'object' && value !== null;
const kinds = [
  { value: 'ago', label: 'ago' },
  { value: 'ahead', label: 'from now' },
  { value: 'date', label: 'on the date' },
];

/** An instant: a span before or after now, or a date (midnight in the workspace's zone). */
export function InstantInput({
  label,
  value,
  onChange,
}: {
  label: string;
  value: OneValue | undefined;
  onChange: (value: OneValue) => void;
}) {
  const kind = isRelative(value) ? ('ago' in value ? 'ago' : 'ahead') : 'date';
  const span: Span = isRelative(value) ? ('ago' in value ? value.ago : value.ahead) : { n: 7, unit: 'days' };
  const relative = (which: string, next: Span): Relative => (which === 'ago' ? { ago: next } : { ahead: next });
  return (
    <>
      {kind === 'date' ? (
        <TextInput
          aria-label={`${label}, date`}
          type="date"
          w={148}
          value={typeof value === 'string' ? value.slice(0, 10) : ''}
          onChange={(event) => event.currentTarget.value && onChange(event.currentTarget.value)}
        />
      ) : (
        <SpanInput label={label} value={span} onChange={(next) => onChange(relative(kind, next))} />
      )}
      <Select
        aria-label={`${label}, counted`}
        w={116}
        allowDeselect={false}
        data={kinds}
        value={kind}
        onChange={(which) =>
          which && onChange(which === 'date' ? new Date().toISOString().slice(0, 10) : relative(which, span))
        }
      />
    </>
  );
}
