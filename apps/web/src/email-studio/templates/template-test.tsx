import { adminAddresses, testTemplate } from '#contracts';
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from 'react-router';
import { notifications } from '@mantine/notifications';
import { useSession } from '../../access/session.queries';
import { call } from '../../api/client';
import { showToast } from '../../ui/toast';

/** Sends the template as it is stored to whoever is signed in. */
export function TemplateTest({
  id,
  contact,
  flush,
}: {
  id: string;
  contact: string | undefined;
  flush: () => Promise<boolean>;
}) {
  const { data: session } = useSession();
  const navigate = useNavigate();
  const test = useMutation({
    mutationFn: async () => {
      if (!(await flush())) throw new Error('The mail could not be saved, so no test was sent.');
      const body = { to: session!.email, ...(contact ? { contact_email: contact } : {}) };
      return call(testTemplate, { params: { id }, body });
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
