import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { lazy, Suspense } from 'react';
import { useMay } from '../access/session.queries';
import { useSettings } from '../settings/saving/settings.queries';
import { useEmailSummary } from './sending.queries';

const SendingDialog = lazy(async () => ({ default: (await import('./sending-dialog')).SendingDialog }));

/** The emergency stop, on every page: its state in words, and the button that changes it. */
export function SendingState() {
  const { data: summary } = useEmailSummary();
  const { data: settings } = useSettings();
  const mayStop = useMay('stop_mail');
  const mayResume = useMay('admin');
  const [opened, dialog] = useDisclosure(false);
  if (!summary) return null;
  const { stopped, off_by_environment } = summary.sending;
  if (off_by_environment) {
    return <p className="label shell-zone">CORTEX_SENDING=off is holding back all mail.</p>;
  }
  const tone = stopped ? 'danger' : 'good';
  const state = stopped
    ? 'All mail is stopped'
    : settings?.mode === 'outbox'
      ? 'Mail stays in the outbox'
      : 'Mail is being sent';
  return (
    <div className="sending">
      <span className="pill" data-tone={tone}>
        {state}
      </span>
      {stopped ? (
        mayResume ? (
          <Button variant="default" size="xs" onClick={dialog.open}>
            Resume sending
          </Button>
        ) : (
          <p className="label">An administrator can resume sending.</p>
        )
      ) : mayStop ? (
        <Button variant="default" color="danger" size="xs" onClick={dialog.open}>
          Stop all mail
        </Button>
      ) : null}
      {opened ? (
        <Suspense fallback={null}>
          <SendingDialog stopped={stopped} onClose={dialog.close} />
        </Suspense>
      ) : null}
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
