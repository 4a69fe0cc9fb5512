import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { Confirm } from '../ui/forms/confirm';
import { useResumeSending, useStopSending } from './sending.queries';

/** Asks before all mail is stopped, or let go again; says first what will happen. */
export function SendingDialog({ stopped, onClose }: { stopped: boolean; onClose: () => void }) {
  const stop = useStopSending();
  const resume = useResumeSending();
  const [reason, setReason] = useState('');
  return stopped ? (
    <Confirm
      opened
      title="Resume sending"
      label="Resume sending"
      busy={resume.isPending}
      error={resume.error}
      onClose={onClose}
      onConfirm={() => resume.mutate(undefined, { onSuccess: onClose })}
    >
      Everything in the queue starts to go out at once.
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
        This stops all mail, both marketing and transactional. E-mails being handed over right now still go out. Nothing
        is lost: the rest waits until an administrator resumes sending.
      </p>
      <TextInput
        label="Reason (shown to everyone)"
        value={reason}
        maxLength={500}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </Confirm>
  );
}
