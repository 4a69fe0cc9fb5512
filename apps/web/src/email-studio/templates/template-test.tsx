import { adminAddresses, testTemplate, type AnswerOf, type CallOf } from '#contracts';
import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconChevronDown } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from 'react-router';
import { useSession } from '../../access/session.queries';
import { call } from '../../api/client';
import { useSettings } from '../../settings/saving/settings.queries';
import { CommandMenu } from '../../ui/commands/command-menu';
import { plural } from '../../ui/formatting/format';
import { showToast } from '../../ui/feedback/toast';

type TestBody = NonNullable<CallOf<typeof testTemplate>['body']>;
type Recipient = Pick<TestBody, 'to' | 'seed_list'>;

interface TestMailProps {
  /** Asks the server for it. */
  send: (body: TestBody) => Promise<AnswerOf<typeof testTemplate>>;
  /** With whose data; undefined for a made-up person. */
  contact: string | undefined;
  /** Saves what is not saved yet. Whether everything is saved then. */
  flush: () => Promise<boolean>;
}

/** Sends a template as it is stored to whoever is signed in, or to a seed list. */
export const TemplateTest = ({ id, ...rest }: Omit<TestMailProps, 'send'> & { id: string }) => (
  <TestMail send={(body) => call(testTemplate, { params: { id }, body })} {...rest} />
);

/** Sends a mail to whoever is signed in, or to a seed list of the settings, with somebody's data. */
export function TestMail({ send, contact, flush }: TestMailProps) {
  const { data: session } = useSession();
  const { data: settings } = useSettings();
  const navigate = useNavigate();
  const test = useMutation({
    mutationFn: async (recipient: Recipient) => {
      if (!(await flush())) throw new Error('The mail could not be saved, so no test was sent.');
      return send({ ...recipient, ...(contact ? { contact_email: contact } : {}) });
    },
    onError: (error) => showToast(error.message),
    onSuccess: ({ message_id, message_ids }, { to, seed_list }) =>
      notifications.show({
        withBorder: true,
        color: 'gray',
        message: (
          <span className="row">
            <span>
              {to === undefined
                ? `${plural(message_ids.length, 'test is', 'tests are')} on the way to “${seed_list}”.`
                : `A test is on its way to ${to}.`}
            </span>
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
  const lists = settings?.seed_lists ?? [];
  return (
    <div className="row nowrap-row">
      <Button
        size="xs"
        variant="default"
        loading={test.isPending}
        disabled={!session}
        onClick={() => test.mutate({ to: session!.email })}
      >
        Send me a test
      </Button>
      {lists.length > 0 ? (
        <CommandMenu
          target={
            <Button size="xs" variant="default" disabled={test.isPending} rightSection={<IconChevronDown size={14} />}>
              Test a seed list
            </Button>
          }
          parts={[
            {
              commands: lists.map(({ name, addresses }) => ({
                label: `${name} · ${plural(addresses.length, 'address', 'addresses')}`,
                keywords: 'test a seed list',
                run: () => test.mutate({ seed_list: name }),
              })),
            },
          ]}
        />
      ) : null}
    </div>
  );
}
