import { Checkbox } from '@mantine/core';
import type { BroadcastDraft } from '../broadcast/broadcast-draft';
import { WholeNumber } from './whole-number';

/** What is held back at first. */
const FIRST = 5;
/** As the server allows. */
const MOST = 50;

interface HoldOutProps {
  now: Pick<BroadcastDraft, 'holdout_percent'>;
  readOnly: boolean;
  set: (change: Pick<BroadcastDraft, 'holdout_percent'>) => void;
}

/** A share of the people gets nothing. */
export function HoldOut({ now: { holdout_percent }, readOnly, set }: HoldOutProps) {
  return (
    <div className="stack-tight">
      <Checkbox
        label="Hold some people back"
        description="A random share gets nothing, so that you can see what the mail itself brought."
        disabled={readOnly}
        checked={holdout_percent > 0}
        onChange={(event) => set({ holdout_percent: event.currentTarget.checked ? FIRST : 0 })}
      />
      {holdout_percent > 0 ? (
        <div className="how-sent-more">
          <WholeNumber
            label="Share held back"
            suffix=" %"
            min={1}
            max={MOST}
            readOnly={readOnly}
            value={holdout_percent}
            onChange={(percent) => set({ holdout_percent: percent })}
          />
        </div>
      ) : null}
    </div>
  );
}
