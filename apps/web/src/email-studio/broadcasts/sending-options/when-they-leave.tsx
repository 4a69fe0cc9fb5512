import { Radio, Select } from '@mantine/core';
import { useSettings } from '../../../settings/saving/settings.queries';
import type { BroadcastDraft } from '../broadcast/broadcast-draft';
import { WholeNumber } from './whole-number';

type Span = NonNullable<BroadcastDraft['spread']>;
type Times = Pick<BroadcastDraft, 'spread' | 'local_time'>;

/** What is spread at first. */
const FIRST: Span = { n: 4, unit: 'hours' };
/** At most seven days, as the server allows. */
const most: Record<Span['unit'], number> = { minutes: 10_080, hours: 168, days: 7 };
const units = Object.keys(most) as Span['unit'][];

interface WhenTheyLeaveProps {
  now: Times;
  readOnly: boolean;
  set: (change: Times) => void;
}

/** All mails at once, one after the other, or each at its reader's own time of day. */
export function WhenTheyLeave({ now: { spread, local_time }, readOnly, set }: WhenTheyLeaveProps) {
  const { data: settings } = useSettings();
  const way = local_time ? 'own' : spread ? 'spread' : 'once';
  return (
    <Radio.Group
      label="When its mails leave"
      value={way}
      onChange={(next) => set({ spread: next === 'spread' ? (spread ?? FIRST) : null, local_time: next === 'own' })}
    >
      <div className="stack-tight how-sent-choices">
        <Radio value="once" label="All at once" disabled={readOnly} />
        <Radio
          value="spread"
          label="Spread over some time"
          description="Evenly, so that visits and answers do not come all together."
          disabled={readOnly}
        />
        {spread ? (
          <div className="how-sent-more">
            <SpanInput
              label="Spread over"
              value={spread}
              readOnly={readOnly}
              onChange={(span) => set({ spread: span, local_time })}
            />
          </div>
        ) : null}
        <Radio
          value="own"
          label="At each person’s own time of day"
          description={`Nine o’clock is nine o’clock where they are. Without a known time zone the workspace’s counts${settings ? ` (${settings.timezone})` : ''}.`}
          disabled={readOnly}
        />
      </div>
    </Radio.Group>
  );
}

interface SpanInputProps {
  label: string;
  value: Span;
  readOnly: boolean;
  onChange: (span: Span) => void;
}

/** A number of minutes, hours or days. */
export function SpanInput({ label, value, readOnly, onChange }: SpanInputProps) {
  return (
    <div className="row" role="group" aria-label={label}>
      <WholeNumber
        quiet
        label={`${label}, number`}
        min={1}
        max={most[value.unit]}
        readOnly={readOnly}
        value={value.n}
        onChange={(n) => onChange({ ...value, n })}
      />
      <Select
        aria-label={`${label}, unit`}
        w={120}
        readOnly={readOnly}
        allowDeselect={false}
        data={units}
        value={value.unit}
        onChange={(next) => {
          const unit = units.find((one) => one === next);
          if (unit) onChange({ unit, n: Math.min(value.n, most[unit]) });
        }}
      />
    </div>
  );
}
