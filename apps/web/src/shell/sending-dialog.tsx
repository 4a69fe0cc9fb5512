import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { Confirm } from '../ui/confirm';
import { useResumeSending, useStopSending } from './sending.queries';

/** Asks before all mail is stopped, or let go again; says first what will happen. */
export function SendingDialog({ stopped, onClose }: { stopped: boolean; onClose: () => void }) {
  const stop = useStopSending();
  const resume = useResumeSending();
  const [reason, setReason] = useState('');
  return stopped ? (
    <Confirm
      opened
      title="Let mail leave again"
      label="Let mail leave again"
      busy={resume.isPending}
      error={resume.error}
      onClose={onClose}
      onConfirm={() => resume.mutate(undefined, { onSuccess: onClose })}
    >
      Everything that waits in the queue begins to leave at once.
    </Confirm>
  ) : (
    <Confirm
      opened
      title="Stop all mail"
      label="Stop all mail now"
      danger
      busy={stop.isPending}
      error={stop.error}
      onClose={onClose}
      onConfirm={() => stop.mutate(reason, { onSuccess: onClose })}
    >
      <p style={{ margin: '0 0 12px' }}>
        No mail leaves after this, marketing and transactional alike. What is being handed over this second still goes.
        Nothing is lost: the rest waits until an administrator lets mail leave again.
      </p>
      <TextInput
        label="Why (shown to everyone)"
        value={reason}
        maxLength={500}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </Confirm>
  );
}
