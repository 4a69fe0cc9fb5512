import './mail-preview.css';
import { Button, SegmentedControl, Textarea } from '@mantine/core';
import type { ReactNode } from 'react';
import { Failed, Loading } from '../../../ui/feedback/query-states';
import type { Rendered } from '../mail/designs.queries';
import { faceOf, faces, type Face } from './faces';

interface MailPreviewProps {
  face: Face;
  onFace: (face: Face) => void;
  mail: { data: Rendered | undefined; error: unknown; isPending: boolean; refetch: () => unknown };
  /** For whom it is shown. */
  person: ReactNode;
  /** The plain text of one's own; null where it is made from the design. */
  text: string | null;
  readOnly: boolean;
  onText: (text: string | null) => void;
}

/** The mail as one real person would get it, rendered by the server as it will be sent. */
export function MailPreview({ face, onFace, mail, person, text, readOnly, onText }: MailPreviewProps) {
  const { data } = mail;
  return (
    <section className="mail-preview" aria-label="Preview" data-testid="mail-preview">
      <div className="mail-preview-bar">
        <SegmentedControl
          size="xs"
          aria-label="Show as"
          value={face}
          onChange={(next) => onFace(next as Face)}
          data={[...faces]}
        />
        <div className="mail-preview-person">{person}</div>
      </div>
      {mail.error ? (
        <Failed error={mail.error} what="The preview could not be loaded" onRetry={() => void mail.refetch()} />
      ) : null}
      {!data && mail.isPending ? <Loading lines={8} /> : null}
      {data && !mail.error ? (
        <>
          <p className="mail-preview-subject">
            <b>{data.subject || 'No subject yet'}</b>
            <span className="label">{data.from ? `From ${data.from}` : ''}</span>
          </p>
          {face === 'text' ? (
            <PlainText made={data.text ?? ''} own={text} readOnly={readOnly} onText={onText} />
          ) : (
            <div className="mail-preview-stage" data-face={face}>
              <iframe title="The e-mail" sandbox="" srcDoc={faceOf(data.html ?? '', face)} data-testid="mail-frame" />
            </div>
          )}
        </>
      ) : null}
    </section>
  );
}

function PlainText({
  made,
  own,
  readOnly,
  onText,
}: {
  made: string;
  own: string | null;
  readOnly: boolean;
  onText: (text: string | null) => void;
}) {
  if (own === null)
    return (
      <div className="mail-preview-text stack">
        <div className="row-apart">
          <p className="label">Made from the design, and kept in step with it.</p>
          {readOnly ? null : (
            <Button size="xs" variant="default" onClick={() => onText(made)}>
              Edit the plain text
            </Button>
          )}
        </div>
        <pre>{made}</pre>
      </div>
    );
  return (
    <div className="mail-preview-text stack">
      <div className="row-apart">
        <p className="label">Your own text. It does not follow the design any more.</p>
        {readOnly ? null : (
          <Button size="xs" variant="default" onClick={() => onText(null)}>
            Make it from the design again
          </Button>
        )}
      </div>
      <Textarea
        aria-label="Plain text"
        autosize
        minRows={16}
        readOnly={readOnly}
        classNames={{ input: 'code' }}
        value={own}
        onChange={(event) => onText(event.currentTarget.value)}
      />
    </div>
  );
}
