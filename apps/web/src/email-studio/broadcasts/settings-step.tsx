import { adminAddresses } from '#contracts';
import { TextInput } from '@mantine/core';
import { Link } from 'react-router';
import { useSettings } from '../../settings/saving/settings.queries';
import { TopicSelect } from '../../settings/mail/topic-select';
import { Section } from '../../ui/page';
import { wordsIn } from '../design/mail/words-in';
import { WordsLine } from '../design/words/words-line';
import type { Editing } from './broadcast-draft';
import { problemAt } from './wizard-steps';

export interface StepProps {
  editing: Editing;
  readOnly: boolean;
}

/** What it is called, from whom it comes, and the two lines that people see first. */
export function SettingsStep({ editing: { now, stored, set }, readOnly }: StepProps) {
  const { data: settings } = useSettings();
  const sender = now.from || settings?.sender_broadcast;
  const ofTemplate = now.template_id !== null;
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
          <TextInput
            label="Sender"
            description="Leave empty to use the workspace’s sender of marketing mail."
            placeholder={settings?.sender_broadcast ?? 'Name <name@example.com>'}
            readOnly={readOnly}
            value={now.from ?? ''}
            onChange={(event) => set({ from: event.currentTarget.value || null })}
          />
          {settings && !sender ? (
            <p className="notice" data-tone="warning">
              No sender is set. <Link to={adminAddresses.settings('sending')}>Set one for the workspace</Link>, or enter
              one here.
            </p>
          ) : null}
          <TopicSelect
            value={now.topic_id ?? ''}
            ofTemplate={ofTemplate}
            readOnly={readOnly}
            onChange={(topic_id) => set({ topic_id })}
          />
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
        {now.subject ? (
          <div className="inbox-previews">
            <InboxLine device="Computer" sender={sender ?? ''} subject={now.subject} preheader={now.preheader} />
            <InboxLine device="Phone" sender={sender ?? ''} subject={now.subject} preheader={now.preheader} />
          </div>
        ) : null}
      </Section>
    </>
  );
}

interface InboxLineProps {
  device: 'Computer' | 'Phone';
  sender: string;
  subject: string;
  preheader: string;
}

/** About how the line looks among others. */
function InboxLine({ device, sender, subject, preheader }: InboxLineProps) {
  return (
    <figure className="inbox-line" data-device={device}>
      <figcaption className="label">{device}</figcaption>
      <div>
        <b>{sender.replace(/\s*<.*$/, '') || 'Sender'}</b>
        <span>{wordsIn(subject)}</span>
        <span className="quiet">{wordsIn(preheader)}</span>
      </div>
    </figure>
  );
}
