import { Button, Textarea, TextInput } from '@mantine/core';
import { IconPencil } from '@tabler/icons-react';
import { Suspense, lazy, useState } from 'react';
import { useEditor } from '../../document/use-editor';
import type { FormProps } from '../form';
import { text } from '../../../schema-form/control';

// The code editor is fetched when it is opened.
const HtmlSheet = lazy(async () => ({ default: (await import('../../../email-studio/design/html-sheet')).HtmlSheet }));

const without = (config: Record<string, unknown>, names: string[]) =>
  Object.fromEntries(Object.entries(config).filter(([name]) => !names.includes(name)));

const chips = [
  { label: 'first name', code: '{{ contact.first_name | default: "there" }}' },
  { label: 'course', code: '{{ lead.course_title }}' },
];

/** A mail that is kept in the step itself. */
export function OwnEmail({
  config,
  stepId,
  problems,
  readOnly,
  onChange,
  onReplace,
}: Pick<FormProps, 'config' | 'stepId' | 'problems' | 'readOnly' | 'onChange' | 'onReplace'>) {
  const automation = useEditor((state) => state.id);
  const [open, setOpen] = useState(false);
  const subject = text(config.subject);
  return (
    <>
      <Button
        size="xs"
        variant="default"
        className="start"
        leftSection={<IconPencil size={16} stroke={1.5} />}
        onClick={() => setOpen(true)}
      >
        Open the editor
      </Button>
      {open ? (
        <Suspense fallback={null}>
          <HtmlSheet
            readOnly={readOnly}
            document={{
              id: `${automation}.${stepId}`,
              name: 'E-mail of this step',
              editor: 'html',
              stream: config.stream === 'transactional' ? 'transactional' : 'broadcast',
              subject,
              preheader: text(config.preheader),
              text: text(config.text) || null,
              written: { design: null, html: text(config.html) },
            }}
            onChange={({ subject, preheader, text, written }) =>
              onReplace({
                ...without(config, ['subject', 'preheader', 'html', 'text']),
                ...(subject ? { subject } : {}),
                ...(preheader ? { preheader } : {}),
                ...(written.html ? { html: written.html } : {}),
                ...(text ? { text } : {}),
              })
            }
            onClose={() => setOpen(false)}
          />
        </Suspense>
      ) : null}
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
