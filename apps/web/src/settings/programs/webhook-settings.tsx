import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { Link } from 'react-router';
import { adminAddresses } from '#contracts';
import { Confirm, Problem } from '../../ui/forms/confirm';
import { CopyLine } from '../../ui/copying/copy-once';
import { Answer, Empty } from '../../ui/feedback/query-states';
import { RowButton, Table, type Column } from '../../ui/pages/table';
import { Time } from '../../ui/formatting/time';
import { SettingsPart } from '../saving/settings-part';
import { useDeadCalls, useReplayCall, useRotateSecret, useWebhookSecret, type WebhookCall } from './webhooks.queries';

/** What webhook steps sign with, and the calls that failed for good. */
export function WebhookSettings() {
  return (
    <SettingsPart
      id="webhooks"
      title="Webhooks"
      note="Calls from webhook steps are signed as the Standard Webhooks specification says, so that a receiver can check that they come from you."
    >
      <Secret />
      <DeadCalls />
    </SettingsPart>
  );
}

function Secret() {
  const [shown, show] = useDisclosure(false);
  const [asking, dialog] = useDisclosure(false);
  const secret = useWebhookSecret(shown);
  const rotate = useRotateSecret();
  const data = shown ? secret.data : undefined;
  return (
    <div className="stack-tight">
      {data ? (
        <>
          <CopyLine text={data.secret} testId="webhook-secret" />
          <p className="label">
            {data.previous_until ? (
              <>
                The previous secret also signs until <Time at={data.previous_until} as="short" />.{' '}
              </>
            ) : null}
            {data.networks
              ? `Besides public addresses, steps can call ${data.networks} (CORTEX_WEBHOOK_NETWORKS).`
              : 'Steps can call public addresses only, nothing inside your own network.'}
            {data.hosts ? ` Of hosts they can call only ${data.hosts} (CORTEX_OUTGOING_HOSTS).` : null}
          </p>
        </>
      ) : null}
      <Problem error={secret.error} />
      <div className="row">
        <Button variant="default" size="xs" onClick={show.toggle}>
          {shown ? 'Hide the secret' : 'Show the secret'}
        </Button>
        <Button variant="default" size="xs" onClick={dialog.open}>
          Replace the secret
        </Button>
      </div>
      <Confirm
        opened={asking}
        title="Replace the secret"
        label="Replace the secret"
        busy={rotate.isPending}
        error={rotate.error}
        onClose={dialog.close}
        onConfirm={() =>
          rotate.mutate(undefined, {
            onSuccess: () => {
              dialog.close();
              show.open();
            },
          })
        }
      >
        Calls are signed with both secrets for 24 hours, so that every receiver can switch to the new one. After that,
        the old one stops working.
      </Confirm>
    </div>
  );
}

const columns: Column<WebhookCall>[] = [
  { title: 'Address', className: 'code', cell: (call) => call.url },
  {
    title: 'Person',
    cell: (call) => <Link to={adminAddresses.run(call.automation_id, call.run_id)}>{call.contact_email}</Link>,
  },
  {
    title: 'Error',
    cell: (call) => `${call.error} (${call.attempts === 1 ? '1 attempt' : `${call.attempts} attempts`})`,
  },
  { title: 'When', cell: (call) => <Time at={call.created_at} /> },
];

function DeadCalls() {
  const calls = useDeadCalls();
  const replay = useReplayCall();
  const again = (call: WebhookCall) =>
    replay.mutate(call.id, {
      onSuccess: () => notifications.show({ message: 'The call is being sent again.' }),
    });
  return (
    <Answer of={calls} what="The calls could not be loaded" lines={2}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty title="No failed calls">Calls that keep failing are listed here. You can send them again.</Empty>
        ) : (
          <>
            <Table
              label="Failed webhook calls"
              rows={items}
              columns={columns}
              actions={(call) => (
                <RowButton disabled={replay.isPending} onClick={() => again(call)}>
                  Send again
                </RowButton>
              )}
            />
            <Problem error={replay.error} />
          </>
        )
      }
    </Answer>
  );
}
