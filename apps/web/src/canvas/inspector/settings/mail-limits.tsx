import type { DraftSettings } from '#graph';
import { Checkbox, NumberInput, TextInput } from '@mantine/core';
import { DurationField } from './duration-field';

/** When marketing mail of this automation rests. */
export function MailLimits({
  settings,
  onChange,
}: {
  settings: DraftSettings;
  onChange: (part: Partial<DraftSettings>, burst: string) => void;
}) {
  const { quiet_hours: quiet, frequency_cap: cap } = settings;
  return (
    <section className="field-group">
      <h3>Limits for marketing mail</h3>
      <Checkbox
        size="sm"
        label="Quiet hours, in each person’s own time zone"
        checked={quiet !== undefined}
        onChange={(event) =>
          onChange({ quiet_hours: event.currentTarget.checked ? { from: '21:00', to: '08:00' } : undefined }, 'quiet')
        }
      />
      {quiet ? (
        <div className="row nowrap">
          {(['from', 'to'] as const).map((edge) => (
            <TextInput
              key={edge}
              type="time"
              required
              label={edge === 'from' ? 'From' : 'To'}
              value={quiet[edge]}
              onChange={(event) =>
                event.currentTarget.value &&
                onChange({ quiet_hours: { ...quiet, [edge]: event.currentTarget.value } }, 'quiet')
              }
            />
          ))}
        </div>
      ) : null}
      <Checkbox
        size="sm"
        label="Limit the number of e-mails per person"
        checked={cap !== undefined}
        onChange={(event) =>
          onChange(
            { frequency_cap: event.currentTarget.checked ? { count: 1, per: { n: 1, unit: 'days' } } : undefined },
            'cap',
          )
        }
      />
      {cap ? (
        <div className="row nowrap">
          <NumberInput
            label="Mails"
            w={88}
            min={1}
            max={1000}
            allowDecimal={false}
            value={cap.count}
            onChange={(count) => onChange({ frequency_cap: { ...cap, count: Number(count) || 1 } }, 'cap')}
          />
          <DurationField
            label="in"
            optional={false}
            value={cap.per}
            onChange={(per) => per && onChange({ frequency_cap: { ...cap, per } }, 'cap')}
          />
        </div>
      ) : null}
    </section>
  );
}

/** From when on something that happened is too old to start or wake anything. */
export function Late({
  value,
  onChange,
}: {
  value: DraftSettings['late_after'];
  onChange: (value: DraftSettings['late_after']) => void;
}) {
  return (
    <section className="field-group">
      <h3>Late activities</h3>
      <DurationField label="Ignore activities that arrive later than" value={value} onChange={onChange} />
      <p className="label">
        One day if left empty. They are still recorded and counted, but nobody enters or moves on because of them.
      </p>
    </section>
  );
}
