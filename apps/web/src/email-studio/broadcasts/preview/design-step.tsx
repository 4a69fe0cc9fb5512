import { useMemo, useState, type ReactNode } from 'react';
import { PreviewPersonInput, usePreviewPerson } from '../../../people/preview-person';
import { Section } from '../../../ui/pages/page';
import { useRendered } from '../../design/mail/designs.queries';
import { MailPreview } from '../../design/preview/mail-preview';
import type { Face } from '../../design/preview/faces';
import { TemplateChoice } from '../../templates/template-choice';
import { useStoredTemplate } from '../../templates/templates.queries';
import type { BroadcastDraft, StepProps } from '../broadcast/broadcast-draft';
import type { Broadcast } from '../broadcast/broadcasts.queries';
import { PreviewColleagueInput } from './preview-colleague';
import { problemAt } from '../broadcast/wizard-steps';

/** What it looks like: a template, and how somebody gets it. */
export function DesignStep({ editing: { now, stored, set }, readOnly }: StepProps) {
  return (
    <>
      <Section title="Design">
        <div className="form">
          <TemplateChoice
            value={now.template_id ?? ''}
            stream={stored.stream}
            ofStream
            problem={
              problemAt(stored.problems, 'template_id') ??
              (now.template_id === null && stored.html === '' ? 'Choose a template, or make one.' : undefined)
            }
            readOnly={readOnly}
            note="The broadcast keeps what the template says at the moment when it is sent or scheduled."
            onChoose={(template_id) => set({ template_id })}
          />
        </div>
        {now.template_id === null && stored.html !== '' ? (
          <p className="label">This broadcast has a text of its own, which a program wrote. A template replaces it.</p>
        ) : null}
      </Section>
      <BroadcastPreview now={now} stored={stored} />
    </>
  );
}

interface BroadcastPreviewProps {
  now: BroadcastDraft;
  stored: Broadcast;
  /** What can be done beside the person it is shown for. */
  beside?: Beside | undefined;
}
type Beside = (person: ReturnType<typeof usePreviewPerson>) => ReactNode;

/** The mail as somebody would get it. */
export function BroadcastPreview({ now, stored, beside }: BroadcastPreviewProps) {
  return now.template_id === null ? (
    stored.html === '' ? null : (
      <Preview now={now} stored={stored} mail={stored} beside={beside} />
    )
  ) : (
    <OfTemplate id={now.template_id} now={now} stored={stored} beside={beside} />
  );
}

function OfTemplate({ id, ...rest }: Omit<PreviewProps, 'mail'> & { id: string }) {
  const { data } = useStoredTemplate(id);
  return data ? <Preview mail={data} {...rest} /> : null;
}

interface PreviewProps {
  now: BroadcastDraft;
  stored: Broadcast;
  beside: Beside | undefined;
  /** The template, or the broadcast with its own text. */
  mail: Pick<Broadcast, 'stream' | 'editor' | 'subject' | 'preheader' | 'text' | 'design' | 'html'>;
}

function Preview({ now, stored, beside, mail: { stream, editor, design, html, text, ...lines } }: PreviewProps) {
  const [face, setFace] = useState<Face>('desktop');
  const person = usePreviewPerson();
  const written = useMemo(() => ({ design, html }), [design, html]);
  const subject = now.subject || lines.subject;
  const preheader = now.preheader || lines.preheader;
  const mail = { editor, stream, subject, preheader, text, written, utm: now.utm };
  const toStaff = stored.audience === 'staff';
  const rendered = useRendered(mail, person.email, toStaff);
  return (
    <div className="broadcast-preview">
      <MailPreview
        face={face}
        onFace={setFace}
        mail={rendered}
        person={
          <div className="preview-for">
            {toStaff ? <PreviewColleagueInput broadcast={stored} {...person} /> : <PreviewPersonInput {...person} />}
            {beside?.(person)}
          </div>
        }
        text={text}
        readOnly
        onText={() => undefined}
      />
    </div>
  );
}
