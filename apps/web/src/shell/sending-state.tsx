import { Button, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import { useMay } from '../access/session.queries';
import { useSettings } from '../settings/settings.queries';
import { Confirm } from '../ui/confirm';
import { useEmailSummary, useResumeSending, useStopSending } from './sending.queries';

/** The emergency stop, on every page: its state in words, and the button that changes it. */
export function SendingState() {
  const { data: summary } = useEmailSummary();
  const { data: settings } = useSettings();
  const mayStop = useMay('stop_mail');
  const mayResume = useMay('admin');
  const [opened, dialog] = useDisclosure(false);
  const stop = useStopSending();
  const resume = useResumeSending();
  const [reason, setReason] = useState('');
  if (!summary) return null;
  const { stopped, off_by_environment } = summary.sending;
  if (off_by_environment) {
    return <p className="label shell-zone">All mail is held back by CORTEX_SENDING=off.</p>;
  }
  const tone = stopped ? 'danger' : 'good';
  const state = stopped
    ? 'All mail is stopped'
    : settings?.mode === 'outbox'
      ? 'Mail stays in the outbox'
      : 'Mail is leaving';
  return (
    <div className="sending">
      <span className="pill" data-tone={tone}>
        {state}
      </span>
      {stopped ? (
        mayResume ? (
          <Button variant="default" size="xs" onClick={dialog.open}>
            Let mail leave again
          </Button>
        ) : (
          <p className="label">An administrator can let mail leave again.</p>
        )
      ) : mayStop ? (
        <Button variant="default" color="danger" size="xs" onClick={dialog.open}>
          Stop all mail
        </Button>
      ) : null}
      {stopped ? (
        <Confirm
          opened={opened}
          title="Let mail leave again"
          label="Let mail leave again"
          busy={resume.isPending}
          error={resume.error}
          onClose={dialog.close}
          onConfirm={() => resume.mutate(undefined, { onSuccess: dialog.close })}
        >
          Everything that waits in the queue begins to leave at once.
        </Confirm>
      ) : (
        <Confirm
          opened={opened}
          title="Stop all mail"
          label="Stop all mail now"
          danger
          busy={stop.isPending}
          error={stop.error}
          onClose={dialog.close}
          onConfirm={() => stop.mutate(reason, { onSuccess: dialog.close })}
        >
          <p style={{ margin: '0 0 12px' }}>
            No mail leaves after this, marketing and transactional alike. What is being handed over this second still
            goes. Nothing is lost: the rest waits until an administrator lets mail leave again.
          </p>
          <TextInput
            label="Why (shown to everyone)"
            value={reason}
            maxLength={500}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
        </Confirm>
      )}
    </div>
  );
}

/** Across the top of every page while mail is stopped. */
export function StoppedBanner() {
  const { data: summary } = useEmailSummary();
  if (!summary?.sending.stopped) return null;
  const { stopped_by, reason } = summary.sending;
  return (
    <div className="shell-banner" data-tone="danger" role="status">
      <p>
        All mail is stopped{stopped_by ? ` by ${stopped_by}` : ''}
        {reason ? `: ${reason}` : '.'}
      </p>
    </div>
  );
}
