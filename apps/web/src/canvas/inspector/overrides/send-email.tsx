import { Input, SegmentedControl, Select, Tabs, TextInput, Textarea } from '@mantine/core';
import { useTemplates } from '../../../automations/reference-names';
import { useState } from 'react';
import type { FormProps } from '../form';
import { text } from '../controls/control';
import { MailPreview } from './email-preview';
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
        <TextInput
          label="Sender"
          description="Leave empty to use the workspace’s sender for this stream."
          placeholder="Name <name@example.com>"
          error={problems.get('from')}
          readOnly={readOnly}
          value={text(config.from)}
          onChange={(event) => onChange('from', event.currentTarget.value || undefined)}
        />
      </div>
      <TopicChoice {...form} />
    </div>
  );
}

/** Own text, or a template. */
function Content({ config, problems, readOnly, onChange, onReplace }: FormProps) {
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
        <Own config={config} problems={problems} readOnly={readOnly} onChange={onChange} />
      ) : (
        <TemplateChoice
          value={text(config.template_id)}
          problem={problems.get('template_id')}
          readOnly={readOnly}
          onChoose={(id) => {
            const { html: _html, text: _text, subject: _subject, preheader: _preheader, ...rest } = config;
            onReplace({ ...rest, template_id: id });
          }}
        />
      )}
    </>
  );
}

const chips = [
  { label: 'first name', code: '{{ contact.first_name | default: "there" }}' },
  { label: 'course', code: '{{ lead.course_title }}' },
];

function Own({
  config,
  problems,
  readOnly,
  onChange,
}: Pick<FormProps, 'config' | 'problems' | 'readOnly' | 'onChange'>) {
  const subject = text(config.subject);
  return (
    <>
      <div className="field" data-field="subject" data-testid="field-subject">
        <TextInput
          label="Subject"
          placeholder="You left something behind"
          error={problems.get('subject')}
          readOnly={readOnly}
          maxLength={998}
          value={subject}
          onChange={(event) => onChange('subject', event.currentTarget.value || undefined)}
        />
        {readOnly ? null : (
          <div className="chips">
            <span className="label">Insert</span>
            {chips.map((chip) => (
              <button
                key={chip.code}
                type="button"
                className="tag chip"
                title={chip.code}
                onClick={() =>
                  onChange('subject', `${subject}${subject && !subject.endsWith(' ') ? ' ' : ''}${chip.code}`)
                }
              >
                {chip.label}
              </button>
            ))}
          </div>
        )}
      </div>
      <div className="field" data-field="preheader">
        <TextInput
          label="Preview text"
          description="Inboxes show this after the subject."
          readOnly={readOnly}
          maxLength={500}
          value={text(config.preheader)}
          onChange={(event) => onChange('preheader', event.currentTarget.value || undefined)}
        />
      </div>
      <div className="field" data-field="html" data-testid="field-html">
        <Textarea
          label="HTML"
          description={'Use double braces for personal fields, such as {{ contact.first_name | default: "there" }}.'}
          error={problems.get('html')}
          classNames={{ input: 'code' }}
          autosize
          minRows={8}
          maxRows={24}
          spellCheck={false}
          readOnly={readOnly}
          placeholder="<p>Hello …</p>"
          value={text(config.html)}
          onChange={(event) => onChange('html', event.currentTarget.value || undefined)}
        />
      </div>
      <div className="field" data-field="text">
        <Textarea
          label="Plain text"
          description="Leave empty to make it from the HTML."
          error={problems.get('text')}
          autosize
          minRows={2}
          maxRows={12}
          readOnly={readOnly}
          value={text(config.text)}
          onChange={(event) => onChange('text', event.currentTarget.value || undefined)}
        />
      </div>
    </>
  );
}

function TemplateChoice(props: {
  value: string;
  problem: string | undefined;
  readOnly: boolean;
  onChoose: (id: string) => void;
}) {
  const templates = useTemplates();
  const data = (templates.data?.items ?? []).map((one) => ({ value: one.id, label: one.name }));
  return (
    <div className="field" data-field="template_id">
      <Select
        label="Template"
        description={
          templates.data && data.length === 0 ? 'There are no templates yet. Write the e-mail here instead.' : undefined
        }
        error={props.problem}
        readOnly={props.readOnly}
        searchable
        data={data}
        value={props.value || null}
        placeholder="Choose a template"
        onChange={(id) => id && props.onChoose(id)}
      />
    </div>
  );
}
