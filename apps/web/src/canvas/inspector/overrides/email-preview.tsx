import { previewContent, previewTemplate } from '#contracts';
import { SegmentedControl } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../../api/client';
import { Failed } from '../../../ui/feedback/query-states';
import { text } from '../../../schema-form/control';
import { PreviewPersonInput, usePreviewPerson } from '../../../people/preview-person';
import { MailTest } from './email-test';
import { unsavedEmail } from './unsaved-email';

const render = async (config: Record<string, unknown>, contact_email: string | undefined, signal: AbortSignal) => {
  const template = text(config.template_id);
  if (template) {
    if (!contact_email) return undefined;
    return call(previewTemplate, { params: { id: template }, body: { contact_email } }, { signal });
  }
  return call(previewContent, { body: unsavedEmail(config, contact_email) }, { signal });
};

/** The mail as one real person would get it, rendered by the server as it will be sent. */
export function MailPreview({ config, readOnly }: { config: Record<string, unknown>; readOnly: boolean }) {
  const whom = usePreviewPerson();
  const { email } = whom;
  const [face, setFace] = useState('desktop');
  const [content] = useDebouncedValue(config, 400);
  const mail = useQuery({
    queryKey: ['mail-preview', content, email],
    queryFn: ({ signal }) => render(content, email, signal),
    placeholderData: keepPreviousData,
  });
  const data = mail.data;
  return (
    <div className="stack" data-testid="mail-preview">
      <PreviewPersonInput {...whom} />
      <SegmentedControl
        size="xs"
        className="start"
        value={face}
        onChange={setFace}
        aria-label="Show as"
        data={[
          { value: 'desktop', label: 'Desktop' },
          { value: 'phone', label: 'Phone' },
          { value: 'text', label: 'Plain text' },
        ]}
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
            <iframe title="The e-mail" sandbox="" srcDoc={data.html ?? ''} data-testid="mail-frame" />
          )}
        </figure>
      ) : null}
      {readOnly ? null : <MailTest config={config} contact={email} />}
      {data === undefined && !mail.error && !mail.isPending ? (
        <p className="label">Choose a person to preview the template for.</p>
      ) : null}
    </div>
  );
}
