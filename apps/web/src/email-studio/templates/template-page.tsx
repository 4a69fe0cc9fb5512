import './templates.css';
import { adminAddresses } from '#contracts';
import { ActionIcon, TextInput, Tooltip } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import { useMay } from '../../access/session.queries';
import { Failed, Loading } from '../../ui/feedback/query-states';
import { showToast } from '../../ui/feedback/toast';
import { DesignScreen } from '../design/design-screen';
import type { MailDocument } from '../design/mail/draft';
import type { Save } from '../design/mail/saving';
import { TemplateActions } from './template-actions';
import { fetchTemplate, fieldsOf, storeTemplate, useTemplate, type Template } from './templates.queries';

/** `/admin/email/templates/:id`: one template in its editor. */
export function TemplatePage() {
  const { id = '' } = useParams();
  const template = useTemplate(id);
  // The editor works on what was read first. It is opened anew when another version is put in its place on purpose.
  const [round, setRound] = useState(0);
  if (!template.data || (template.isFetching && !template.isFetchedAfterMount))
    return (
      <div className="page">
        {template.isPending || template.isFetching ? (
          <Loading lines={8} />
        ) : (
          <Failed
            error={template.error}
            what="The template could not be loaded"
            onRetry={() => void template.refetch()}
          />
        )}
      </div>
    );
  return (
    <TemplateEditor
      key={`${id} ${round}`}
      template={template.data}
      onReload={() => void template.refetch().then(() => setRound((now) => now + 1))}
    />
  );
}

interface TemplateEditorProps {
  template: Template;
  /** Reads the stored template and begins anew. */
  onReload: () => void;
  /** Instead of the way back to the gallery, where the editor is opened over another screen. */
  onClose?: () => void;
}

const documentOf = (template: Template): MailDocument => ({
  id: template.id,
  name: template.name,
  editor: template.editor,
  stream: template.stream,
  subject: template.subject,
  preheader: template.preheader,
  text: template.text,
  written: { design: template.design, html: template.html },
});

/** The editor of one template; it saves by itself, against the version it knows. */
export function TemplateEditor({ template: read, onReload, onClose }: TemplateEditorProps) {
  const [template, setTemplate] = useState(read);
  const stored = useRef(read);
  const client = useQueryClient();
  const navigate = useNavigate();
  const readOnly = !useMay('change');
  const [document] = useState(() => documentOf(read));
  const took = (answer: Template) => {
    stored.current = answer;
    setTemplate(answer);
    void client.invalidateQueries({ queryKey: ['templates'] });
    void client.invalidateQueries({ queryKey: ['template', answer.id, 'versions'] });
    // What a broadcast still needs depends on its template.
    void client.invalidateQueries({ queryKey: ['broadcast'] });
    return answer;
  };
  const save: Save = async ({ subject, preheader, text, written }, options) => {
    const { version } = stored.current;
    const body = {
      ...fieldsOf(stored.current),
      subject,
      preheader,
      text,
      html: read.editor === 'mjml' ? '' : written.html,
      ...(read.editor === 'html' ? {} : { design: written.design }),
      version,
    };
    return { at: took(await storeTemplate(read.id, body, options)).updated_at };
  };
  const rename = async (name: string) => {
    if (name === '' || name === stored.current.name) return;
    const { version } = stored.current;
    await storeTemplate(read.id, { ...fieldsOf(stored.current), name, version }, {}).then(took, (error: Error) =>
      showToast(error.message),
    );
  };
  useEffect(() => {
    globalThis.document.title = `${template.name} · Cortex`;
  }, [template.name]);
  return (
    <DesignScreen
      document={document}
      savedAt={read.updated_at}
      readOnly={readOnly}
      save={save}
      title={
        <>
          {onClose ? null : (
            <Tooltip label="All templates">
              <ActionIcon component={Link} to={adminAddresses.templates(read.stream)} aria-label="All templates">
                <IconArrowLeft size={18} stroke={1.5} />
              </ActionIcon>
            </Tooltip>
          )}
          <h1 className="visually-hidden">{template.name}</h1>
          <TextInput
            className="design-name"
            dir="auto"
            aria-label="Name of the template"
            defaultValue={template.name}
            readOnly={readOnly}
            maxLength={200}
            onBlur={(event) => void rename(event.currentTarget.value.trim())}
            onKeyDown={(event) => {
              if (event.key === 'Enter') event.currentTarget.blur();
            }}
          />
        </>
      }
      actions={(flush, contact) => (
        <TemplateActions
          template={template}
          stored={() => stored.current}
          contact={contact}
          flush={flush}
          onApproved={took}
          onStored={took}
          onRestored={onReload}
          onDeleted={() => (onClose ? onClose() : void navigate(adminAddresses.templates(read.stream)))}
          {...(onClose ? { onClose } : {})}
        />
      )}
      onTakeOver={async () => {
        stored.current = { ...stored.current, version: (await fetchTemplate(read.id)).version };
      }}
      onReload={onReload}
    />
  );
}
