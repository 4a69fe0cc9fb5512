import { Autocomplete, Input, SegmentedControl, Tabs, TextInput } from '@mantine/core';
import { useState } from 'react';
import { TemplateChoice } from '../../../email-studio/templates/template-choice';
import type { FormProps } from '../form';
import { text } from '../../../schema-form/control';
import { useNamedSenders } from '../../../settings/mail/senders.queries';
import { MailPreview } from './email-preview';
import { OwnEmail } from './own-email';
import { TopicChoice } from './topic-choice';

const streams = [
  { value: 'broadcast', label: 'Broadcast' },
  { value: 'transactional', label: 'Transactional' },
];
const streamHelp = new Map(
  Object.entries({
    broadcast: 'Marketing: only goes to people who agreed. An unsubscribe link is added.',
    transactional: 'System mail, such as a receipt: needs no consent, but cannot contain marketing.',
  }),
);

/** The mail step: which mail, how it goes out, and how it looks for a real person. */
export function SendEmailForm(form: FormProps) {
  const { config, problems, readOnly, onChange } = form;
  const [face, setFace] = useState<string | null>('write');
  const stream = text(config.stream);
  return (
    <div className="fields">
      <Tabs value={face} onChange={setFace} keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="write">Write</Tabs.Tab>
          <Tabs.Tab value="preview" data-testid="mail-preview-tab">
            Preview
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="write" className="fields tab-panel">
          <Content {...form} />
        </Tabs.Panel>
        <Tabs.Panel value="preview" className="tab-panel">
          <MailPreview config={config} readOnly={readOnly} />
        </Tabs.Panel>
      </Tabs>
      <div className="field" data-field="stream" data-testid="field-stream">
        <Input.Wrapper
          label="Stream"
          description={streamHelp.get(stream)}
          error={problems.get('stream')}
          labelElement="div"
        >
          <div>
            <SegmentedControl
              size="xs"
              data={streams}
              value={stream}
              disabled={readOnly}
              onChange={(next) => onChange('stream', next)}
              aria-label="Stream"
            />
          </div>
        </Input.Wrapper>
      </div>
      <div className="field" data-field="from">
        <SenderInput {...form} />
      </div>
      <TopicChoice {...form} />
    </div>
  );
}

/** Whom the mail is from: typed, or one of the list where there is one. */
function SenderInput({ config, problems, readOnly, onChange }: FormProps) {
  const offered = useNamedSenders();
  const input = {
    label: 'Sender',
    description: 'Leave empty to use the workspace’s sender for this stream.',
    placeholder: 'Name <name@example.com>',
    error: problems.get('from'),
    readOnly,
    value: text(config.from),
  };
  const put = (from: string) => onChange('from', from || undefined);
  return offered.length > 0 ? (
    <Autocomplete {...input} data={[...offered]} filter={({ options }) => options} onChange={put} />
  ) : (
    <TextInput {...input} onChange={(event) => put(event.currentTarget.value)} />
  );
}

/** Own text, or a template. */
function Content({ config, problems, readOnly, stepId, onChange, onReplace }: FormProps) {
  const [own, setOwn] = useState(config.template_id === undefined);
  const choose = (value: string) => {
    setOwn(value === 'own');
    const { template_id: _template, ...rest } = config;
    if (value === 'own') return config.template_id === undefined ? undefined : onReplace(rest);
  };
  return (
    <>
      <SegmentedControl
        size="xs"
        className="start"
        value={own ? 'own' : 'template'}
        onChange={choose}
        disabled={readOnly}
        aria-label="Which e-mail"
        data={[
          { value: 'own', label: 'Written here' },
          { value: 'template', label: 'From a template' },
        ]}
      />
      {own ? (
        <OwnEmail
          config={config}
          stepId={stepId}
          problems={problems}
          readOnly={readOnly}
          onChange={onChange}
          onReplace={onReplace}
        />
      ) : (
        <TemplateChoice
          value={text(config.template_id)}
          stream={config.stream === 'transactional' ? 'transactional' : 'broadcast'}
          problem={problems.get('template_id')}
          readOnly={readOnly}
          note="A template can be used in several places. Live automations keep the version they were published with."
          onChoose={(id) => {
            const { html: _html, text: _text, subject: _subject, preheader: _preheader, ...rest } = config;
            onReplace({ ...rest, template_id: id });
          }}
        />
      )}
    </>
  );
}
