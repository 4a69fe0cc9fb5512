import { adminAddresses, getOutboxMessage, testContent, testTemplate } from '#contracts';
import { Button } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { useMay, useSession } from '../../../access/session.queries';
import { call } from '../../../api/client';
import { unsavedEmail } from '../../../automations/step-mail.queries';
import { mailStateOf } from '../../../outbox/mail-states';
import { reasonInWords } from '../../../outbox/reason-words';
import { Failed } from '../../../ui/feedback/query-states';
import { text } from '../../../schema-form/control';

const LOOK_MS = 700;
const onItsWay = new Set(['queued', 'submitting', 'uncertain']);

/** Sends the mail as it stands in the drawing to whoever is signed in, and says what became of it. */
export function MailTest({ config, contact }: { config: Record<string, unknown>; contact: string | undefined }) {
  const { data: session } = useSession();
  const mayChange = useMay('change');
  const test = useMutation({
    mutationFn: async () => {
      const template = text(config.template_id);
      if (!template) return call(testContent, { body: unsavedEmail(config, contact) });
      const to = session!.email;
      const body = { to, ...(contact ? { contact_email: contact } : {}) };
      return { ...(await call(testTemplate, { params: { id: template }, body })), to };
    },
  });
  const id = test.data?.message_id;
  const sent = useQuery({
    queryKey: ['mail', id],
    queryFn: ({ signal }) => call(getOutboxMessage, { params: { id: id! } }, { signal }),
    enabled: id !== undefined,
    refetchInterval: (query) => (!query.state.data || onItsWay.has(query.state.data.state) ? LOOK_MS : false),
  });
  if (!mayChange) return null;
  return (
    <div className="stack" data-testid="mail-test">
      <Button
        size="xs"
        variant="default"
        className="start"
        loading={test.isPending}
        disabled={!session}
        onClick={() => test.mutate()}
      >
        Send me a test
      </Button>
      {test.error ? <Failed error={test.error} what="The test could not be sent" /> : null}
      {test.data ? (
        <p className="label" role="status">
          To {test.data.to}: {sent.data ? mailStateOf(sent.data).label : 'waiting'}
          {sent.data?.reason ? `, ${reasonInWords(sent.data.reason)}` : ''}.{' '}
          <Link to={adminAddresses.mail(test.data.message_id)}>View it</Link>
        </p>
      ) : null}
    </div>
  );
}
