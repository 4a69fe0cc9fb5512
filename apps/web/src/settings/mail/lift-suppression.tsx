import { Textarea } from '@mantine/core';
import { useState } from 'react';
import { failedBy } from '../../api/problem';
import { Confirm } from '../../ui/forms/confirm';
import { fieldErrors } from '../../ui/forms/form';
import { reasonWords, streamWords } from './suppression-words';
import { useLiftSuppression, type Suppression } from './suppressions.queries';

/** Asks before an address gets mail again, and why, which the audit keeps. */
export function LiftSuppression({ of, onClose }: { of: Suppression; onClose: () => void }) {
  const [reason, setReason] = useState('');
  const lift = useLiftSuppression();
  const complained = of.reason === 'spam_complaint';
  const missing = failedBy(lift.error, 'reason_missing');
  return (
    <Confirm
      opened
      title={`Let ${of.email} get ${streamWords[of.stream]} e-mail again?`}
      label="Lift the suppression"
      busy={lift.isPending}
      disabled={complained && reason.trim() === ''}
      error={missing ? undefined : lift.error}
      onClose={onClose}
      onConfirm={() => lift.mutate({ of, reason: reason.trim() }, { onSuccess: onClose })}
    >
      <div className="stack">
        <p>
          The reason here is: {reasonWords[of.reason]}. All suppressions of this address for {streamWords[of.stream]}{' '}
          e-mail are lifted.
          {of.stream === 'broadcast'
            ? ' If the person unsubscribed themselves, they still get no marketing e-mail until they subscribe again.'
            : ''}
        </p>
        {complained ? (
          <p>
            Mailing people who marked our e-mail as spam harms delivery to everyone else. Lift it only if they asked for
            it.
          </p>
        ) : null}
        <Textarea
          label="Why may they get e-mail again?"
          description="The audit log keeps this."
          autosize
          minRows={2}
          maxLength={500}
          required={complained || missing}
          value={reason}
          error={fieldErrors(lift.error)['reason']}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
      </div>
    </Confirm>
  );
}
