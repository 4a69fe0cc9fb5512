import { cronOf, cronText, plainSchedule, type PlainSchedule } from '#graph';
import { Chip, Input, NumberInput, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { text, type ControlProps } from '../../../schema-form/control';

const kinds = [
  { value: 'day', label: 'Every day' },
  { value: 'weekday', label: 'Monday to Friday' },
  { value: 'week', label: 'On days of the week' },
  { value: 'month', label: 'On a day of the month' },
  { value: 'fields', label: 'Custom (cron)' },
];
const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const fullDays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const weekOrder = [1, 2, 3, 4, 5, 6, 0];

/** When a schedule comes: a time of day on certain days, or the five fields of cron for all else. */
export function Cron({ field, value, problem, readOnly, onChange }: ControlProps) {
  const cron = text(value);
  const plain = plainSchedule(cron);
  const [typed, setTyped] = useState(plain === undefined);
  const kind = typed || !plain ? 'fields' : plain.days.each;
  const put = (next: PlainSchedule) => onChange(cronOf(next));
  const choose = (next: string) => {
    setTyped(next === 'fields');
    if (next === 'fields') return;
    const time = plain?.time ?? '09:00';
    if (next === 'week') put({ time, days: { each: 'week', on: [1] } });
    else if (next === 'month') put({ time, days: { each: 'month', on: 1 } });
    else put({ time, days: { each: next as 'day' | 'weekday' } });
  };
  return (
    <Input.Wrapper label={field.label} labelElement="div" description={field.help} error={problem}>
      <div className="stack-tight">
        <Select
          aria-label="How often"
          data={kinds}
          readOnly={readOnly}
          allowDeselect={false}
          value={kind}
          onChange={(next) => next && choose(next)}
        />
        {kind === 'fields' || !plain ? (
          <TextInput
            aria-label="Minute, hour, day, month, weekday"
            description="Minute, hour, day of the month, month, day of the week."
            placeholder="0 9 * * 1"
            readOnly={readOnly}
            value={cron}
            onChange={(event) => onChange(event.currentTarget.value)}
          />
        ) : (
          <>
            <Days plain={plain} readOnly={readOnly} put={put} />
            <TextInput
              type="time"
              aria-label="Time"
              w={144}
              readOnly={readOnly}
              value={plain.time}
              onChange={(event) => event.currentTarget.value && put({ ...plain, time: event.currentTarget.value })}
            />
          </>
        )}
        {cron ? <p className="label">{cronText(cron).replace(/^./, (letter) => letter.toUpperCase())}.</p> : null}
      </div>
    </Input.Wrapper>
  );
}

function Days({
  plain,
  readOnly,
  put,
}: {
  plain: PlainSchedule;
  readOnly: boolean;
  put: (next: PlainSchedule) => void;
}) {
  const chosen = plain.days;
  if (chosen.each === 'month')
    return (
      <NumberInput
        aria-label="Day of the month"
        description={chosen.on > 28 ? 'Months without this day are skipped.' : undefined}
        w={144}
        min={1}
        max={31}
        allowDecimal={false}
        readOnly={readOnly}
        value={chosen.on}
        onChange={(on) => typeof on === 'number' && on >= 1 && put({ ...plain, days: { each: 'month', on } })}
      />
    );
  if (chosen.each !== 'week') return null;
  return (
    <Chip.Group
      multiple
      value={chosen.on.map(String)}
      onChange={(on) =>
        on.length > 0 &&
        !readOnly &&
        put({ ...plain, days: { each: 'week', on: on.map(Number).sort((a, b) => a - b) } })
      }
    >
      <div className="row" role="group" aria-label="Days of the week">
        {weekOrder.map((day) => (
          <Chip key={day} value={String(day)} size="xs" aria-label={fullDays[day]}>
            {days[day]}
          </Chip>
        ))}
      </div>
    </Chip.Group>
  );
}
