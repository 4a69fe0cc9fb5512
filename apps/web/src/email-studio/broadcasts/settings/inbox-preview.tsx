import './inbox-preview.css';
import { useState } from 'react';
import { filledIn, fitsIn, hintOf, type Fit, type Inbox, type Measure } from './inbox-fit';

interface InboxPreviewProps {
  sender: string;
  subject: string;
  preheader: string;
  /** The workspace's name. */
  workspace: string;
}

/** A measure of this browser; made once, since the context keeps nothing but its font. */
function measureText(): Measure {
  const pen = document.createElement('canvas').getContext('2d');
  return (text, font) => {
    if (!pen) return text.length * 7;
    pen.font = font;
    return pen.measureText(text).width;
  };
}

/** Subject and preview text among other mails: on a computer and a phone, light and dark, and how much of them is seen. */
export function InboxPreview({ sender, subject, preheader, workspace }: InboxPreviewProps) {
  const [measure] = useState(measureText);
  const lines = [filledIn(subject, workspace), filledIn(preheader, workspace)] as const;
  const computer = fitsIn('Computer', ...lines, measure);
  const phone = fitsIn('Phone', ...lines, measure);
  const from = sender.replace(/\s*<.*$/, '').replace(/^"(.*)"$/, '$1') || 'Sender';
  return (
    <div className="stack">
      <div className="inbox-previews">
        {(['light', 'dark'] as const).map((scheme) => (
          <figure key={scheme} className="inbox" data-scheme={scheme}>
            <figcaption className="label">{scheme === 'light' ? 'Light' : 'Dark'}</figcaption>
            <div className="inbox-lines">
              <InboxLine inbox="Computer" from={from} {...computer} />
              <InboxLine inbox="Phone" from={from} {...phone} />
            </div>
          </figure>
        ))}
      </div>
      <ul className="inbox-hints label">
        <li>{hintOf('Subject', computer.subject, phone.subject)}</li>
        {lines[1] ? <li>{hintOf('Preview text', computer.preheader, phone.preheader)}</li> : null}
        {lines[1] ? null : <li>No preview text: inboxes show the first words of the e-mail instead.</li>}
      </ul>
    </div>
  );
}

function InboxLine({ inbox, from, subject, preheader }: { inbox: Inbox; from: string; subject: Fit; preheader: Fit }) {
  return (
    <div className="inbox-line" data-inbox={inbox} role="img" aria-label={`${inbox}: ${from}, ${subject.shown}`}>
      <b>{from}</b>
      <strong>{subject.shown}</strong>
      <span>{preheader.shown === '…' ? '' : preheader.shown}</span>
    </div>
  );
}
