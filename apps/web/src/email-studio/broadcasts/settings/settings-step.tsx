import { adminAddresses } from '#contracts';
import { emailAddress, mailboxProblem, readMailbox } from '#rules';
import { TextInput } from '@mantine/core';
import { Link } from 'react-router';
import { useSettings } from '../../../settings/saving/settings.queries';
import { useNamedSenders } from '../../../settings/mail/senders.queries';
import { TopicSelect } from '../../../settings/mail/topic-select';
import { Section } from '../../../ui/pages/page';
import { WordsLine } from '../../design/words/words-line';
import { useStoredTemplate } from '../../templates/templates.queries';
import type { StepProps } from '../broadcast/broadcast-draft';
import { InboxPreview } from './inbox-preview';
import { MailboxInput } from './mailbox-input';
import { SenderState } from './sender-standing';
import { UtmFields } from './utm-fields';
import { problemAt } from '../broadcast/wizard-steps';

const senderProblem = (text: string) => (readMailbox(text) === undefined ? mailboxProblem : undefined);
const addressProblem = (text: string) => emailAddress.safeParse(text).error?.issues[0]?.message;

/** What it is called, from whom it comes, and the two lines that people see first. */
export function SettingsStep({ editing: { now, stored, set }, readOnly }: StepProps) {
  const { data: settings } = useSettings();
  const offered = useNamedSenders();
  const ofWorkspace = now.audience === 'staff' ? settings?.sender_transactional : settings?.sender_broadcast;
  const sender = now.from || ofWorkspace;
  const ofTemplate = now.template_id !== null;
  const { data: template } = useStoredTemplate(now.template_id ?? '');
  const subject = now.subject || (template?.subject ?? '');
  const preheader = now.preheader || (template?.preheader ?? '');
  return (
    <>
      <Section title="Settings">
        <div className="stack form">
          <TextInput
            label="Name"
            description="For you and your colleagues. Nobody else sees it."
            maxLength={200}
            readOnly={readOnly}
            error={now.name.trim() === '' ? 'Give the broadcast a name.' : undefined}
            value={now.name}
            onChange={(event) => set({ name: event.currentTarget.value })}
          />
          <MailboxInput
            label="Sender"
            description={`Leave empty to use the workspace’s sender of ${now.audience === 'staff' ? 'system' : 'marketing'} mail.`}
            placeholder={ofWorkspace ?? 'Name <name@example.com>'}
            readOnly={readOnly}
            value={now.from}
            check={senderProblem}
            offered={offered}
            problem={problemAt(stored.problems, 'from')}
            onChange={(from) => set({ from })}
          />
          {settings && !sender ? (
            <p className="notice" data-tone="warning">
              No sender is set. <Link to={adminAddresses.settings('sending')}>Set one for the workspace</Link>, or enter
              one here.
            </p>
          ) : null}
          {sender ? <SenderState sender={sender} /> : null}
          <MailboxInput
            label="Reply-to"
            description="Where answers go. Leave empty to get them at the sender’s address."
            placeholder="help@example.com"
            readOnly={readOnly}
            value={now.reply_to}
            check={addressProblem}
            onChange={(reply_to) => set({ reply_to })}
          />
          {now.audience === 'lists' || now.topic_id !== null ? (
            <TopicSelect
              value={now.topic_id ?? ''}
              ofTemplate={ofTemplate}
              problem={problemAt(stored.problems, 'topic_id')}
              readOnly={readOnly}
              onChange={(topic_id) => set({ topic_id })}
            />
          ) : null}
        </div>
      </Section>
      <Section
        title="In the inbox"
        note={ofTemplate ? 'Left empty, the template’s subject and preview text are used.' : undefined}
      >
        <div className="wizard-lines">
          <WordsLine
            label="Subject"
            pointer="/subject"
            placeholder={ofTemplate ? 'As in the template' : 'What it is about'}
            value={now.subject}
            problem={problemAt(stored.problems, 'subject')}
            readOnly={readOnly}
            onChange={(subject) => set({ subject })}
          />
          <WordsLine
            label="Preview text"
            pointer="/preheader"
            placeholder={ofTemplate ? 'As in the template' : 'What the inbox shows beside the subject'}
            value={now.preheader}
            problem={problemAt(stored.problems, 'preheader')}
            readOnly={readOnly}
            onChange={(preheader) => set({ preheader })}
          />
        </div>
        {subject ? (
          <InboxPreview
            sender={sender ?? ''}
            subject={subject}
            preheader={preheader}
            workspace={settings?.name ?? ''}
          />
        ) : null}
      </Section>
      <Section title="Statistics of visits">
        <div className="form">
          <UtmFields
            value={now.utm}
            name={now.name}
            problems={(part) => stored.problems.find(({ pointer }) => pointer === `/utm/${part}`)?.message}
            readOnly={readOnly}
            onChange={(utm) => set({ utm })}
          />
        </div>
      </Section>
    </>
  );
}
