import { useState } from 'react';
import { Section } from '../../../ui/pages/page';
import { HoldOut } from './hold-out';
import type { StepProps } from '../broadcast/broadcast-draft';
import { Variants } from './variants';
import { waysInWords } from './ways-in-words';
import { WhenTheyLeave } from './when-they-leave';
import { stepOfProblem } from '../broadcast/wizard-steps';

/** Everything about the way it is sent, folded under the sentences that say what holds now. */
export function HowSent({ editing: { now, stored, set }, readOnly }: StepProps) {
  const problems = stored.problems.filter((problem) => stepOfProblem(problem) === 'review');
  const [open, setOpen] = useState(problems.length > 0);
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
        <div className="stack">
          {problems.map(({ pointer, message }) => (
            <p key={pointer} className="notice" data-tone="warning">
              {message}
            </p>
          ))}
          <WhenTheyLeave now={now} readOnly={readOnly} set={set} />
          <Variants now={now} problems={problems} readOnly={readOnly} set={set} />
          <HoldOut now={now} readOnly={readOnly} set={set} />
        </div>
      </details>
    </Section>
  );
}
