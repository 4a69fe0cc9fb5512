import { adminAddresses, testTemplate } from '#contracts';
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from 'react-router';
import { notifications } from '@mantine/notifications';
import { useSession } from '../../access/session.queries';
import { call } from '../../api/client';
import { showToast } from '../../ui/toast';

interface TestMailProps {
  /** Asks the server for it. */
  send: (body: { to: string; contact_email?: string }) => Promise<{ message_id: string }>;
  /** With whose data; undefined for a made-up person. */
  contact: string | undefined;
  /** Saves what is not saved yet. Whether everything is saved then. */
  flush: () => Promise<boolean>;
}

/** Sends a template as it is stored to whoever is signed in. */
export const TemplateTest = ({ id, ...rest }: Omit<TestMailProps, 'send'> & { id: string }) => (
  <TestMail send={(body) => call(testTemplate, { params: { id }, body })} {...rest} />
);

/** Sends a mail to whoever is signed in, with somebody's data. */
export function TestMail({ send, contact, flush }: TestMailProps) {
  const { data: session } = useSession();
  const navigate = useNavigate();
  const test = useMutation({
    mutationFn: async () => {
      if (!(await flush())) throw new Error('The mail could not be saved, so no test was sent.');
      return send({ to: session!.email, ...(contact ? { contact_email: contact } : {}) });
    },
    onError: (error) => showToast(error.message),
    onSuccess: ({ message_id }) =>
      notifications.show({
        withBorder: true,
        color: 'gray',
        message: (
          <span className="row">
            <span>A test is on its way to {session?.email}.</span>
            <button
              type="button"
              className="text-button"
              onClick={() => void navigate(adminAddresses.mail(message_id))}
            >
              View it
            </button>
          </span>
        ),
      }),
  });
  return (
    <Button size="xs" variant="default" loading={test.isPending} disabled={!session} onClick={() => test.mutate()}>
      Send me a test
    </Button>
  );
}
