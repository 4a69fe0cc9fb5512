import { indexGraph } from '#graph';
import { readRules } from '#rules';
import { SegmentedControl } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { stepMail } from '../../../automations/step-mail.queries';
import { Failed } from '../../../ui/feedback/query-states';
import { faceOf, faces, type Face } from '../../../email-studio/design/preview/faces';
import { useEditor } from '../../document/use-editor';
import { PreviewPersonInput, usePreviewPerson } from '../../../people/preview-person';
import { MailTest } from './email-test';
import { MissingData } from './missing-data';

/** The mail as one real person would get it, rendered by the server as it will be sent. */
export function MailPreview({ config, readOnly }: { config: Record<string, unknown>; readOnly: boolean }) {
  const whom = usePreviewPerson();
  const { email } = whom;
  const [face, setFace] = useState<Face>('desktop');
  const start = useEditor((state) => indexGraph(state.document.graph).entry?.config.rules);
  const among = start === undefined ? undefined : readRules(start).rules;
  const [content] = useDebouncedValue(config, 400);
  const mail = useQuery({ ...stepMail(content, email), placeholderData: keepPreviousData });
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
