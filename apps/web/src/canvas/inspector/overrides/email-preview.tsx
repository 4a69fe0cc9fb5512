import { getTemplate, previewContent, previewTemplate } from '#contracts';
import { indexGraph } from '#graph';
import { readRules } from '#rules';
import { SegmentedControl } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../../api/client';
import { Failed } from '../../../ui/feedback/query-states';
import { rendered } from '../../../email-studio/design/mail/designs.queries';
import { faceOf, faces, type Face } from '../../../email-studio/design/preview/faces';
import { text } from '../../../schema-form/control';
import { useEditor } from '../../document/use-editor';
import { PreviewPersonInput, usePreviewPerson } from '../../../people/preview-person';
import { MailTest } from './email-test';
import { MissingData } from './missing-data';
import { unsavedEmail } from './unsaved-email';

const render = async (config: Record<string, unknown>, contact_email: string | undefined, signal: AbortSignal) => {
  const template = text(config.template_id);
  if (template) {
    if (!contact_email) {
      const { editor, subject, preheader, stream, design, html } = await call(
        getTemplate,
        { params: { id: template } },
        { signal },
      );
      return rendered({ editor, subject, preheader, stream, written: { design, html } }, undefined, signal);
    }
    return call(previewTemplate, { params: { id: template }, body: { contact_email } }, { signal });
  }
  return call(previewContent, { body: unsavedEmail(config, contact_email) }, { signal });
};

/** The mail as one real person would get it, rendered by the server as it will be sent. */
export function MailPreview({ config, readOnly }: { config: Record<string, unknown>; readOnly: boolean }) {
  const whom = usePreviewPerson();
  const { email } = whom;
  const [face, setFace] = useState<Face>('desktop');
  const start = useEditor((state) => indexGraph(state.document.graph).entry?.config.rules);
  const among = start === undefined ? undefined : readRules(start).rules;
  const [content] = useDebouncedValue(config, 400);
  const mail = useQuery({
    queryKey: ['mail-preview', content, email],
    queryFn: ({ signal }) => render(content, email, signal),
    placeholderData: keepPreviousData,
  });
  const data = mail.data;
  return (
    <div className="stack" data-testid="mail-preview">
      <PreviewPersonInput {...whom} among={among} />
      <SegmentedControl
        size="xs"
        className="start"
        value={face}
        onChange={(next) => setFace(next as Face)}
        aria-label="Show as"
        data={[...faces]}
      />
      {mail.error ? (
        <Failed error={mail.error} what="The preview could not be loaded" onRetry={() => void mail.refetch()} />
      ) : null}
      {data?.problems.map((problem) => (
        <p key={problem.message} className={problem.severity === 'blocks' ? 'field-problem' : 'label'}>
          {problem.message}
        </p>
      ))}
      {data && !mail.error ? (
        <figure className="mail" data-face={face}>
          <figcaption>
            <b>{data.subject || 'No subject yet'}</b>
            <span className="label">{data.from ? `From ${data.from}` : ''}</span>
          </figcaption>
          {face === 'text' ? (
            <pre>{data.text}</pre>
          ) : (
            <iframe title="The e-mail" sandbox="" srcDoc={faceOf(data.html ?? '', face)} data-testid="mail-frame" />
          )}
        </figure>
      ) : null}
      <MissingData config={config} />
      {readOnly ? null : <MailTest config={config} contact={email} />}
    </div>
  );
}
