import { useState } from 'react';
import { Section } from '../../ui/page';
import { HoldOut } from './hold-out';
import { waysInWords } from './ways-in-words';
import type { StepProps } from './settings-step';

/** Everything about the way it is sent, folded under the sentences that say what holds now. */
export function HowSent({ editing: { now, set }, readOnly }: StepProps) {
  const [open, setOpen] = useState(false);
  return (
    <Section title="How it is sent">
      <details
        className="how-sent"
        data-testid="how-sent"
        open={open}
        onToggle={(event) => setOpen(event.currentTarget.open)}
      >
        <summary>
          <span className="sentence">{waysInWords(now).join(' ')}</span>
          <span className="text-button">{open ? 'Close' : readOnly ? 'Show' : 'Change'}</span>
        </summary>
        <div className="stack form">
          <HoldOut now={now} readOnly={readOnly} set={set} />
        </div>
      </details>
    </Section>
  );
}
